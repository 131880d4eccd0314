import type { Decimal } from '../basics/decimal.ts';
import type { Order, WireError } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';
import { washTrade } from './refusals.ts';

type Side = Pick<Order, 'symbol' | 'side' | 'type' | 'orderClass' | 'limitPrice'>;

/**
 * Refuses an order that could execute against one of the account's own.
 * Complex classes and trailing stops are let through on either side.
 */
export function checkWashTrade(
  kernel: Kernel,
  account: Account,
  order: Side,
  replaced: OrderRecord | null,
): WireError | null {
  if (isExempt(order)) return null;
  for (const record of account.openOrdersOf(order.symbol)) {
    const resting = record.order;
    if (resting.side === order.side || record === replaced || isExempt(resting)) continue;
    if (!mayCross(order, resting)) continue;
    const kind = hasLimit(resting) ? 'limit' : 'market/stop';
    return washTrade(kernel.switches.washTradeStatus, resting.id, kind);
  }
  return null;
}

function isExempt(order: Side): boolean {
  return order.orderClass !== '' || order.type === 'trailing_stop';
}

function hasLimit(order: Side): boolean {
  return order.type === 'limit' || order.type === 'stop_limit';
}

function mayCross(one: Side, other: Side): boolean {
  if (!hasLimit(one) || !hasLimit(other)) return true;
  const [buy, sell] = one.side === 'buy' ? [one, other] : [other, one];
  return limitOrZero(buy.limitPrice) >= limitOrZero(sell.limitPrice);
}

function limitOrZero(limit: Decimal | null): Decimal {
  return limit ?? 0n;
}
