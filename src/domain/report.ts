import type { Notional, Quantity } from './decimal.ts';
import type { Verdict } from './guardrail.ts';
import type { OrderId, PlanId, Ticker } from './ids.ts';
import type { Step } from './plan.ts';
import type { NakedCause } from './recipe.ts';
import type { EpochMs } from './time.ts';

/** What the broker's refusal means for us, told by status, code and extra fields. */
export type RejectionClass =
  | 'shares_held'
  | 'not_enough_shares'
  | 'buying_power'
  | 'wash_trade'
  | 'stop_through_price'
  | 'duplicate_client_order_id'
  | 'validation'
  | 'order_state'
  | 'not_found'
  | 'auth'
  | 'throttled'
  | 'forbidden';

/** How one step ended. `unknown` is neither yes nor no, and is never taken for either. */
export type StepResult = {
  readonly step: Step;
  readonly outcome: 'done' | 'rejected' | 'unknown' | 'unconfirmed' | 'not_tried';
  readonly orderId: OrderId | null;
  readonly filledQuantity: Quantity | null;
  readonly rejection: RejectionClass | null;
  readonly because: string;
};

/**
 * completed: every step done and verified at the broker.
 * stopped: a step was rejected or ended otherwise; the rest was not tried.
 * unsettled: a step's outcome is unknown; the symbol takes no new plan until it is known.
 * denied: a guardrail or the plan's own conditions refused; nothing was sent.
 */
export type ReportOutcome = 'completed' | 'stopped' | 'unsettled' | 'denied';

export type PartReport = {
  readonly symbol: Ticker;
  readonly outcome: ReportOutcome;
  /** The part's recipe and the cause of its naked time, by which predicted and real compare. */
  readonly recipe: string;
  readonly cause: NakedCause;
  readonly predictedNakedDollarSeconds: Notional;
  readonly steps: readonly StepResult[];
  /** Shares without a confirmed stop, times seconds, while this part ran in an open session. */
  readonly nakedShareSeconds: Quantity;
  readonly nakedDollarSeconds: Notional;
  readonly because: string;
};

/** Why a plan may not run at all. Each is its own code for the host. */
export type PlanRefusal =
  | 'plan_unknown'
  | 'plan_hash_mismatch'
  | 'plan_expired'
  | 'plan_already_used'
  | 'plan_drifted'
  | 'plan_wrong_account'
  | 'plan_void'
  | 'approval_needed'
  | 'approval_rejected'
  | 'approval_impossible'
  | 'too_many_approvals'
  | 'mode_forbids_execution'
  | 'guardrails_denied'
  | 'symbol_unsettled'
  | 'recovering'
  | 'shutting_down';

/** Why a plan may not run, for programs and in words. */
export type Refusal = { readonly code: PlanRefusal; readonly because: string };

export type ExecutionReport = {
  readonly planId: PlanId;
  readonly outcome: ReportOutcome;
  readonly refusal: PlanRefusal | null;
  readonly parts: readonly PartReport[];
  readonly verdicts: readonly Verdict[];
  readonly startedAt: EpochMs;
  readonly finishedAt: EpochMs;
  readonly because: string;
};
