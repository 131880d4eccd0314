import { type EquityCurve, type EquityFigures, equityFigures } from './equity.ts';
import { dollars } from './price-bars.ts';
import { profitOf, rMultipleOf, type Trade } from './trade.ts';

/** What a backtest came to, named as `--json` prints it. */
export type BacktestFigures = EquityFigures & {
  readonly trades: number;
  /** Of the trades, those whose shares were not all sold when the bars ended. */
  readonly open_at_end: number;
  readonly mean_r: number | null;
  readonly naked_share_seconds: number;
};

export type PolicyFigures = {
  readonly policy: string;
  /** Executions that the policy's orders led to. */
  readonly exits: number;
  readonly shares: number;
  /** Dollars over the entry, before costs. */
  readonly profit: number;
};

export function figuresOf(
  curve: EquityCurve,
  trades: readonly Trade[],
  nakedShareSeconds: number,
): BacktestFigures {
  const multiples = rMultiplesOf(trades);
  const sum = multiples.reduce((all, one) => all + one, 0);
  return {
    trades: trades.length,
    open_at_end: trades.filter(({ left }) => left > 0).length,
    ...equityFigures(curve),
    mean_r: multiples.length === 0 ? null : sum / multiples.length,
    naked_share_seconds: nakedShareSeconds,
  };
}

export const rMultiplesOf = (trades: readonly Trade[]): readonly number[] =>
  trades.flatMap((trade) => rMultipleOf(trade) ?? []);

/** By whose orders positions were left, and at what gain; what is still held is `held`. */
export function byPolicy(trades: readonly Trade[]): readonly PolicyFigures[] {
  const found = new Map<string, PolicyFigures>();
  const add = (policy: string, shares: number, gain: number): void => {
    const before = found.get(policy) ?? { policy, exits: 0, shares: 0, profit: 0 };
    found.set(policy, {
      policy,
      exits: before.exits + 1,
      shares: before.shares + shares,
      profit: before.profit + dollars(gain * shares),
    });
  };
  for (const { entryPrice, exits, left, lastPrice } of trades) {
    for (const { by, quantity, price } of exits) add(by, quantity, price - entryPrice);
    if (left > 0) add('held', left, lastPrice - entryPrice);
  }
  return [...found.values()].sort((one, other) => other.profit - one.profit);
}

/** All trades of an account, in the order in which they were opened. */
export const inOrder = (trades: readonly Trade[]): readonly Trade[] =>
  [...trades].sort(
    (one, other) => one.openedAt - other.openedAt || one.symbol.localeCompare(other.symbol),
  );

export const totalProfit = (trades: readonly Trade[]): number =>
  dollars(trades.reduce((sum, trade) => sum + profitOf(trade), 0));
