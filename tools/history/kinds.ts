import type { EventType } from '../../src/domain/event.ts';

const typesOf = {
  decisions: ['decision_made'],
  plans: [
    'plan_proposed',
    'plan_not_made',
    'plan_refused',
    'plan_spent',
    'plan_reviewed',
    'plan_finished',
    'approval_requested',
    'approval_given',
    'approval_refused',
    'effect_vetoed',
  ],
  orders: ['step_intended', 'step_answered', 'step_observed', 'order_update_received'],
  fills: ['fill_received'],
  outcomes: ['outcome_measured'],
  protection: ['episode_opened', 'episode_changed', 'episode_closed', 'naked_time_measured'],
  alerts: [
    'alert_raised',
    'alert_cleared',
    'trading_state_changed',
    'halt_latched',
    'halt_verified',
    'halt_lifted',
    'control_latched',
    'control_enabled',
    'policy_stepped_back',
    'policy_enabled',
    'stood_down',
    'stood_up',
    'orders_adopted',
    'cycle_failed',
  ],
  system: [
    'started',
    'stopped',
    'settings_loaded',
    'settings_changed',
    'settings_held',
    'regime_seen',
    'account_handed_over',
    'equity_peak_moved',
    'cash_moved',
    'stream_changed',
    'snapshot_taken',
  ],
  calls: ['tool_called'],
} as const satisfies Readonly<Record<string, readonly EventType[]>>;

export type Kind = keyof typeof typesOf;
export const KINDS = Object.keys(typesOf) as [Kind, ...Kind[]];

/** What a plan over several symbols does in one of them: only who asks for a symbol needs it. */
const partTypes: readonly EventType[] = [
  'part_proposed',
  'part_refused',
  'part_reviewed',
  'part_finished',
];

/** What is told by other lines or repeats in every cycle only shows when it is asked for. */
const withoutAsking: readonly EventType[] = [
  ...typesOf.plans,
  'step_intended',
  'step_answered',
  'step_observed',
  ...typesOf.fills,
  ...typesOf.outcomes,
  ...typesOf.alerts,
  ...typesOf.decisions,
  'episode_opened',
  'episode_closed',
  'settings_changed',
  'settings_held',
  'started',
  'stopped',
];

/** Undefined for all of them: who names a plan or an order wants to see everything. */
export function typesFor(asked: {
  readonly kind?: Kind | undefined;
  readonly symbol?: string | undefined;
  readonly plan_id?: string | undefined;
  readonly order_id?: string | undefined;
}): readonly EventType[] | undefined {
  const { kind } = asked;
  if (kind === undefined && (asked.plan_id ?? asked.order_id) !== undefined) return undefined;
  const types = kind === undefined ? withoutAsking : typesOf[kind];
  const hasPlans = kind === undefined || kind === 'plans';
  return hasPlans && asked.symbol !== undefined ? [...types, ...partTypes] : types;
}
