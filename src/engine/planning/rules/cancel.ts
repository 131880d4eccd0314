import type { Order, OrderStatus } from '../../../domain/order.ts';
import type { Draft } from '../candidate.ts';
import type { Rule } from './shared.ts';
import { foreign } from './shared.ts';

const CANCELABLE: ReadonlySet<OrderStatus> = new Set([
  'new',
  'accepted',
  'partially_filled',
  'held',
  'done_for_day',
  'suspended',
]);

/** False while the broker is busy with the order, or once it has ended. */
export const isCancelable = ({ status }: Pick<Order, 'status'>): boolean => CANCELABLE.has(status);

/** Outside the session a cancel of an order at the venue may stay pending until the open. */
const CANCELABLE_WHEN_CLOSED: ReadonlySet<OrderStatus> = new Set(['accepted', 'held']);

/** When a cancel can be asked for and its end awaited. */
export const CANCEL_RULES: readonly Rule<Extract<Draft, { kind: 'cancel' }>>[] = [
  ({ before }, scene) => foreign(before, scene),
  ({ before }, { book }) => {
    const live = book.orders.find(({ id }) => id === before.id);
    if (live === undefined) return `cancel: order ${before.id} has ended`;
    return isCancelable(live)
      ? null
      : `cancel: order ${before.id} is ${live.status}; its end has to be awaited`;
  },
  ({ before }, { context }) =>
    context.session.isOpen ||
    before.isBeforeSplit === true ||
    CANCELABLE_WHEN_CLOSED.has(before.status)
      ? null
      : `session: outside it a cancel of order ${before.id} may stay pending, and its shares held`,
];
