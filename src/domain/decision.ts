import type { Price, Quantity } from './decimal.ts';
import type { Ticker } from './ids.ts';
import type { Evaluation, Recommendation, Urgency } from './policy.ts';
import type { PositionSide } from './portfolio.ts';
import type { EpochMs } from './time.ts';

/** A limit that rests beside the stop of its shares; its milestone makes it happen once. */
export type TakeProfit = {
  readonly quantity: Quantity;
  readonly limitPrice: Price;
  readonly milestone: string;
};

/** The state of one symbol that should be true. The planner compiles the way there. */
export type Target = {
  readonly symbol: Ticker;
  readonly side: PositionSide;
  /** Shares to hold when the target is reached; none for an exit. */
  readonly holdQuantity: Quantity;
  /** The stop that should rest for every share held; null when there is nothing to hold. */
  readonly cover: { readonly stopPrice: Price; readonly limitPrice: Price } | null;
  /** A one-shot sale (a cover for a short) on the way; its milestone makes it happen once. */
  readonly sale: {
    readonly quantity: Quantity;
    readonly milestone: string;
    /** By the take-profit that rests for just these shares, and in no other way. */
    readonly fromTakeProfit?: true;
  } | null;
  /** Of the shares covered for the first time, so many wait for their profit as well. */
  readonly takeProfit: TakeProfit | null;
  /** A new limit for a triggered stop-limit that did not fill. */
  readonly repriceLimit: Price | null;
};

export type Overruled = {
  readonly recommendation: Recommendation;
  readonly by: string;
  readonly because: string;
};

/** What was chosen for one symbol, and what was not, and by whom. */
export type Decision = {
  readonly symbol: Ticker;
  readonly at: EpochMs;
  readonly snapshotVersion: number;
  readonly evaluations: readonly Evaluation[];
  readonly target: Target;
  readonly chosen: readonly Recommendation[];
  readonly overruled: readonly Overruled[];
  readonly urgency: Urgency;
};
