import type { JsonValue, WireError } from '../basics/types.ts';
import { end } from '../matching/ending.ts';
import { mayTradeNow } from '../matching/resting.ts';
import { notFound, unprocessable } from '../rules/refusals.ts';
import type { Account } from '../state/account.ts';
import type { CancelFault } from '../state/interference.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

/** One line of the answer to cancelling all orders. */
export type CancelResult = {
  readonly id: string;
  readonly status: number;
  readonly body: { readonly [key: string]: JsonValue } | null;
};

/** Accepts a cancel; the order ends after the cancel latency, unless it fills first. */
export function cancel(kernel: Kernel, account: Account, orderId: string): WireError | null {
  const record = kernel.orders.find(account, orderId);
  if (record === null) return notFound(`order not found for ${orderId}`);
  return requestCancel(kernel, record);
}

/** Cancels every open order, each group once. */
export function cancelAll(kernel: Kernel, account: Account): readonly CancelResult[] {
  const open = [...account.openOrders()].filter((record) => record.order.status !== 'held');
  open.sort((one, other) => one.sequence - other.sequence);
  return open.map((record) => {
    const refusal = requestCancel(kernel, record);
    const body = refusal?.body ?? null;
    return { id: record.order.id, status: refusal?.status ?? 200, body };
  });
}

/** Ends open orders at once, as closing a position with `cancel_orders` does. */
export function cancelWithoutDelay(kernel: Kernel, account: Account, symbol: string): void {
  for (const record of [...account.openOrdersOf(symbol)]) {
    if (record.isOpen && record.predecessor?.isOpen !== true) end(kernel, record, 'canceled');
  }
}

function checkCancel(kernel: Kernel, record: OrderRecord): WireError | null {
  const { status } = record.order;
  if (status === 'pending_cancel') return unprocessable('order pending cancel');
  if (status === 'pending_replace' || record.predecessor?.isOpen === true) {
    return unprocessable('order already pending replacement');
  }
  if (record.isOpen) return null;
  if (status === 'canceled' && kernel.switches.cancelOfCanceled === 'accept') return null;
  return unprocessable(`order is already in "${status}" state`);
}

function requestCancel(kernel: Kernel, record: OrderRecord): WireError | null {
  const refusal = checkCancel(kernel, record);
  if (refusal !== null || !record.isOpen) return refusal;
  const fault = kernel.interference.onCancel(record.order);
  if (fault?.kind === 'refuse') return unprocessable('order is not cancelable');
  record.statusBefore = record.order.status;
  kernel.change(record, { status: 'pending_cancel', cancelRequestedAt: kernel.now });
  kernel.tradeUpdate(record, 'pending_cancel');
  if (fault?.kind === 'fill') {
    kernel.later(0, { kind: 'fill_anyway', record, percent: fault.percent });
  }
  const delayMs = cancelDelay(kernel, record, fault);
  if (delayMs !== null) kernel.later(delayMs, { kind: 'finish_cancel', record });
  return null;
}

/** The broker's own cancel: nobody has asked, but it takes the same way. */
export function cancelByBroker(kernel: Kernel, record: OrderRecord): void {
  if (!record.isOpen || record.order.status === 'pending_cancel') return;
  record.statusBefore = record.order.status;
  kernel.change(record, { status: 'pending_cancel', cancelRequestedAt: kernel.now });
  kernel.tradeUpdate(record, 'pending_cancel');
  kernel.later(kernel.delay('cancelMs'), { kind: 'finish_cancel', record });
}

/** Nothing is left to cancel when the order has filled in the meantime. */
export function finishCancel(kernel: Kernel, record: OrderRecord): void {
  if (record.order.status === 'pending_cancel') end(kernel, record, 'canceled');
}

function cancelDelay(
  kernel: Kernel,
  record: OrderRecord,
  fault: CancelFault | null,
): number | null {
  if (fault?.kind === 'delay') return fault.delayMs;
  const delayMs = kernel.delay('cancelMs');
  const waits = kernel.switches.cancelOutsideHours === 'next_open' && !mayTradeNow(kernel, record);
  return waits ? kernel.calendar.nextOpen(kernel.now) - kernel.now + delayMs : delayMs;
}
