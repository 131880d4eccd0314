import { ZERO } from './basics/decimal.ts';
import type { IdleStatus, Order } from './basics/types.ts';
import { end, reject } from './matching/ending.ts';
import { seekPrice } from './matching/matching.ts';
import { isSettled, leaveBook } from './matching/resting.ts';
import { restate } from './orders/order-adjustment.ts';
import { refuseReplacement } from './orders/succession.ts';
import type { Kernel } from './state/kernel.ts';
import type { OrderRecord } from './state/order-record.ts';

/** A `qty` is what is left to execute; a price only where the order has one. */
type Restatement = Partial<Pick<Order, 'qty' | 'limitPrice' | 'stopPrice'>>;

/** What a venue or the broker's desk may do with an open order; rare, and never asked for. */
export type VenueAction =
  /** Lets the order rest in one of the rare states. */
  | { readonly kind: 'set_aside'; readonly status: IdleStatus }
  | { readonly kind: 'put_back' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'expire' }
  /** A cancel or a replacement under way comes to nothing. */
  | { readonly kind: 'refuse_cancel' }
  | { readonly kind: 'refuse_replace' }
  /** Other prices, or less left to execute, in place. */
  | { readonly kind: 'restate'; readonly change: Restatement };

/** False when the order is in no state for it. */
export function act(kernel: Kernel, record: OrderRecord, action: VenueAction): boolean {
  if (!record.isOpen) return false;
  switch (action.kind) {
    case 'set_aside':
      return setAside(kernel, record, action.status);
    case 'put_back':
      return putBack(kernel, record);
    case 'reject':
      if (!isSettled(record) || record.order.filledQty > ZERO) return false;
      reject(kernel, record);
      return true;
    case 'cancel':
    case 'expire':
      if (record.predecessor?.isOpen === true) return false;
      end(kernel, record, action.kind === 'cancel' ? 'canceled' : 'expired');
      return true;
    case 'refuse_cancel':
      return refuseCancel(kernel, record);
    case 'refuse_replace':
      if (record.successor?.isOpen !== true) return false;
      refuseReplacement(kernel, record, record.successor);
      return true;
    case 'restate':
      if (!isSettled(record) || !isPossible(record, action.change)) return false;
      restate(kernel, record, action.change);
      return true;
  }
}

function isPossible({ order, remaining }: OrderRecord, change: Restatement): boolean {
  const { qty, limitPrice, stopPrice } = change;
  if (qty !== undefined) {
    if (qty === null || order.notional !== null || qty <= ZERO || qty > remaining) return false;
  }
  const hasFixedStop = order.stopPrice !== null && order.type !== 'trailing_stop';
  const hasLimit = order.limitPrice !== null;
  return fits(limitPrice, hasLimit) && fits(stopPrice, hasFixedStop);
}

function fits(price: Order['limitPrice'] | undefined, isPriced: boolean): boolean {
  return price === undefined || (isPriced && price !== null && price > ZERO);
}

/** Out of the market, but open: it may be cancelled, put back or end with its day. */
function setAside(kernel: Kernel, record: OrderRecord, status: IdleStatus): boolean {
  if (!record.working || !isSettled(record) || record.order.status === 'held') return false;
  leaveBook(kernel, record);
  record.working = false;
  kernel.change(record, { status });
  kernel.tradeUpdate(record, status);
  return true;
}

/** Lets an order that was set aside trade again. */
function putBack(kernel: Kernel, record: OrderRecord): boolean {
  if (!isIdle(record)) return false;
  record.working = true;
  const status = record.order.filledQty > ZERO ? 'partially_filled' : 'new';
  kernel.change(record, { status });
  kernel.tradeUpdate(record, status === 'new' ? 'new' : 'restated');
  seekPrice(kernel, record);
  return true;
}

/** The next morning what was done for the day, and what was calculated, works again. */
export function putBackNextDay(kernel: Kernel, record: OrderRecord): void {
  const { status } = record.order;
  if (status === 'done_for_day' || status === 'calculated') putBack(kernel, record);
}

function isIdle({ order: { status } }: OrderRecord): boolean {
  switch (status) {
    case 'done_for_day':
    case 'stopped':
    case 'suspended':
    case 'calculated':
    case 'accepted_for_bidding':
      return true;
    case 'pending_new':
    case 'accepted':
    case 'new':
    case 'held':
    case 'partially_filled':
    case 'filled':
    case 'pending_cancel':
    case 'canceled':
    case 'pending_replace':
    case 'replaced':
    case 'expired':
    case 'rejected':
      return false;
  }
}

function refuseCancel(kernel: Kernel, record: OrderRecord): boolean {
  if (record.order.status !== 'pending_cancel') return false;
  kernel.change(record, { status: record.statusBefore ?? 'new' });
  kernel.tradeUpdate(record, 'order_cancel_rejected');
  return true;
}
