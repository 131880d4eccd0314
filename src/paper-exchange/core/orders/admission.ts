import {
  absolute,
  type Decimal,
  divide,
  formatDecimal,
  formatRounded,
  multiply,
  ONE,
  truncateTo,
  ZERO,
} from '../basics/decimal.ts';
import { type Asset, type PositionIntent, type Side, WireError } from '../basics/types.ts';
import { trailedFrom } from '../matching/trailing.ts';
import { buyingPowerFor } from '../rules/buying-power.ts';
import { availableOf, holdsOf } from '../rules/holds.ts';
import type { OrderRequest } from '../rules/order-request.ts';
import { isFractional } from '../rules/order-rules.ts';
import { checkAccount, checkAsset, checkDirection } from '../rules/permissions.ts';
import {
  forbidden,
  insufficientBuyingPower,
  insufficientQuantity,
  stopThroughMarket,
  unprocessable,
} from '../rules/refusals.ts';
import { checkWashTrade } from '../rules/wash-trade.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

const CENT = ONE / 100n;
const SHARE_DECIMALS = 9;

/** What this account may do now. Null when the order may be accepted. */
export function checkAdmission(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  asset: Asset,
): WireError | null {
  const intent = inferIntent(account, request);
  return (
    checkAccount(account) ??
    checkAsset(kernel, account, request, asset) ??
    checkUniqueness(kernel, account, request.clientOrderId) ??
    checkAuctionWindow(kernel, request) ??
    checkIntent(request, intent) ??
    checkClassIntent(request, intent) ??
    checkDirection(kernel, account, request, asset, intent) ??
    checkQuantity(kernel, account, request, intent) ??
    checkWashTrade(kernel, account, request, null) ??
    checkOpposite(account, request, intent) ??
    checkStop(kernel, request.symbol, request.side, request.stopPrice) ??
    checkLegPrices(kernel, request) ??
    checkBuyingPower(kernel, account, request, intent)
  );
}

/** What the order does to the position, judged by the position alone. */
export function inferIntent(
  account: Account,
  { symbol, side }: Pick<OrderRequest, 'symbol' | 'side'>,
): PositionIntent {
  const held = account.quantityOf(symbol);
  if (side === 'buy') return held < ZERO ? 'buy_to_close' : 'buy_to_open';
  return held > ZERO ? 'sell_to_close' : 'sell_to_open';
}

/** A client order id counts once for ever, or once among open orders. */
export function checkUniqueness(
  kernel: Kernel,
  account: Account,
  clientOrderId: string | null,
): WireError | null {
  if (clientOrderId === null) return null;
  const existing = kernel.orders.findByClientOrderId(account, clientOrderId);
  if (existing === null) return null;
  if (kernel.switches.clientOrderIdUniqueness === 'active' && !existing.isOpen) return null;
  const status = kernel.switches.duplicateClientOrderIdStatus;
  return new WireError(status, { code: 40010001, message: 'client_order_id must be unique' });
}

/** A sell stop belongs below the market and a buy stop above it. */
export function checkStop(
  kernel: Kernel,
  symbol: string,
  side: Side,
  stopPrice: Decimal | null,
): WireError | null {
  const marketPrice = kernel.market(symbol).lastPrice;
  if (stopPrice === null || marketPrice === null) return null;
  if (side === 'sell' ? stopPrice < marketPrice : stopPrice > marketPrice) return null;
  return stopThroughMarket(side, marketPrice, stopPrice);
}

/** The price per share that an opening order is charged at. */
export function chargePrice(
  kernel: Kernel,
  order: Pick<OrderRequest, 'symbol' | 'side' | 'limitPrice' | 'stopPrice'>,
): Decimal {
  const market = kernel.market(order.symbol);
  const now = priceOfSession(kernel, order.symbol, order.side);
  const named = order.limitPrice ?? order.stopPrice;
  if (order.side === 'buy') return named ?? now;
  // A short is valued at no less than three percent over the ask.
  const collar = ((market.quote?.askPrice ?? now) * 103n) / 100n;
  return named !== null && named > collar ? named : collar;
}

function priceOfSession(kernel: Kernel, symbol: string, side: Side): Decimal {
  const market = kernel.market(symbol);
  const last = market.lastPrice ?? ZERO;
  const session = market.isAroundTheClock ? 'regular' : kernel.session;
  if (market.quote === null || session === 'closed') return last;
  // Overnight many names are not quoted: what is left of the evening says less than the last sale.
  if (session === 'overnight' && market.quote.at < kernel.sessionSince) return last;
  if (session !== 'regular') return market.midpoint ?? last;
  return side === 'buy' ? market.quote.askPrice : market.quote.bidPrice;
}

/** Shares of the order; of one by notional as many as its dollars buy now. */
export function sharesOf(kernel: Kernel, request: OrderRequest): Decimal {
  if (request.qty !== null) return request.qty;
  const price = priceOfSession(kernel, request.symbol, request.side);
  if (request.notional === null || price === ZERO) return ZERO;
  return truncateTo(divide(request.notional, price), SHARE_DECIMALS);
}

const MINUTE_MS = 60_000;
const OPG_ENDS_BEFORE_OPEN_MS = 2 * MINUTE_MS;
const CLS_ENDS_BEFORE_CLOSE_MS = 10 * MINUTE_MS;
const AUCTIONS_REOPEN_MS = 19 * 60 * MINUTE_MS;

