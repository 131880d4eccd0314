import { type Decimal, ONE, truncateTo } from '../basics/decimal.ts';
import { tradesOvernight } from '../rules/overnight.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

/** Whether the session lets this order execute. */
export function mayTradeNow(kernel: Kernel, record: OrderRecord): boolean {
  const { assetClass, extendedHours, symbol } = record.order;
  if (assetClass === 'crypto') return true;
  switch (kernel.session) {
    case 'regular':
      return true;
    case 'pre':
    case 'post':
      return extendedHours;
    case 'overnight':
      return extendedHours && tradesOvernight(kernel, record.account, symbol);
    case 'closed':
      return false;
  }
}

/** The worst price at which the order may execute; null for any price. */
export function limitOf(kernel: Kernel, record: OrderRecord): Decimal | null {
  const { type, side, limitPrice, stopPrice } = record.order;
  if (type !== 'stop' || side !== 'buy' || stopPrice === null) return limitPrice;
  const collar = collarOf(stopPrice);
  return kernel.switches.buyStopCollar === 'exact' ? collar : truncateTo(collar, 2);
}

/** A buy stop works as a stop-limit: 4 % above its stop below 50 dollars, else 2.5 %. */
function collarOf(stopPrice: Decimal): Decimal {
  return stopPrice < 50n * ONE ? (stopPrice * 104n) / 100n : (stopPrice * 1025n) / 1000n;
}

/** Lets a working order wait for its price. Does nothing outside the sessions it trades in. */
export function joinBook(kernel: Kernel, record: OrderRecord): void {
  if (!record.working || record.fillScheduled || !mayTradeNow(kernel, record)) return;
  leaveBook(kernel, record);
  record.hasRested = true;
  const market = kernel.market(record.order.symbol);
  const { side, type, timeInForce, stopPrice } = record.order;
  if (timeInForce === 'opg' || timeInForce === 'cls') {
    market.auction.add(record);
  } else if (record.isStop && !record.elected) {
    if (type === 'trailing_stop') market.trailingStops.add(record);
    else if (stopPrice !== null) {
      (side === 'buy' ? market.buyStops : market.sellStops).add(record, stopPrice);
    }
  } else {
    const limit = limitOf(kernel, record);
    if (limit === null) market.atMarket.add(record);
    else (side === 'buy' ? market.buyLimits : market.sellLimits).add(record, limit);
  }
}

export function leaveBook(kernel: Kernel, record: OrderRecord): void {
  if (record.rung !== null) {
    record.rung.ladder.remove(record);
    return;
  }
  const market = kernel.market(record.order.symbol);
  market.atMarket.delete(record);
  market.trailingStops.delete(record);
  market.auction.delete(record);
}

/** Neither being cancelled nor being replaced. */
export function isSettled({ order, predecessor }: OrderRecord): boolean {
  const isPending = order.status === 'pending_cancel' || order.status === 'pending_replace';
  return !isPending && predecessor?.isOpen !== true;
}
