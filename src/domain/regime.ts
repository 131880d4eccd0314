import type { EpochMs } from './time.ts';

/** What kind of market it is. `unknown` while there is too little of it to tell. */
export const REGIMES = ['rising', 'falling', 'sideways', 'stressed', 'unknown'] as const;
export type Regime = (typeof REGIMES)[number];

/**
 * What a regime is told by, over daily closes of a benchmark and of what is held. Floats: none of
 * them becomes an amount.
 */
export type RegimeFeatures = {
  /**
   * Kaufman's efficiency ratio over 60 days with the sign of the move, from -1 to 1: how much of
   * the way was in one direction.
   */
  readonly trendStrength: number;
  /** Rank of the last 20 days' volatility among those of the year, 0 to 100. */
  readonly volatilityPercentile: number;
  /** Below the highest close of the year, in percent, 0 or more. */
  readonly drawdownPercent: number;
  /** Part of the held names above their mean of 50 days, in percent; null where none has one. */
  readonly breadthPercent: number | null;
};

/** A day's look at the market. */
export type RegimeLook = {
  /** The day of the newest close. */
  readonly day: EpochMs;
  readonly regime: Regime;
  /** Null while there is too little to tell. */
  readonly features: RegimeFeatures | null;
  readonly because: string;
};

/** The setting that names it: BigBrother chooses it among what the owner has approved. */
export const OWN_CHOICE = 'strategies.active';

/** Which bundle of settings holds, and why. */
export type StrategyStatus = {
  /** Null for the settings without any bundle. */
  readonly active: string | null;
  readonly regime: Regime;
  readonly because: string;
};
