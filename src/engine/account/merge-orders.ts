import type { Decimal } from '../../domain/decimal.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';
import { isTerminal } from '../../domain/order.ts';

/** Every order that was heard of, by its id. */
export type OrderBook = ReadonlyMap<OrderId, Order>;

/**
 * Takes what the broker said, by a read or by the stream and in whatever order it arrived,
 * into what is known. An order that did not change keeps its identity.
 *
 * @returns the orders that were told of, and those in whose place they step, as they are now
 */
export function mergeOrders(known: OrderBook, incoming: readonly Order[]): OrderBook {
  const told = new Map<OrderId, Order>();
  for (const order of incoming) {
    told.set(order.id, mergeOrder(told.get(order.id) ?? known.get(order.id) ?? null, order));
  }
  for (const { id } of incoming) closePredecessor(known, told, id);
  return told;
}

/**
 * What is true of one order after another word about it: one that has ended stays ended,
 * else the later word counts. Of two words of the same moment the one that is further on
 * counts, so that an order never goes back.
 *
 * @param known null when the order is new to us
 */
function mergeOrder(known: Order | null, incoming: Order): Order {
  if (known === null || known === incoming) return incoming;
  const hasEnded = isTerminal(known.status);
  if (hasEnded !== isTerminal(incoming.status)) return hasEnded ? known : incoming;
  if (incoming.updatedAt < known.updatedAt) return known;
  // A status that nobody here knows has no place in an order's life: the later word counts.
  const isOdd = known.status === 'unrecognized' || incoming.status === 'unrecognized';
  if (incoming.updatedAt === known.updatedAt && !isOdd && progress(incoming, known) < 0)
    return known;
  return isSame(known, incoming) ? known : incoming;
}

/** How far on an order's life each status lies; what a status interrupts comes before it. */
const STAGES: Record<OrderStatus, number> = {
  pending_new: 0,
  accepted: 1,
  accepted_for_bidding: 1,
  held: 2,
  new: 3,
  partially_filled: 4,
  done_for_day: 5,
  pending_cancel: 5,
  pending_replace: 5,
  stopped: 5,
  suspended: 5,
  calculated: 5,
  unrecognized: 5,
  filled: 6,
  canceled: 6,
  expired: 6,
  replaced: 6,
  rejected: 6,
};

/** Below zero when `a` lies before `b`: fewer shares filled, or an earlier stage. */
const progress = (a: Order, b: Order): number =>
  a.filledQuantity.cmp(b.filledQuantity) || STAGES[a.status] - STAGES[b.status];

/** Statuses in which a successor has proven that it stands in the old order's place. */
export const IN_PLACE: ReadonlySet<OrderStatus> = new Set([
  'new',
  'held',
  'partially_filled',
  'filled',
]);

/** The word that the old order was replaced may be lost; its successor at work says the same. */
function closePredecessor(known: OrderBook, told: Map<OrderId, Order>, id: OrderId): void {
  const successor = told.get(id);
  if (successor === undefined || successor.replaces === null) return;
  const old = told.get(successor.replaces) ?? known.get(successor.replaces);
  if (old === undefined) return;
  told.set(old.id, old);
  if (isTerminal(old.status) || !IN_PLACE.has(successor.status)) return;
  told.set(old.id, {
    ...old,
    status: 'replaced',
    replacedBy: id,
    updatedAt: Math.max(old.updatedAt, successor.updatedAt),
  });
}

const isSame = (a: Order, b: Order): boolean =>
  a.status === b.status &&
  a.updatedAt === b.updatedAt &&
  a.filledQuantity.eq(b.filledQuantity) &&
  isEqual(a.quantity, b.quantity) &&
  isEqual(a.limitPrice, b.limitPrice) &&
  isEqual(a.stopPrice, b.stopPrice) &&
  a.parentId === b.parentId &&
  a.replacedBy === b.replacedBy &&
  a.expiresAt === b.expiresAt;

const isEqual = (a: Decimal | null, b: Decimal | null): boolean =>
  a === null || b === null ? a === b : a.eq(b);
