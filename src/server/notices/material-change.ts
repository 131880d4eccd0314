import type { EventType, JournalRecord } from '../../domain/event.ts';

/** Has a listener hear each record of the journal; what it returns ends that. */
export type Hearing = (listener: (record: JournalRecord) => void) => () => void;

export const PORTFOLIO = 'bigbrother://portfolio';
export const EVENTS = 'bigbrother://events';
export const GUARDRAILS = 'bigbrother://guardrails';

/** What changes the picture of the account for somebody who looks at it. */
const OF_THE_ACCOUNT: ReadonlySet<EventType> = new Set<EventType>([
  'fill_received',
  'episode_opened',
  'episode_changed',
  'episode_closed',
  'plan_finished',
  'naked_time_measured',
  'trading_state_changed',
  'alert_raised',
  'alert_cleared',
  'approval_requested',
  'approval_given',
  'approval_refused',
  'halt_latched',
  'halt_lifted',
]);
/** Of a plan or an order alone: many of them, and no other picture changes by them. */
const OF_ITS_OWN: ReadonlySet<EventType> = new Set<EventType>([
  'plan_reviewed',
  'plan_refused',
  'step_answered',
  'step_observed',
]);
const OF_THE_RULES: ReadonlySet<EventType> = new Set<EventType>([
  'settings_changed',
  'control_latched',
  'control_enabled',
  'policy_stepped_back',
  'policy_enabled',
]);

/** Which resources read otherwise after this record. A look that found nothing new changes none. */
export function changedBy({ type, symbol, planId, orderId }: JournalRecord): readonly string[] {
  const isOfAccount = OF_THE_ACCOUNT.has(type);
  const isOfRules = OF_THE_RULES.has(type);
  if (!isOfAccount && !isOfRules && !OF_ITS_OWN.has(type)) return [];
  return [
    ...(isOfAccount ? [PORTFOLIO] : []),
    ...(isOfAccount && symbol !== null ? [`bigbrother://positions/${symbol}`] : []),
    ...(isOfRules ? [GUARDRAILS] : []),
    ...(isOfAccount || isOfRules ? [EVENTS] : []),
    ...(planId === null ? [] : [`bigbrother://plans/${planId}`]),
    ...(orderId === null ? [] : [`bigbrother://orders/${orderId}`]),
  ];
}
