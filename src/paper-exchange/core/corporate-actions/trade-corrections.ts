import { type Decimal, divide, multiply, roundTo, ZERO } from '../basics/decimal.ts';
import type { FillActivity, Side } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

const AVERAGE_PRICE_DECIMALS = 6;

/** What an execution should have been; what is left out was right. */
export type TradeCorrection = { readonly price?: Decimal; readonly qty?: Decimal };

/**
 * Takes an execution back: its cash and its shares move the other way, its activity is canceled
 * and its order shows less filled. What was taken back is not worked again. A position that the
 * execution had closed comes back at the execution's price. False when there is none to take back.
 */
export function bustTrade(kernel: Kernel, account: Account, executionId: string): boolean {
  const found = findFill(account, executionId);
  if (found === null) return false;
  const { place, fill } = found;
  move(kernel, account, fill, opposite(fill.side));
  account.activities.amend(place, { ...fill, status: 'canceled' });
  publishCorrection(kernel, account, fill, 'trade_bust', { qty: ZERO, price: fill.price });
  return true;
}

/** Executes the same again with another price or quantity. False when there is no such trade. */
export function correctTrade(
  kernel: Kernel,
  account: Account,
  executionId: string,
  correction: TradeCorrection,
): boolean {
  const found = findFill(account, executionId);
  if (found === null) return false;
  const { place, fill } = found;
  const corrected: FillActivity = { ...fill, ...correction, status: 'correct' };
  move(kernel, account, fill, opposite(fill.side));
  move(kernel, account, corrected, fill.side);
  account.activities.amend(place, corrected);
  publishCorrection(kernel, account, fill, 'trade_correct', corrected);
  return true;
}

function findFill(
  account: Account,
  executionId: string,
): { readonly place: number; readonly fill: FillActivity } | null {
  const place = account.activities.placeOf(executionId);
  const fill = place === null ? undefined : account.activities.at(place);
  if (place === null || fill?.kind !== 'fill' || fill.status === 'canceled') return null;
  return { place, fill };
}

function move(kernel: Kernel, account: Account, { symbol, qty, price }: FillActivity, side: Side) {
  const lastPrice = kernel.market(symbol).lastPrice ?? price;
  account.applyExecution(symbol, side, qty, price, lastPrice);
}

/** The order as it is now, with what its executions come to. */
function publishCorrection(
  kernel: Kernel,
  account: Account,
  fill: FillActivity,
  event: 'trade_bust' | 'trade_correct',
  now: { readonly qty: Decimal; readonly price: Decimal },
): void {
  const record = kernel.orders.find(account, fill.orderId);
  if (record === null) return;
  restateFills(kernel, record, fill, now);
  kernel.tradeUpdate(record, event, {
    id: fill.executionId,
    price: now.price,
    qty: event === 'trade_bust' ? fill.qty : now.qty,
    positionQty: account.quantityOf(fill.symbol),
  });
}

function restateFills(
  kernel: Kernel,
  record: OrderRecord,
  before: FillActivity,
  now: { readonly qty: Decimal; readonly price: Decimal },
): void {
  const { filledQty, filledAvgPrice } = record.order;
  const value = multiply(filledQty, filledAvgPrice ?? ZERO);
  const change = multiply(now.qty, now.price) - multiply(before.qty, before.price);
  const qty = filledQty + now.qty - before.qty;
  record.filledValue += change;
  kernel.change(record, {
    filledQty: qty,
    filledAvgPrice:
      qty === ZERO ? null : roundTo(divide(value + change, qty), AVERAGE_PRICE_DECIMALS),
  });
  kernel.orders.amend(record);
}

function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}
