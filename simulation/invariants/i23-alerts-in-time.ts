import { coveredIn, exitGroupsOf } from './exits.ts';
import { cannotProtect } from './protectable.ts';
import type { Rule } from './rule.ts';
import { digitsOf, magnitude } from './units.ts';

/** A position is reported that had no stop for 5 s, and that within 5 s. */
const DUE_AFTER_MS = 10_000;

/** A person hears of it in time. */
export const alertsInTime: Rule = {
  number: 23,
  sentence:
    'A position that has had no confirmed stop for 5 s in an open session, with the broker in ' +
    'reach, has its alert within 5 s more.',

  watch(scene, tell) {
    const counted = new Map<string, { ms: number; reach: number; told: boolean }>();
    return {
      onBook(symbol) {
        const book = scene.books.of(symbol);
        const naked = magnitude(book.quantity) - coveredIn(exitGroupsOf(book));
        const { reachMs } = scene.lives;
        if (naked <= 0n || !scene.isRegularSession) {
          counted.delete(symbol);
          return;
        }
        const stretch = counted.get(symbol) ?? { ms: 0, reach: reachMs, told: false };
        counted.set(symbol, stretch);
        if (cannotProtect(scene, symbol) === null) stretch.ms += reachMs - stretch.reach;
        stretch.reach = reachMs;
        if (stretch.ms <= DUE_AFTER_MS || stretch.told) return;
        stretch.told = true;
        if ([...scene.chronicle.alerts.values()].some((alert) => alert.symbol === symbol)) return;
        tell(symbol, `${digitsOf(naked)} shares had no stop for ${stretch.ms} ms, and no alert`);
      },
    };
  },
};
