import type { Judge } from './rules.ts';
import { type OrderView, TERMINAL } from './views.ts';

const SET_ASIDE = [
  ...['new', 'partially_filled', 'filled', 'pending_cancel', 'canceled', 'expired', 'rejected'],
  'replaced',
];

/** What an order falls back to when nothing comes of a cancel or a replacement. */
const RESTING = [
  ...['new', 'partially_filled', 'held', 'accepted', 'pending_new'],
  ...['done_for_day', 'suspended', 'stopped', 'calculated', 'accepted_for_bidding'],
];

/** Where each status may lead: the diagram of "Orders at Alpaca", order lifecycle. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  pending_new: ['new', 'accepted', 'held', 'rejected', 'canceled', 'pending_cancel', 'expired'],
  accepted: ['new', 'pending_new', 'rejected', 'canceled', 'pending_cancel', 'expired'],
  held: ['new', 'pending_cancel', 'pending_replace', 'canceled', 'expired', 'replaced', 'rejected'],
  new: [
    ...['partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'expired'],
    ...['done_for_day', 'suspended', 'stopped', 'calculated', 'accepted_for_bidding'],
    // The broker itself replaces what a corporate action has changed, and rejects what it must.
    ...['replaced', 'rejected'],
  ],
  partially_filled: [
    ...['partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'expired'],
    ...['done_for_day', 'suspended', 'stopped', 'calculated', 'replaced'],
  ],
  pending_cancel: [...['pending_cancel', 'canceled', 'expired', 'filled'], ...RESTING],
  pending_replace: [
    ...['pending_replace', 'replaced', 'canceled', 'expired', 'filled'],
    ...['new', 'partially_filled', 'held'],
  ],
  done_for_day: SET_ASIDE,
  suspended: SET_ASIDE,
  stopped: SET_ASIDE,
  calculated: SET_ASIDE,
  accepted_for_bidding: SET_ASIDE,
};

/** The statuses that go with an event: "Websocket Streaming", common events. */
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  partial_fill: ['partially_filled', 'pending_cancel', 'pending_replace'],
  fill: ['filled'],
  order_replace_rejected: RESTING,
  order_cancel_rejected: [...RESTING, ...TERMINAL],
};

/** Events that correct what has happened, whatever the status. */
const CORRECTIONS: ReadonlySet<string> = new Set(['restated', 'trade_bust', 'trade_correct']);

export function isCorrection(event: string): boolean {
  return CORRECTIONS.has(event);
}

export function checkEventName(event: string, order: OrderView, judge: Judge): void {
  if (isCorrection(event)) return;
  const fits = (STATUSES[event] ?? [event]).includes(order.status);
  judge.expect('eventName', fits, () => `${event} came with ${order.id} as ${order.status}`);
}

/** `before` is null for the first that is heard of an order which is no leg. */
export function checkTransition(before: string | null, order: OrderView, judge: Judge): void {
  const { id, status, replaces } = order;
  if (before === null) {
    const first = ['pending_new', 'accepted', 'held'];
    const allowed = replaces === null ? first : [...first, 'new', 'rejected'];
    judge.expect('transition', allowed.includes(status), () => `order ${id} began as ${status}`);
    return;
  }
  const went = () => `order ${id} went from ${before} to ${status}`;
  judge.expect('terminal', !TERMINAL.has(before), went);
  judge.expect('transition', NEXT[before]?.includes(status) ?? TERMINAL.has(before), went);
}
