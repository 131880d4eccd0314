import type { PriceBars } from '../src/backtest/price-bars.ts';

/** Prices in whole cents, so that no level is missed by a rounding error of a dollar's float. */
type GradeBar = {
  readonly time: Date;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

type GradeTrade = { readonly profit: number; readonly rmultiple?: number };

/** The part of the packages that is used. */
type Grademark = {
  backtest(
    strategy: {
      entryRule(enter: () => void): void;
      stopLoss(rule: { readonly entryPrice: number }): number;
      trailingStopLoss(rule: {
        readonly entryPrice: number;
        readonly bar: GradeBar;
        readonly position: { readonly curStopPrice: number };
      }): number;
    },
    bars: Iterable<GradeBar>,
  ): readonly GradeTrade[];
};
type DataForge = { readonly DataFrame: new (rows: readonly GradeBar[]) => Iterable<GradeBar> };

export type TrailingRule = {
  readonly stopPercent: number;
  readonly triggerR: number;
  readonly trailPercent: number;
  readonly minimumStepBps: number;
};

const UNITS_PER_CENT = 100;

/** BigBrother's stop and trailing stop as a strategy for grademark: the same levels, in cents. */
export async function grademarkOver(
  bars: PriceBars,
  rule: TrailingRule,
): Promise<() => readonly GradeTrade[]> {
  const { backtest } = (await import('grademark')) as unknown as Grademark;
  const { DataFrame } = (await import('data-forge')) as unknown as DataForge;
  const frame = new DataFrame(rowsOf(bars));
  return () => backtest(strategyOf(rule), frame);
}

function strategyOf(rule: TrailingRule): Parameters<Grademark['backtest']>[0] {
  let [best, first, isEntry] = [0, 0, false];
  return {
    entryRule: (enter) => enter(),
    stopLoss: ({ entryPrice }) => {
      [best, isEntry] = [entryPrice, true];
      first = Math.ceil((entryPrice * (100 - rule.stopPercent)) / 100);
      return entryPrice - first;
    },
    trailingStopLoss: ({ entryPrice, bar, position }) => {
      if (isEntry) {
        // It is asked once at the entry as well, when nothing has been earned yet.
        isEntry = false;
        return entryPrice - first;
      }
      const stop = position.curStopPrice;
      best = Math.max(best, bar.high);
      const level = Math.ceil((best * (100 - rule.trailPercent)) / 100);
      const isEarned = best >= entryPrice + (entryPrice - first) * rule.triggerR;
      const isWorthIt = level > stop && level * 10_000 >= stop * (10_000 + rule.minimumStepBps);
      return bar.close - (isEarned && isWorthIt ? level : stop);
    },
  };
}

function rowsOf({ openAt, open, high, low, close }: PriceBars): readonly GradeBar[] {
  const cents = (units = 0) => units / UNITS_PER_CENT;
  return Array.from(openAt, (at, index) => ({
    time: new Date(at),
    open: cents(open[index]),
    high: cents(high[index]),
    low: cents(low[index]),
    close: cents(close[index]),
    volume: 1,
  }));
}
