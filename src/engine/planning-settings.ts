import type { AdviceBounds } from '../domain/advice.ts';

/**
 * What the planner assumes and may do.
 *
 * The latencies are worst cases in milliseconds; candidates are ranked by the naked
 * dollar-seconds they lead to, and every plan states them.
 */
export type PlanningSettings = {
  /** A PATCH swaps one order for the next without a gap. */
  readonly patchMs: number;
  /** From asking for a cancel until the broker has confirmed it. */
  readonly cancelConfirmMs: number;
  /** From sending an order until it is live at the broker. */
  readonly submitMs: number;
  /** From sending a market order until it has filled. */
  readonly fillMs: number;
  /** How far past the stop, in percent of it, a gap is assumed to fill. */
  readonly gapPercent: string;
  /** How far through the market, in basis points, a limit is set that has to fill now. */
  readonly marketableBps: number;
  /** `respect` never cancels or changes an order that BigBrother did not place. */
  readonly foreignOrders: 'respect' | 'manage';
  readonly advice: AdviceBounds;
};

export const defaultPlanning: PlanningSettings = {
  patchMs: 0,
  cancelConfirmMs: 1_000,
  submitMs: 500,
  fillMs: 1_000,
  gapPercent: '5',
  marketableBps: 50,
  foreignOrders: 'respect',
  advice: { mostTightenPercent: 25, leastRoomPercent: '1' },
};
