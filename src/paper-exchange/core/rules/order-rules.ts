import {
  type Decimal,
  formatDecimal,
  hasAtMostDecimals,
  ONE,
  parseDecimal,
  ZERO,
} from '../basics/decimal.ts';
import type { Switches, WireError } from '../basics/types.ts';
import { isJsonObject } from './body-reader.ts';
import type { OrderRequest } from './order-request.ts';
import { invalidField, subPenny, unprocessable } from './refusals.ts';

const CLIENT_ORDER_ID_LENGTH_MAX = 128;
const SHARE_DECIMALS = 9;
const TENTH = ONE / 10n;

/** What an order must fulfil whoever sends it and whenever. Null when nothing is wrong. */
export function checkRequest(request: OrderRequest, switches: Switches): WireError | null {
  return (
    checkClientOrderId(request.clientOrderId) ??
    checkAmount(request) ??
    checkPrices(request) ??
    checkTimeInForce(request) ??
    checkExtendedHours(request, switches) ??
    checkFraction(request, switches) ??
    checkClass(request, switches)
  );
}

export function checkClientOrderId(clientOrderId: string | null): WireError | null {
  if (clientOrderId === null || clientOrderId.length <= CLIENT_ORDER_ID_LENGTH_MAX) return null;
  return invalidField('client_order_id must be no more than 128 characters');
}

/** Two decimals from one dollar, four below. */
export function checkTick(field: string, price: Decimal | null): WireError | null {
  if (price === null) return null;
  if (price <= ZERO) return invalidField(`${field.replace('_', ' ')} must be > 0`);
  return hasAtMostDecimals(price, price >= ONE ? 2 : 4) ? null : subPenny(field, price);
}

/** A zero after the last digit that a price may have is one digit too many, where that is refused. */
export function checkTrailingZeros(body: unknown, switches: Switches): WireError | null {
  if (switches.trailingZeros === 'accept' || !isJsonObject(body)) return null;
  for (const field of ['limit_price', 'stop_price']) {
    const value = body[field];
    if (typeof value !== 'string') continue;
    const [, decimals = ''] = value.split('.');
    const price = parseDecimal(value);
    if (price !== null && decimals.length > (price >= ONE ? 2 : 4)) return subPenny(field, price);
  }
  return null;
}

/** Whole shares only, or a fraction that the order may have. */
export function isFractional(request: Pick<OrderRequest, 'qty' | 'notional'>): boolean {
  return request.notional !== null || (request.qty !== null && request.qty % ONE !== ZERO);
}

export function checkAmount({ qty, notional }: OrderRequest): WireError | null {
  if (qty === null && notional === null) return invalidField('qty or notional is required');
  if (qty !== null && notional !== null) {
    return invalidField('only one of qty or notional is accepted');
  }
  if (qty !== null && qty <= ZERO) return invalidField('qty must be > 0');
  if (notional !== null && notional < ONE) return unprocessable('notional must be >= 1.00');
  const amount = qty ?? notional ?? ZERO;
  if (hasAtMostDecimals(amount, SHARE_DECIMALS)) return null;
  return invalidField(`${qty === null ? 'notional' : 'qty'} must have at most 9 decimals`);
}

function checkPrices(request: OrderRequest): WireError | null {
  const { type, limitPrice, stopPrice, trailPrice, trailPercent } = request;
  return (
    checkPricesOfType(request) ??
    checkTick('limit_price', limitPrice) ??
    checkTick('stop_price', stopPrice) ??
    (type === 'trailing_stop' ? checkTrail(trailPrice, trailPercent) : null)
  );
}

export function checkPricesOfType(request: OrderRequest): WireError | null {
  const hasLimit = request.limitPrice !== null;
  const hasStop = request.stopPrice !== null;
  const hasTrail = request.trailPrice !== null || request.trailPercent !== null;
  if (hasTrail && request.type !== 'trailing_stop') {
    return unprocessable('only trailing stop orders take trail_price or trail_percent');
  }
  switch (request.type) {
    case 'market':
      if (!hasLimit && !hasStop) return null;
      return invalidField('market orders require no stop or limit price');
    case 'limit':
      if (hasStop) return unprocessable('limit orders must not have stop_price');
      // The take-profit of an OCO is its limit price.
      if (hasLimit || request.orderClass === 'oco') return null;
      return invalidField('limit orders require a limit price');
    case 'stop':
      if (hasLimit) return unprocessable('stop orders must not have limit_price');
      return hasStop ? null : invalidField('stop orders require a stop price');
    case 'stop_limit':
      if (hasLimit && hasStop) return null;
      return invalidField('stop limit orders require both stop and limit price');
    case 'trailing_stop':
      if (!hasLimit && !hasStop) return null;
      return unprocessable('trailing stop orders must not have limit_price or stop_price');
  }
}