/** Opening orders not from 09:28, closing ones not from 15:50; both again from 19:00. */
function checkAuctionWindow(kernel: Kernel, { timeInForce }: OrderRequest): WireError | null {
  if (timeInForce !== 'opg' && timeInForce !== 'cls') return null;
  const { calendar, now } = kernel;
  const today = calendar.tradingDay(calendar.dateOf(now));
  if (today === null) return null;
  const closesAt =
    timeInForce === 'opg'
      ? today.openAt - OPG_ENDS_BEFORE_OPEN_MS
      : today.closeAt - CLS_ENDS_BEFORE_CLOSE_MS;
  if (now < closesAt || now >= calendar.midnightOf(today.date) + AUCTIONS_REOPEN_MS) return null;
  const from = timeInForce === 'opg' ? '9:28am' : '3:50pm';
  return forbidden(`${timeInForce} orders are not accepted between ${from} and 7:00pm ET`);
}

function checkIntent(request: OrderRequest, inferred: PositionIntent): WireError | null {
  const specified = request.positionIntent;
  if (specified === null || specified === inferred) return null;
  return unprocessable(`position intent mismatch, inferred: ${inferred}, specified: ${specified}`);
}

function checkClassIntent({ orderClass }: OrderRequest, intent: PositionIntent): WireError | null {
  if (orderClass === '') return null;
  const closes = isClosing(intent);
  if (orderClass === 'oco') return closes ? null : unprocessable('oco orders must be exit orders');
  return closes ? unprocessable(`${orderClass} orders must be entry orders`) : null;
}

/** A closing order needs shares that no other one has reserved; it never flips the position. */
function checkQuantity(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  intent: PositionIntent,
): WireError | null {
  if (!isClosing(intent)) return null;
  return checkAvailable(account, request.symbol, sharesOf(kernel, request));
}

export function checkAvailable(
  account: Account,
  symbol: string,
  requested: Decimal,
  except?: OrderRecord,
): WireError | null {
  const available = availableOf(account, symbol, except);
  if (requested <= available) return null;
  const holds = holdsOf(account, symbol, except);
  return insufficientQuantity({
    symbol,
    requested,
    available,
    existing: absolute(account.quantityOf(symbol)),
    held: holds.held,
    relatedOrders: holds.orderIds,
  });
}

/** Not both ways into a position at once. */
function checkOpposite(
  account: Account,
  request: OrderRequest,
  intent: PositionIntent,
): WireError | null {
  if (isClosing(intent)) return null;
  const opposite = intent === 'buy_to_open' ? 'sell_to_open' : 'buy_to_open';
  for (const { order, closes } of account.openOrdersOf(request.symbol)) {
    if (order.positionIntent === opposite) {
      return forbidden(
        intent === 'buy_to_open'
          ? 'cannot open a long buy while a short sell order is open'
          : 'cannot open a short sell while a long buy order is open',
      );
    }
    if (request.notional !== null && closes) {
      return forbidden(
        'unable to open new notional orders while having open closing position orders',
      );
    }
  }
  return null;
}

/** A stop leg must lie a cent beyond the base price, a take-profit a cent on the other side. */
function checkLegPrices(kernel: Kernel, request: OrderRequest): WireError | null {
  if (request.orderClass === '') return null;
  const isLong = (request.side === 'buy') === (request.orderClass !== 'oco');
  const marketPrice = kernel.market(request.symbol).lastPrice;
  const profit = request.takeProfit?.limitPrice ?? null;
  const stop = request.stopLoss?.stopPrice ?? null;
  const base = request.orderClass === 'oco' ? profit : (request.limitPrice ?? marketPrice);
  for (const price of [base, marketPrice]) {
    if (price === null || stop === null) continue;
    if (isLong ? stop > price - CENT : stop < price + CENT) {
      const bound = isLong ? '<= base_price - 0.01' : '>= base_price + 0.01';
      return legRefusal(`stop_loss.stop_price must be ${bound}`, price);
    }
  }
  if (request.orderClass === 'oco' || base === null || profit === null) return null;
  if (isLong ? profit >= base + CENT : profit <= base - CENT) return null;
  const bound = isLong ? '>= base_price + 0.01' : '<= base_price - 0.01';
  return legRefusal(`take_profit.limit_price must be ${bound}`, base);
}

function legRefusal(message: string, basePrice: Decimal): WireError {
  return unprocessable(message, { base_price: formatDecimal(basePrice) });
}

function checkBuyingPower(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  intent: PositionIntent,
): WireError | null {
  if (isClosing(intent)) return null;
  const price = chargePrice(kernel, withFirstStop(kernel, request));
  const cost = request.notional ?? multiply(sharesOf(kernel, request), price);
  if (request.side === 'buy' && isFractional(request) && cost < ONE) {
    return forbidden('cost basis must be >= minimal amount of order 1');
  }
  return checkCost(kernel, account, request, cost);
}

/** A trailing stop is charged at the stop that it would begin with. */
function withFirstStop(kernel: Kernel, request: OrderRequest): OrderRequest {
  const mark = kernel.market(request.symbol).lastPrice;
  if (request.type !== 'trailing_stop' || mark === null) return request;
  return { ...request, stopPrice: trailedFrom(request, mark).stopPrice };
}

/** Whether the account can pay `cost` more for the symbol than it has reserved. */
export function checkCost(
  kernel: Kernel,
  account: Account,
  { symbol, extendedHours }: Pick<OrderRequest, 'symbol' | 'extendedHours'>,
  cost: Decimal,
): WireError | null {
  const isOvernight = extendedHours && kernel.session === 'overnight';
  const buyingPower = buyingPowerFor(account, symbol, isOvernight);
  if (cost <= buyingPower) return null;
  return insufficientBuyingPower(formatRounded(buyingPower, 2), formatRounded(cost, 2));
}

function isClosing(intent: PositionIntent): boolean {
  return intent === 'buy_to_close' || intent === 'sell_to_close';
}
