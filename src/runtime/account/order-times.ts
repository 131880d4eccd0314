import type { Order } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Clocks that nobody knows to be apart are not further apart than this. */
const LONGEST_AHEAD_MS = 10_000;

/**
 * Orders with no time that is yet to come: what is heard of one counts by its time, so that a
 * false one would have every later word passed over until it is reached.
 *
 * @param now by the broker's clock, as far as it is known
 */
export const withoutFuture = (orders: readonly Order[], now: EpochMs): readonly Order[] =>
  orders.map((order) =>
    order.updatedAt - now > LONGEST_AHEAD_MS ? { ...order, updatedAt: now } : order,
  );
