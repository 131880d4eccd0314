import { isLive } from './books.ts';
import { type Fields, fieldsOf, listOf, numberIn, parsed, textOf } from './fields.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import { digitsOf, magnitude, unitsOf } from './units.ts';

/** Two cycles, after which everything that happened was read. */
const QUIET_MS = 25_000;
const DOUBTS: ReadonlySet<string> = new Set([
  'snapshot_incoherent',
  'unknown_order',
  'order_stuck',
]);
/** A picture older than a cycle and a half says so itself. */
const OLDEST_PICTURE_MS = 15_000;

/** When nothing is on its way, what BigBrother believes is what is true. */
export const beliefIsTruth: Rule = {
  number: 13,
  sentence:
    'When nothing happened and nothing was on its way for 25 s, the positions and live orders ' +
    'of a snapshot, and what the tools tell of them, are those of the exchange.',

  watch(scene, tell) {
    let changedAt = 0;
    let differsSince: number | null = null;
    const isQuiet = () =>
      scene.now - changedAt > QUIET_MS &&
      scene.traffic.isQuiet &&
      !scene.hasFalseAnswers(QUIET_MS) &&
      // What it says itself that it does not know is no belief.
      ![...scene.chronicle.alerts.values()].some(({ code }) => DOUBTS.has(code)) &&
      isInformed(scene);
    return {
      on: {
        exchange_event({ event, at }) {
          if (event.kind === 'trade_update') changedAt = at;
        },
        stranger_acted({ at }) {
          changedAt = at;
        },
        request_sent({ request, at }) {
          if (request.method !== 'GET') changedAt = at;
        },
        record_written({ record, life }) {
          if (record.type !== 'snapshot_taken' || life !== scene.lives.current) return;
          if (!isQuiet()) return;
          const body = fieldsOf(record.body);
          if (ageOf(body, record.at) > OLDEST_PICTURE_MS) return;
          // Its alert stands after it in the journal.
          if (listOf(body.incoherent).length > 0) return;
          const held = scene.books.symbols.filter((each) => scene.books.of(each).quantity !== 0n);
          const orders = scene.books.symbols.flatMap((each) => scene.books.of(each).orders);
          const live = orders.filter(isLive).length;
          if (body.positions === held.length && body.liveOrders === live) {
            differsSince = null;
            return;
          }
          differsSince ??= record.seq;
          // Its doubts are written down after the snapshot that gave rise to them.
          if (differsSince === record.seq) return;
          tell(
            null,
            `the snapshot has ${body.positions} positions and ${body.liveOrders} live orders, ` +
              `the exchange ${held.length} and ${live}`,
          );
        },
        tool_answered({ tool, text }) {
          if (tool !== 'get_portfolio_context' || !isQuiet()) return;
          for (const { symbol, quantity } of positionsIn(text)) {
            const held = magnitude(scene.books.of(symbol).quantity);
            if (magnitude(quantity) === held) continue;
            tell(
              symbol,
              `a tool tells of ${digitsOf(quantity)} shares, and ${digitsOf(held)} are held`,
            );
          }
        },
      },
      onBook(symbol) {
        const move = scene.books.lastMove(symbol);
        if (move !== null) changedAt = Math.max(changedAt, move.at);
      },
    };
  },
};

/** The living process has asked for the whole account within the last cycle and a half. */
function isInformed({ lives, now }: Scene): boolean {
  const known = lives.current === null ? null : lives.knownSince(lives.current);
  return known !== null && now - known <= OLDEST_PICTURE_MS && now - lives.wokeAt > QUIET_MS;
}

/** What a snapshot says of its own age, by the clock of the process. */
function ageOf({ confirmedAt }: Fields, at: number): number {
  const times = Object.values(fieldsOf(confirmedAt)).map(numberIn);
  return Math.max(...times.map((time) => at - (time ?? Number.NEGATIVE_INFINITY)));
}

function positionsIn(text: string): { readonly symbol: string; readonly quantity: bigint }[] {
  const { columns, rows, positions } = fieldsOf(parsed(text));
  const names = listOf(columns);
  const [symbolAt, quantityAt] = [names.indexOf('symbol'), names.indexOf('quantity')];
  const told = [
    ...listOf(rows).map((row) => [listOf(row)[symbolAt], listOf(row)[quantityAt]]),
    ...listOf(positions).map((each) => [fieldsOf(each).symbol, fieldsOf(each).quantity]),
  ];
  return told.flatMap(([symbol, digits]) => {
    const [name, quantity] = [textOf(symbol), unitsOf(digits)];
    return name === null || quantity === null ? [] : [{ symbol: name, quantity }];
  });
}
