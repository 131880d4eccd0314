import { type Decimal, divide, larger, multiply, roundTo, ZERO } from '../basics/decimal.ts';
import type { Order } from '../basics/types.ts';
import { noteDayTrade } from '../rules/day-trades.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';
import { holdProceeds } from '../state/settlement.ts';
import { chargeFee } from './crypto-fees.ts';
import { close, rejectSuccessor } from './ending.ts';
import { afterExecution } from './groups.ts';

const AVERAGE_PRICE_DECIMALS = 6;

/**
 * Executes `qty` shares of an order at `price`: the ledger, the order, its activity, its events
 * and what it means for its group. Gives back the orders that have become working through it.
 */
export function execute(
  kernel: Kernel,
  record: OrderRecord,
  qty: Decimal,
  price: Decimal,
): readonly OrderRecord[] {
  const { account, order } = record;
  const lastPrice = kernel.market(order.symbol).lastPrice ?? price;
  noteDayTrade(kernel, account, order.symbol, record.closes);
  account.applyExecution(order.symbol, order.side, qty, price, lastPrice);
  record.filledValue += multiply(qty, price);
  const filledQty = order.filledQty + qty;
  record.remaining = order.notional === null ? larger(record.remaining - qty, ZERO) : ZERO;
  const isFilled = record.remaining === ZERO;
  const change: Partial<Order> = {
    filledQty,
    filledAvgPrice: roundTo(divide(record.filledValue, filledQty), AVERAGE_PRICE_DECIMALS),
  };
  if (isFilled) {
    close(kernel, record, 'filled');
    kernel.change(record, change);
  } else {
    account.reserve(record, multiply(record.remaining, record.marginPrice));
    kernel.change(record, { ...change, ...partialStatus(record) });
  }
  if (record.successor?.isOpen === true) passOn(kernel, record, record.successor, qty);
  holdProceeds(kernel, account, order, multiply(qty, price));
  announce(kernel, record, qty, price);
  if (chargeFee(kernel, record, qty, price)) showPosition(kernel, record);
  if (isFilled) rejectSuccessor(kernel, record);
  return afterExecution(kernel, record);
}

/** A pending cancel or replace stays pending; the fill only shows where it falls back to. */
function partialStatus(record: OrderRecord): Partial<Order> {
  const { status } = record.order;
  if (status === 'pending_cancel' || status === 'pending_replace') {
    record.statusBefore = 'partially_filled';
    return {};
  }
  return { status: 'partially_filled' };
}

/** What fills while a replacement is under way is no longer left for the successor. */
function passOn(kernel: Kernel, record: OrderRecord, successor: OrderRecord, qty: Decimal): void {
  successor.remaining -= qty;
  if (!kernel.switches.replacementInheritsFills) return;
  const { filledQty, filledAvgPrice } = record.order;
  successor.filledValue = record.filledValue;
  kernel.change(successor, { filledQty, filledAvgPrice });
}

function announce(kernel: Kernel, record: OrderRecord, qty: Decimal, price: Decimal): void {
  const { account, order } = record;
  const executionId = kernel.ids.uuid();
  const type = record.remaining === ZERO ? 'fill' : 'partial_fill';
  account.activities.push({
    kind: 'fill',
    executionId,
    accountId: account.id,
    at: kernel.now,
    symbol: order.symbol,
    side: order.side,
    type,
    price,
    qty,
    cumulativeQty: order.filledQty,
    leavesQty: record.remaining,
    orderId: order.id,
    orderStatus: order.status,
    status: 'executed',
  });
  showPosition(kernel, record);
  const positionQty = account.quantityOf(order.symbol);
  kernel.tradeUpdate(record, type, { id: executionId, price, qty, positionQty });
}

/** The positions endpoint may lag behind the executions. */
function showPosition(kernel: Kernel, record: OrderRecord): void {
  const { account } = record;
  const { symbol } = record.order;
  if (!kernel.isDelayed('positionVisibilityMs')) return;
  const position = account.positions.get(symbol);
  const shown = { qty: position?.qty ?? ZERO, cost: position?.cost ?? ZERO };
  const delayMs = kernel.delay('positionVisibilityMs');
  const reshapings = account.reshapings.get(symbol) ?? 0;
  kernel.later(delayMs, { kind: 'show_position', account, symbol, shown, reshapings });
}
