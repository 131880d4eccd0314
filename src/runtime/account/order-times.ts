import { NO_SHARES } from '../../domain/decimal.ts';
import type { OrderId } from '../../domain/ids.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Clocks that nobody knows to be apart are not further apart than this. */
const LONGEST_AHEAD_MS = 10_000;

/**
 * Orders with no time that is yet to come: what is heard of one counts by its time, so that a
 * false one would have every later word passed over until it is reached.
 *
 * Such a word has the time of the one before it, as the order may not have changed since, and
 * what is said of it next has its own time again; one that tells of an end or of a fill, which
 * positions are compared with, has just happened.
 *
 * @param now by the broker's clock, as far as it is known
 * @param knownOf the order as it is known; null when it is new to us
 */
export const withoutFuture = (
  orders: readonly Order[],
  now: EpochMs,
  knownOf: (id: OrderId) => Order | null,
): readonly Order[] =>
  orders.map((order) => {
    if (order.updatedAt - now <= LONGEST_AHEAD_MS) return order;
    const { updatedAt, filledQuantity } = knownOf(order.id) ?? untouched(order);
    const hasHappened = isTerminal(order.status) || !order.filledQuantity.eq(filledQuantity);
    return { ...order, updatedAt: hasHappened ? now : Math.min(updatedAt, now) };
  });

const untouched = ({ createdAt }: Order) => ({ updatedAt: createdAt, filledQuantity: NO_SHARES });
