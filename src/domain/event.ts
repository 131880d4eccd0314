import type { Json } from './canonical.ts';
import type { EpochMs } from './time.ts';

/**
 * Everything that can be written down. Past tense, stable: journals outlive the code. What
 * concerns one symbol of a plan over several is a `part_…`, beside the `plan_…` on the whole.
 */
export type EventType =
  | 'started'
  | 'stopped'
  | 'settings_loaded'
  | 'snapshot_taken'
  | 'decision_made'
  | 'plan_proposed'
  | 'plan_not_made'
  | 'plan_refused'
  | 'plan_spent'
  | 'inputs_noted'
  | 'plan_reviewed'
  | 'step_intended'
  | 'step_answered'
  | 'step_observed'
  | 'plan_finished'
  | 'effect_vetoed'
  | 'approval_requested'
  | 'approval_given'
  | 'approval_refused'
  | 'part_proposed'
  | 'part_reviewed'
  | 'part_refused'
  | 'part_finished'
  | 'order_update_received'
  | 'fill_received'
  | 'stream_changed'
  | 'episode_opened'
  | 'episode_changed'
  | 'episode_closed'
  | 'naked_time_measured'
  | 'outcome_measured'
  | 'trading_state_changed'
  | 'halt_latched'
  | 'halt_verified'
  | 'halt_lifted'
  | 'orders_adopted'
  | 'alert_raised'
  | 'alert_cleared'
  | 'control_latched'
  | 'control_enabled'
  | 'policy_stepped_back'
  | 'policy_enabled'
  | 'settings_changed'
  | 'settings_held'
  | 'regime_seen'
  | 'stood_down'
  | 'stood_up'
  | 'account_handed_over'
  | 'equity_peak_moved'
  | 'cash_moved'
  | 'checkpoint_signed'
  | 'advice_given'
  | 'trade_begun'
  | 'learning_forgotten'
  | 'advisor_asked'
  | 'scenario_analyzed'
  | 'opinion_noted'
  | 'tool_called'
  | 'cycle_failed';

/** Who caused it: the loop, a policy, the host through MCP, the broker, or a person. */
export type Actor = 'loop' | 'host' | 'broker' | 'person' | 'system';

export type JournalEvent = {
  readonly type: EventType;
  readonly actor: Actor;
  readonly symbol?: string | null;
  readonly planId?: string | null;
  readonly orderId?: string | null;
  readonly body: unknown;
};

/** An event with its place in the chain. `hash` = SHA-256 over the canonical text of the rest. */
export type JournalRecord = {
  readonly v: 1;
  readonly seq: number;
  readonly at: EpochMs;
  readonly boot: string;
  readonly type: EventType;
  readonly actor: Actor;
  readonly symbol: string | null;
  readonly planId: string | null;
  readonly orderId: string | null;
  readonly body: Json;
  readonly prev: string;
  readonly hash: string;
};

/** Filters are ANDed; an absent one does not filter. Newest first. */
export type HistoryQuery = {
  readonly symbol?: string | undefined;
  readonly types?: readonly EventType[] | undefined;
  readonly planId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly sinceAt?: EpochMs | undefined;
  readonly untilAt?: EpochMs | undefined;
  /** Only records before this sequence number: the cursor. */
  readonly beforeSeq?: number | undefined;
  /** Only records after this sequence number. */
  readonly afterSeq?: number | undefined;
  readonly limit: number;
};
