import type { ControlFacts } from './control-facts.ts';
import type { Environment, TradingState } from './environment.ts';
import type { ActionPlan, PlanPart } from './plan.ts';
import type { PortfolioSnapshot, PositionContext } from './portfolio.ts';
import type { EpochMs } from './time.ts';

/** One thing the coordinator sent or is about to send; what a duplicate is measured against. */
export type SentStep = {
  readonly at: EpochMs;
  readonly symbol: string;
  readonly clientOrderId: string | null;
  /** Symbol, side, type, rounded price, quantity and purpose in one line. */
  readonly fingerprint: string;
  readonly planId: string;
  /** Set when it is known to have ended without a share. */
  readonly isDead?: boolean;
};

/** All that a guardrail may look at; gathered before the review, so that the review is pure. */
export type ReviewInput = {
  readonly plan: ActionPlan;
  readonly part: PlanPart;
  readonly context: PositionContext;
  readonly snapshot: PortfolioSnapshot;
  readonly sent: readonly SentStep[];
  readonly facts: ControlFacts;
  readonly tradingState: TradingState;
  readonly environment: Environment;
  readonly now: EpochMs;
};

/** Every code that something can be denied with. Stable: journals and dashboards rely on them. */
export const DENIAL_CODES = [
  'trading_halted',
  'trading_reducing',
  'account_blocked',
  'data_missing',
  'quote_stale',
  'quote_incoherent',
  'snapshot_stale',
  'snapshot_incoherent',
  'order_too_large',
  'order_above_volume',
  'order_unlike_own',
  'price_outside_collar',
  'price_off_tick',
  'quantity_not_orderable',
  'stop_misplaced',
  'exposure_name_exceeded',
  'exposure_total_exceeded',
  'buying_power_exceeded',
  'unexecuted_value_exceeded',
  'sector_exceeded',
  'cluster_exceeded',
  'oversell',
  'short_not_allowed',
  'competing_exit',
  'self_trade',
  'stop_loosened',
  'daily_loss_reached',
  'drawdown_reached',
  'duplicate_order',
  'message_rate_exceeded',
  'repeated_execution',
  'symbol_not_allowed',
  'asset_not_tradable',
  'market_closed',
  'session_edge',
  'calendar_disagrees',
  'corporate_action',
  'account_restricted',
  'backstop_differs',
  'record_differs',
  'symbol_unsettled',
  'guardrail_failed',
] as const;
export type DenialCode = (typeof DENIAL_CODES)[number];

/** One guardrail's answer, kept whether it passes or denies. */
export type Verdict = {
  readonly guardrail: string;
  readonly symbol: string;
  readonly outcome: 'pass' | 'deny';
  readonly code: DenialCode | null;
  /** The figure that was found and the one that is allowed, with their unit. */
  readonly measured: string;
  readonly limit: string;
  readonly because: string;
  /** For a denial: what would pass. */
  readonly wouldPass: string | null;
};

/**
 * Refuses or lets pass; it can do nothing else. Pure and total: an input that is
 * missing is a refusal.
 */
export type Guardrail = {
  readonly name: string;
  /** One sentence in the words of the account's owner. */
  readonly promise: string;
  review(input: ReviewInput): Verdict;
};
