import { type Decimal, ONE, roundTo, truncateTo, ZERO } from '../basics/decimal.ts';
import type { Order } from '../basics/types.ts';
import { end } from '../matching/ending.ts';
import { isSettled } from '../matching/resting.ts';
import { adjustOrder } from '../orders/order-adjustment.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

const SHARE_DECIMALS = 9;

export type SplitTerms = {
  readonly symbol: string;
  readonly newRate: number;
  readonly oldRate: number;
};

/**
 * A holder has `newRate` shares for every `oldRate`. Multiplies positions and yesterday's close;
 * prices of before are gone. What becomes of open orders is a switch: Alpaca's texts have them
 * cancelled and adjusted, and users have seen them left alone and fire.
 */
export function applySplit(kernel: Kernel, terms: SplitTerms): void {
  const { symbol } = terms;
  const [multiplier, divisor] = [BigInt(terms.newRate), BigInt(terms.oldRate)];
  const market = kernel.market(symbol);
  const { lastPrice } = market;
  if (lastPrice !== null) market.lastDayClose = (lastPrice * divisor) / multiplier;
  market.closingPrice = market.lastDayClose;
  market.forgetPrices();
  for (const account of kernel.accounts) {
    const records = [...account.openOrdersOf(symbol)];
    splitPosition(kernel, account, terms);
    for (const record of records) splitOrder(kernel, record, multiplier, divisor);
  }
}

function splitPosition(kernel: Kernel, account: Account, terms: SplitTerms): void {
  const { symbol, newRate, oldRate } = terms;
  const before = account.quantityOf(symbol);
  if (before === ZERO) return;
  account.split(symbol, (qty) => split(qty, BigInt(newRate), BigInt(oldRate)));
  const { lastPrice } = kernel.market(symbol);
  if (lastPrice !== null) account.mark(symbol, lastPrice);
  const groupId = kernel.ids.uuid();
  const entry = {
    type: 'SPLIT',
    subType: newRate > oldRate ? 'FSPLIT' : 'RSPLIT',
    symbol,
    perShareAmount: null,
    netAmount: ZERO,
    groupId,
  } as const;
  kernel.book(account, { ...entry, qty: -before });
  kernel.book(account, { ...entry, qty: account.quantityOf(symbol) });
}

function split(qty: Decimal, multiplier: bigint, divisor: bigint): Decimal {
  return truncateTo((qty * multiplier) / divisor, SHARE_DECIMALS);
}

function splitOrder(
  kernel: Kernel,
  record: OrderRecord,
  multiplier: bigint,
  divisor: bigint,
): void {
  const { ordersAtSplit } = kernel.switches;
  if (ordersAtSplit === 'leave' || !record.isOpen || record.predecessor?.isOpen === true) return;
  const change = ordersAtSplit === 'adjust' ? adjustedTo(record, multiplier, divisor) : null;
  if (change === null) end(kernel, record, 'canceled');
  else adjustOrder(kernel, record, change);
}

/** Null when nothing is left of the order, or when it is about to end or to be replaced. */
function adjustedTo(
  record: OrderRecord,
  multiplier: bigint,
  divisor: bigint,
): Partial<Order> | null {
  const { order, remaining } = record;
  if (!isSettled(record) || order.notional !== null || order.filledQty > ZERO) return null;
  const whole = remaining % ONE === ZERO;
  const qty = truncateTo((remaining * multiplier) / divisor, whole ? 0 : SHARE_DECIMALS);
  if (qty === ZERO) return null;
  const price = (before: Decimal | null) => {
    if (before === null) return null;
    const after = (before * divisor) / multiplier;
    return roundTo(after, after >= ONE ? 2 : 4);
  };
  return {
    qty,
    limitPrice: price(order.limitPrice),
    stopPrice: price(order.stopPrice),
    trailPrice: price(order.trailPrice),
    highWaterMark: price(order.highWaterMark),
  };
}
