import type { Draws } from '../draws.ts';

/** What one agent wants. The same is put to every subject, in the words that it understands. */
export type Ask =
  | { readonly kind: 'sell'; readonly symbol: string; readonly shares: number }
  | { readonly kind: 'exit'; readonly symbol: string }
  | { readonly kind: 'protect'; readonly symbol: string }
  | { readonly kind: 'exit_group'; readonly symbols: readonly string[] }
  | { readonly kind: 'rebalance'; readonly targets: readonly Target[] }
  | { readonly kind: 'enter'; readonly symbol: string; readonly shares: number };

/** To so many percent of what is held now: less than a hundred sells, more buys. */
type Target = { readonly symbol: string; readonly percentOfHeld: number };

/** Whole shares to buy, or below zero to sell, on the way to a target. */
export const changeFor = ({ percentOfHeld }: Target, held: number): number =>
  Math.trunc((held * (percentOfHeld - 100)) / 100);

/** An ask on its way: who has it, when, and whether its agent sends it twice. */
export type Burst = {
  readonly agent: number;
  readonly afterMs: number;
  readonly ask: Ask;
  /** The first answer was lost, the agent believes: it says the same again. */
  readonly repeats: boolean;
};

export function symbolsOf(ask: Ask): readonly string[] {
  if (ask.kind === 'exit_group') return ask.symbols;
  return ask.kind === 'rebalance' ? ask.targets.map(({ symbol }) => symbol) : [ask.symbol];
}

const SPREAD_MS = 1_500;
/** Shares of one ask; each is asked for once in a symbol and an episode. */
const AMOUNTS = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47] as const;

/**
 * One burst: every agent wants something, all within a second and a half, and many of the same
 * few symbols.
 */
export function burst(draws: Draws, agents: number, symbols: readonly string[]): readonly Burst[] {
  const hot = Array.from({ length: draws.between(3, 8) }, () => draws.any(symbols) ?? '');
  const used = new Set<string>();
  return Array.from({ length: agents }, (_, agent) => {
    const ask = askFrom(draws, hot, used);
    return {
      ...{ agent, ask },
      afterMs: draws.chance(0.5) ? 0 : draws.between(0, SPREAD_MS),
      repeats: draws.chance(0.15),
    };
  });
}

function askFrom(draws: Draws, hot: readonly string[], used: Set<string>): Ask {
  const symbol = draws.any(hot) ?? '';
  const several = () => [...new Set([symbol, draws.any(hot) ?? symbol, draws.any(hot) ?? symbol])];
  const shares = () => {
    const free = AMOUNTS.filter((each) => !used.has(`${symbol} ${each}`));
    const chosen = draws.any(free) ?? 1;
    used.add(`${symbol} ${chosen}`);
    return chosen;
  };
  const sell = (): Ask => ({ kind: 'sell', symbol, shares: shares() });
  const protect = (): Ask => ({ kind: 'protect', symbol });
  const enter = (): Ask => ({ kind: 'enter', symbol, shares: shares() });
  const exit = (): Ask => ({ kind: 'exit', symbol });
  const exitGroup = (): Ask => ({ kind: 'exit_group', symbols: several() });
  const rebalance = (): Ask => ({
    kind: 'rebalance',
    targets: several().map((each) => ({
      symbol: each,
      percentOfHeld: draws.chance(0.5) ? draws.between(50, 95) : draws.between(105, 130),
    })),
  });
  const kinds: readonly (() => Ask)[] = [
    ...new Array<() => Ask>(9).fill(sell),
    ...new Array<() => Ask>(4).fill(protect),
    ...new Array<() => Ask>(3).fill(enter),
    ...new Array<() => Ask>(3).fill(rebalance),
    ...[exit, exitGroup],
  ];
  return (draws.any(kinds) ?? protect)();
}
