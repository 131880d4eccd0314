import { multiply, ZERO } from '../basics/decimal.ts';
import type { Order } from '../basics/types.ts';
import { seekPrice } from '../matching/matching.ts';
import { leaveBook } from '../matching/resting.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';
import { chargePrice } from './admission.ts';
import { replaceAtOnce } from './succession.ts';

/**
 * Changes an open order without being asked by its owner. A `qty` is what is left to execute.
 * The order is shown as replaced by another or as restated, as the switch has it; one that has
 * not reached the venue is always restated.
 */
export function adjustOrder(kernel: Kernel, record: OrderRecord, change: Partial<Order>): void {
  const { status } = record.order;
  const isAtVenue = status !== 'accepted' && status !== 'pending_new';
  if (isAtVenue && kernel.switches.adjustedOrderShows === 'replaced') {
    replaceAtOnce(kernel, record, { qty: remainingQty(record), ...change });
  } else {
    restate(kernel, record, change);
  }
}

/** Changes an order where it stands and says so. */
export function restate(kernel: Kernel, record: OrderRecord, change: Partial<Order>): void {
  const { account, order } = record;
  leaveBook(kernel, record);
  account.removeOpenOrder(record);
  const { qty } = change;
  if (qty === undefined || qty === null || order.qty === null) {
    kernel.change(record, change);
  } else {
    // The quantity is the total of the chain, also where the order shows only its own fills.
    const filled = order.qty - record.remaining;
    record.remaining = qty;
    kernel.change(record, { ...change, qty: filled + qty });
  }
  account.addOpenOrder(record);
  if (!record.closes) {
    record.marginPrice = chargePrice(kernel, record.order);
    const { notional } = record.order;
    account.reserve(record, notional ?? multiply(record.remaining, record.marginPrice));
  }
  kernel.tradeUpdate(record, 'restated');
  seekPrice(kernel, record);
}

function remainingQty({ order, remaining }: OrderRecord): Order['qty'] {
  return order.qty === null || remaining === ZERO ? order.qty : remaining;
}
