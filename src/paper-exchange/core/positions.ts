import {
  absolute,
  type Decimal,
  formatDecimal,
  hasAtMostDecimals,
  larger,
  multiply,
  ONE,
  parseDecimal,
  truncateTo,
  ZERO,
} from './basics/decimal.ts';
import { type PositionView, WireError } from './basics/types.ts';
import { cancelWithoutDelay } from './orders/cancellation.ts';
import { accept, submit } from './orders/submission.ts';
import { holdsOf } from './rules/holds.ts';
import { readOrderRequest } from './rules/order-request.ts';
import { invalidField, notFound, unprocessable } from './rules/refusals.ts';
import type { Account } from './state/account.ts';
import type { Kernel } from './state/kernel.ts';
import type { OrderRecord } from './state/order-record.ts';
import { averageEntryPrice } from './state/position.ts';

const SHARE_DECIMALS = 9;
const HUNDRED = 100n * ONE;

/** Whole, or a part by shares or by percent; not both. */
export type ClosePart = { readonly qty?: string; readonly percentage?: string };

export function positionsOf(kernel: Kernel, account: Account): readonly PositionView[] {
  const symbols = [...shownPositions(kernel, account).keys()].sort();
  const views = symbols.map((symbol) => positionOf(kernel, account, symbol));
  return views.filter((view) => view !== null);
}

const shownPositions = (kernel: Kernel, account: Account) =>
  kernel.isDelayed('positionVisibilityMs') ? account.visiblePositions : account.positions;

/** The position as its endpoint shows it, which may lag; null when flat. */
export function positionOf(kernel: Kernel, account: Account, symbol: string): PositionView | null {
  const real = account.positions.get(symbol);
  const shown = shownPositions(kernel, account).get(symbol);
  const asset = kernel.assets.get(symbol);
  if (shown === undefined || shown.qty === ZERO || asset === undefined) return null;
  const market = kernel.market(symbol);
  const average = averageEntryPrice(shown);
  const { held } = holdsOf(account, symbol);
  const free = larger(absolute(shown.qty) - held, ZERO);
  const sign = shown.qty < ZERO ? -1n : 1n;
  return {
    symbol,
    asset,
    qty: shown.qty,
    qtyAvailable: kernel.switches.shortQtyAvailable === 'negative' ? sign * free : free,
    averageEntryPrice: average,
    costBasis: sign * shown.cost,
    currentPrice: market.lastPrice ?? average,
    lastDayPrice: market.lastDayClose ?? average,
    lastDayQty: real?.lastDayQty ?? ZERO,
  };
}

/** Enters the market order that closes a position or a part of it. */
export function closePosition(
  kernel: Kernel,
  account: Account,
  symbol: string,
  part: ClosePart,
): OrderRecord | WireError {
  const held = account.quantityOf(symbol);
  if (held === ZERO) return notFound('position does not exist');
  const qty = quantityToClose(absolute(held), part);
  if (qty instanceof WireError) return qty;
  return submit(kernel, account, {
    symbol,
    qty: formatDecimal(qty),
    side: held > ZERO ? 'sell' : 'buy',
    type: 'market',
    time_in_force: timeInForceOf(kernel, symbol),
  });
}

/** A coin has no day that could end. */
function timeInForceOf(kernel: Kernel, symbol: string): 'day' | 'gtc' {
  return kernel.assets.get(symbol)?.class === 'crypto' ? 'gtc' : 'day';
}

/** The same for the whole, without a look at what open orders hold. */
export function closeByHand(
  kernel: Kernel,
  account: Account,
  symbol: string,
): OrderRecord | WireError {
  const held = account.quantityOf(symbol);
  const asset = kernel.assets.get(symbol);
  if (held === ZERO || asset === undefined) return notFound('position does not exist');
  const request = readOrderRequest({
    symbol,
    qty: formatDecimal(absolute(held)),
    side: held > ZERO ? 'sell' : 'buy',
    type: 'market',
    time_in_force: timeInForceOf(kernel, symbol),
  });
  return request instanceof WireError ? request : accept(kernel, account, request, asset);
}

/** Closes every position; each symbol has its own answer. */
export function closeAllPositions(
  kernel: Kernel,
  account: Account,
  cancelOrders: boolean,
): readonly { readonly symbol: string; readonly outcome: OrderRecord | WireError }[] {
  const symbols = [...account.positions.keys()].sort();
  return symbols.map((symbol) => {
    if (cancelOrders) cancelWithoutDelay(kernel, account, symbol);
    return { symbol, outcome: closePosition(kernel, account, symbol, {}) };
  });
}

function quantityToClose(held: Decimal, part: ClosePart): Decimal | WireError {
  const { qty, percentage } = part;
  if (qty !== undefined && percentage !== undefined) {
    return unprocessable('only one of qty or percentage is accepted');
  }
  if (qty !== undefined) return readPart('qty', qty);
  if (percentage === undefined) return held;
  const percent = readPart('percentage', percentage);
  if (percent instanceof WireError) return percent;
  if (percent > HUNDRED) return invalidField('percentage must be <= 100');
  return truncateTo(multiply(held, percent) / 100n, SHARE_DECIMALS);
}

function readPart(field: string, text: string): Decimal | WireError {
  const value = parseDecimal(text);
  if (value === null || !hasAtMostDecimals(value, SHARE_DECIMALS)) {
    return invalidField(`invalid ${field}`);
  }
  return value > ZERO ? value : invalidField(`${field} must be > 0`);
}
