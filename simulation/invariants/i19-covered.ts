import { claimedIn, coveredIn, exitGroupsOf } from './exits.ts';
import type { Rule } from './rule.ts';
import { digitsOf, magnitude } from './units.ts';

/** What moved in the last three of the six cycles may still be put right. */
const GIVEN_MS = 30_000;
/** While a stop is set anew its shares are bare for a moment; how long is for rule 9 to say. */
const LONGEST_MOMENT_MS = 10_000;

/** In the end every share is guarded, or a person has been told why not. */
export const allIsCovered: Rule = {
  number: 19,
  sentence:
    'Six cycles after the last fault every position is covered to its last share, or an alert ' +
    'for its symbol, or for the whole account, says why not.',

  watch(scene, tell) {
    const nakedSince = new Map<string, number>();
    const nakedIn = (symbol: string): bigint => {
      const book = scene.books.of(symbol);
      return magnitude(book.quantity) - coveredIn(exitGroupsOf(book));
    };
    return {
      onBook(symbol) {
        if (nakedIn(symbol) <= 0n || !scene.isRegularSession) nakedSince.delete(symbol);
        else if (!nakedSince.has(symbol)) nakedSince.set(symbol, scene.now);
      },
      settled() {
        const alerts = [...scene.chronicle.alerts.values()];
        for (const symbol of scene.books.symbols) {
          if (scene.movedWithin(symbol, GIVEN_MS)) continue;
          const book = scene.books.of(symbol);
          const groups = exitGroupsOf(book);
          const naked = nakedIn(symbol);
          if (scene.now - (nakedSince.get(symbol) ?? scene.now) <= LONGEST_MOMENT_MS) continue;
          // While the market is closed a stop cannot be placed again that waits for the open.
          if (naked <= 0n || !scene.isRegularSession) continue;
          if (alerts.some((alert) => alert.symbol === symbol || isAboutAll(alert.code))) continue;
          tell(
            symbol,
            `${digitsOf(naked)} of ${digitsOf(magnitude(book.quantity))} shares have no stop, ` +
              `${digitsOf(claimedIn(groups))} are claimed by exits, and no alert says why`,
          );
        }
      },
    };
  },
};

const isAboutAll = (code: string): boolean =>
  code === 'account_blocked' ||
  code === 'another_owner' ||
  code.startsWith('halt') ||
  code.startsWith('trading_halted');
