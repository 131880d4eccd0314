export type OldBotSettings = {
  /** Below the entry, in percent: where the first stop is, and what one R is. */
  readonly stopPercent: number;
  /** How far below the stop its limit is, in percent. */
  readonly limitPercent: number;
  readonly partialAtR: number;
  readonly partialFraction: number;
  readonly trailFromR: number;
  readonly trailPercent: number;
  /** The stop follows only when it moves by so many percent. */
  readonly trailStepPercent: number;
  /** After a cancel, how long a manager waits before it uses the shares. */
  readonly afterCancelMs: number;
  readonly syncEveryMs: number;
  readonly stopsEveryMs: number;
  readonly profitsEveryMs: number;
  readonly trailsEveryMs: number;
};

/** The same prices as BigBrother's policies have by default. */
export const defaultOldBotSettings: OldBotSettings = {
  stopPercent: 8,
  limitPercent: 0.5,
  partialAtR: 2,
  partialFraction: 0.5,
  trailFromR: 1,
  trailPercent: 5,
  trailStepPercent: 0.25,
  afterCancelMs: 500,
  syncEveryMs: 10_000,
  stopsEveryMs: 10_000,
  profitsEveryMs: 10_000,
  trailsEveryMs: 10_000,
};
