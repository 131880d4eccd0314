import type { Decimal, Notional } from './decimal.ts';
import type { Exposure } from './exposure.ts';
import type { Ticker } from './ids.ts';
import type { EpochMs } from './time.ts';

/** What is at work together under one name; `bucket` null for what belongs nowhere known. */
export type Concentration = {
  readonly bucket: string | null;
  readonly exposure: Exposure;
  /** Gross, in percent of equity, rounded up to a tenth; null without equity. */
  readonly percentOfEquity: Decimal | null;
};

/** Losses of one day in dollars, rounded up to the cent; never below zero. */
export type TailRisk = {
  /** In percent. */
  readonly level: 95 | 99;
  /** The loss that the last year of days exceeded on so few of them, and the mean beyond it. */
  readonly historical: Notional;
  readonly historicalShortfall: Notional;
  /** The same if moves were normal. */
  readonly parametric: Notional;
  readonly parametricShortfall: Notional;
};

/** A loss in dollars under a scenario, rounded up to the cent; negative for a gain. */
export type Stress = {
  readonly scenario: 'market_falls_10_percent' | 'worst_day_again' | 'all_move_together';
  readonly loss: Decimal;
  /** The day that is played again. */
  readonly day: EpochMs | null;
};

/** What the whole portfolio risks. Statistics are floats; dollars are exact, rounded against us. */
export type PortfolioRisk = {
  readonly exposure: Exposure;
  /** Largest first. */
  readonly names: readonly Concentration[];
  readonly sectors: readonly Concentration[];
  readonly clusters: readonly Concentration[];
  readonly assetClasses: readonly Concentration[];
  readonly tails: readonly TailRisk[];
  /** From the highest equity, payments in and out left aside; null before that is known. */
  readonly drawdown: { readonly dollars: Notional; readonly percent: Decimal } | null;
  /** If every stop holds (null while some shares have none), and with a gap through them all. */
  readonly worstLoss: {
    readonly atStop: Notional | null;
    readonly withGap: Notional;
    readonly gapPercent: string;
  };
  /** Dollars that go with the benchmark, in parts of equity; null without equity. */
  readonly beta: number | null;
  readonly stress: readonly Stress[];
  /** What the statistics rest on. */
  readonly basis: {
    readonly benchmark: Ticker;
    readonly days: number;
    /** Names that too little is known of: counted as moving much, and against the rest. */
    readonly assumed: readonly Ticker[];
    /** How far correlations were drawn towards their mean; 0 to 1. */
    readonly shrinkage: number;
  };
};