function checkTrail(trailPrice: Decimal | null, trailPercent: Decimal | null): WireError | null {
  if ((trailPrice === null) === (trailPercent === null)) {
    return invalidField('trailing stop orders must specify one of trail_price or trail_percent');
  }
  if (trailPercent !== null && trailPercent < TENTH) {
    return invalidField('trail_percent must be greater than or equal to 0.1');
  }
  return checkTick('trail_price', trailPrice);
}

function checkTimeInForce({ type, timeInForce }: OrderRequest): WireError | null {
  if (timeInForce === 'day' || timeInForce === 'gtc') return null;
  if (type === 'market' || type === 'limit') return null;
  return unprocessable(`invalid time_in_force ${timeInForce} for ${type} orders`);
}

function checkExtendedHours(request: OrderRequest, switches: Switches): WireError | null {
  if (!request.extendedHours) return null;
  const { type, timeInForce } = request;
  if (type !== 'market' && type !== 'limit') {
    return unprocessable('stop orders are not eligible for extended hours trading');
  }
  const isTimely = timeInForce === 'day' || (timeInForce === 'gtc' && switches.extendedHoursGtc);
  if (type === 'limit' && isTimely && request.orderClass === '') return null;
  return unprocessable('extended hours order must be DAY limit orders');
}

function checkFraction(request: OrderRequest, switches: Switches): WireError | null {
  if (!isFractional(request)) return null;
  if (request.orderClass !== '') return unprocessable('fractional orders must be simple orders');
  if (request.timeInForce !== 'day') return unprocessable('fractional orders must be DAY orders');
  if (request.type === 'trailing_stop') {
    return unprocessable('trailing stop orders must have whole shares');
  }
  if (request.type === 'market') return null;
  if (request.notional !== null && switches.notionalTypes === 'market_only') {
    return unprocessable('notional orders must be market orders');
  }
  if (request.notional === null && switches.fractionalTypes === 'market_only') {
    return unprocessable('fractional orders must be market orders');
  }
  return null;
}

function checkClass(request: OrderRequest, switches: Switches): WireError | null {
  const { orderClass, takeProfit, stopLoss, type, timeInForce } = request;
  if (orderClass === '') {
    const isPlain = takeProfit === null && stopLoss === null;
    if (isPlain || switches.legsWithoutClass === 'ignore') return null;
    return unprocessable('take_profit and stop_loss require a bracket, oco or oto order_class');
  }
  if (type === 'trailing_stop') return unprocessable('trailing stop orders must be simple orders');
  if (timeInForce !== 'day' && timeInForce !== 'gtc') {
    return unprocessable(`${orderClass} orders must be DAY or GTC orders`);
  }
  return (
    checkLegsOfClass(request) ??
    checkTick('take_profit.limit_price', takeProfit?.limitPrice ?? null) ??
    checkTick('stop_loss.stop_price', stopLoss?.stopPrice ?? null) ??
    checkTick('stop_loss.limit_price', stopLoss?.limitPrice ?? null) ??
    checkLegsApart(request)
  );
}

function checkLegsOfClass(request: OrderRequest): WireError | null {
  const { orderClass, type } = request;
  const hasProfit = (request.takeProfit?.limitPrice ?? null) !== null;
  const hasStop = (request.stopLoss?.stopPrice ?? null) !== null;
  if (request.takeProfit !== null && !hasProfit) {
    return unprocessable(`${orderClass} orders require take_profit.limit_price`);
  }
  if (request.stopLoss !== null && !hasStop) {
    return unprocessable(`${orderClass} orders require stop_loss.stop_price`);
  }
  if (orderClass === 'oto') {
    if (hasProfit !== hasStop) return null;
    return unprocessable('oto orders require one of take_profit or stop_loss');
  }
  if (orderClass === 'oco' && type !== 'limit') {
    return unprocessable('oco orders must be limit orders');
  }
  if (!hasProfit) return unprocessable(`${orderClass} orders require take_profit.limit_price`);
  return hasStop ? null : unprocessable(`${orderClass} orders require stop_loss.stop_price`);
}

/** Exits of a long: profit above, stop below. Of a short: the reverse. */
function checkLegsApart({
  orderClass,
  side,
  takeProfit,
  stopLoss,
}: OrderRequest): WireError | null {
  const profit = takeProfit?.limitPrice ?? null;
  const stop = stopLoss?.stopPrice ?? null;
  if (profit === null || stop === null || orderClass === 'oco') return null;
  if (side === 'buy' ? profit > stop : profit < stop) return null;
  const relation = side === 'buy' ? '>' : '<';
  return unprocessable(
    `take_profit.limit_price ${formatDecimal(profit)} must be ${relation} stop_loss.stop_price ${formatDecimal(stop)}`,
  );
}
