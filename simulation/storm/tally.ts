import type { Refusal } from './refusals.ts';
import type { StormFigures } from './world.ts';

const NOTHING: StormFigures = {
  ...{ orders: 0, executions: 0, oversoldShares: 0, duplicates: 0, conflicts: 0, refusals: {} },
  ...{ nakedShareSeconds: 0, nakedDollarSeconds: 0, episodes: 0, simulatedMs: 0 },
  asks: { done: 0, nothing: 0, refused: 0 },
};

/** The figures of several worlds as those of one. */
export const together = (worlds: readonly StormFigures[]): StormFigures =>
  worlds.reduce(
    (sum, each) => ({
      orders: sum.orders + each.orders,
      executions: sum.executions + each.executions,
      oversoldShares: sum.oversoldShares + each.oversoldShares,
      duplicates: sum.duplicates + each.duplicates,
      conflicts: sum.conflicts + each.conflicts,
      refusals: sumOf(sum.refusals, each.refusals),
      nakedShareSeconds: sum.nakedShareSeconds + each.nakedShareSeconds,
      nakedDollarSeconds: sum.nakedDollarSeconds + each.nakedDollarSeconds,
      episodes: sum.episodes + each.episodes,
      simulatedMs: sum.simulatedMs + each.simulatedMs,
      asks: {
        done: sum.asks.done + each.asks.done,
        nothing: sum.asks.nothing + each.asks.nothing,
        refused: sum.asks.refused + each.asks.refused,
      },
    }),
    NOTHING,
  );

type Refusals = StormFigures['refusals'];

function sumOf(one: Refusals, other: Refusals): Refusals {
  const sum = new Map<string, number>(Object.entries(one));
  for (const [kind, count] of Object.entries(other)) sum.set(kind, (sum.get(kind) ?? 0) + count);
  return Object.fromEntries(sum) as Partial<Record<Refusal, number>>;
}

/** Nothing of what must never happen. */
export const isCalm = ({ oversoldShares, duplicates, conflicts }: StormFigures): boolean =>
  oversoldShares === 0 && duplicates === 0 && conflicts === 0;

const ROWS: readonly (readonly [string, (figures: StormFigures) => number])[] = [
  ['episodes', ({ episodes }) => episodes],
  ['asks answered as carried out', ({ asks }) => asks.done],
  ['asks refused, or in vain', ({ asks }) => asks.refused],
  ['orders and changes the exchange took', ({ orders }) => orders],
  ['executions', ({ executions }) => executions],
  ['oversold shares', ({ oversoldShares }) => oversoldShares],
  ['duplicates', ({ duplicates }) => duplicates],
  ['orders refused for a conflict', ({ conflicts }) => conflicts],
  ['  shares held by another order', ({ refusals }) => refusals.shares_held ?? 0],
  ['  more than is held', ({ refusals }) => refusals.not_enough_shares ?? 0],
  ['  wash trade', ({ refusals }) => refusals.wash_trade ?? 0],
  ['  an opposite order is open', ({ refusals }) => refusals.opposite_order ?? 0],
  ['  the position is gone', ({ refusals }) => refusals.position_gone ?? 0],
  ['  the order id is taken', ({ refusals }) => refusals.id_taken ?? 0],
  ['changes of orders that had ended', ({ refusals }) => refusals.order_state ?? 0],
  ['stops refused as past the market', ({ refusals }) => refusals.stop_through_market ?? 0],
  ['naked share-seconds', ({ nakedShareSeconds }) => nakedShareSeconds],
  ['naked dollar-seconds', ({ nakedDollarSeconds }) => nakedDollarSeconds],
];

/** One column for each way to trade. */
export function tableOf(columns: Readonly<Record<string, StormFigures>>): string {
  const lines = ROWS.map(([name, figureOf]) => [
    name,
    ...Object.values(columns).map((figures) => Math.round(figureOf(figures)).toLocaleString('en')),
  ]);
  const all = [['', ...Object.keys(columns)], ...lines];
  return all
    .map(([name = '', ...figures]) =>
      [name.padEnd(46), ...figures.map((figure) => figure.padStart(14))].join(''),
    )
    .join('\n');
}
