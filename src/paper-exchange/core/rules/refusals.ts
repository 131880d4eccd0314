import { type Decimal, formatDecimal } from '../basics/decimal.ts';
import { type JsonValue, WireError } from '../basics/types.ts';

type Extras = { readonly [key: string]: JsonValue };

/** 400: the request could not be read at all. */
export function malformed(message: string): WireError {
  return new WireError(400, { code: 40010000, message });
}

/** 422 with 40010001: a field is missing or has a value that no order can have. */
export function invalidField(message: string): WireError {
  return new WireError(422, { code: 40010001, message });
}

/** 422 with 42210000: the fields are well formed, but the order cannot be done. */
export function unprocessable(message: string, extras: Extras = {}): WireError {
  return new WireError(422, { ...extras, code: 42210000, message });
}

/** 403 with 40310000: the account may not do this now. */
export function forbidden(message: string, extras: Extras = {}): WireError {
  return new WireError(403, { ...extras, code: 40310000, message });
}

/** 404 with 40410000. */
export function notFound(message: string): WireError {
  return new WireError(404, { code: 40410000, message });
}

/** 403: one day trade too many for an account under 25,000 dollars. */
export function patternDayTrade(): WireError {
  const message = 'trade denied due to pattern day trading protection';
  return new WireError(403, { code: 40310100, message });
}

export function insufficientQuantity(facts: {
  readonly symbol: string;
  readonly requested: Decimal;
  readonly available: Decimal;
  readonly existing: Decimal;
  readonly held: Decimal;
  readonly relatedOrders: readonly string[];
}): WireError {
  const requested = formatDecimal(facts.requested);
  const available = formatDecimal(facts.available);
  return forbidden(
    `insufficient qty available for order (requested: ${requested}, available: ${available})`,
    {
      available,
      existing_qty: formatDecimal(facts.existing),
      held_for_orders: formatDecimal(facts.held),
      ...(facts.relatedOrders.length > 0 ? { related_orders: facts.relatedOrders } : {}),
      symbol: facts.symbol,
    },
  );
}

export function insufficientBuyingPower(buyingPower: string, costBasis: string): WireError {
  return forbidden('insufficient buying power', {
    buying_power: buyingPower,
    cost_basis: costBasis,
  });
}

export function washTrade(
  status: 403 | 422,
  existingOrderId: string,
  kind: 'market/stop' | 'limit',
): WireError {
  return new WireError(status, {
    code: status === 403 ? 40310000 : 42210000,
    existing_order_id: existingOrderId,
    message: 'potential wash trade detected. use complex orders',
    reject_reason: `opposite side ${kind} order exists`,
  });
}

export function stopThroughMarket(
  side: 'buy' | 'sell',
  marketPrice: Decimal,
  stopPrice: Decimal,
): WireError {
  const relation = side === 'sell' ? 'less' : 'greater';
  return unprocessable(`stop price must be ${relation} than current price`, {
    market_price: formatDecimal(marketPrice),
    stop_price: formatDecimal(stopPrice),
  });
}

export function subPenny(field: string, price: Decimal): WireError {
  return unprocessable(
    `invalid ${field} ${formatDecimal(price)}. sub-penny increment does not fulfill minimum pricing criteria`,
  );
}
