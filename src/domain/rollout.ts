/** How far a policy has come: it only says what it would do, acts in some symbols, or in all. */
type RolloutStage = 'shadow' | 'symbols' | 'all';

/** How far one policy may go by itself. */
export type PolicyRollout = {
  readonly stage: RolloutStage;
  /** Where it acts while the stage is `symbols`. */
  readonly symbols: readonly string[];
  /** Plans with a wish of it that may run in any 24 hours; null for as many as there are. */
  readonly maxActionsPerDay: number | null;
  /** It acts on positions worth at most so much; decimal text in dollars, null for any. */
  readonly maxPositionDollars: string | null;
};

/** By the name of the policy; one that is not named acts everywhere. */
export type RolloutSettings = Readonly<Record<string, PolicyRollout>>;

/** When BigBrother takes a step back by itself. */
export type StepBackSettings = {
  /** So many refusals by guardrails within the window are a storm. */
  readonly vetoes: number;
  readonly windowMs: number;
};
