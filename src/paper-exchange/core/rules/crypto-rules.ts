import { formatDecimal, ONE, ZERO } from '../basics/decimal.ts';
import type { Asset, Switches, WireError } from '../basics/types.ts';
import type { OrderRequest } from './order-request.ts';
import { checkAmount, checkClientOrderId, checkPricesOfType } from './order-rules.ts';
import { forbidden, invalidField, unprocessable } from './refusals.ts';

/** Dollars of one order ("Crypto Spot Trading"). */
const NOTIONAL_MAX = 200_000n * ONE;

/** What an order for a coin must fulfil whoever sends it and whenever. */
export function checkCryptoRequest(
  request: OrderRequest,
  asset: Asset,
  switches: Switches,
): WireError | null {
  return (
    checkClientOrderId(request.clientOrderId) ??
    checkAmount(request) ??
    checkKind(request, switches) ??
    checkPricesOfType(request) ??
    checkPrice('limit_price', request.limitPrice, asset) ??
    checkPrice('stop_price', request.stopPrice, asset) ??
    checkSize(request, asset)
  );
}

/** Market, limit and stop-limit; GTC and IOC; simple; around the clock without asking for it. */
function checkKind(request: OrderRequest, switches: Switches): WireError | null {
  const { type, timeInForce, orderClass, extendedHours, takeProfit, stopLoss } = request;
  if (type === 'stop' || type === 'trailing_stop') {
    return unprocessable('invalid order type for crypto order');
  }
  if (timeInForce !== 'gtc' && timeInForce !== 'ioc') {
    return unprocessable('invalid crypto time_in_force');
  }
  const hasLegs = takeProfit !== null || stopLoss !== null;
  if (orderClass !== '' || (hasLegs && switches.legsWithoutClass === 'refuse')) {
    return unprocessable('crypto orders must be simple orders');
  }
  if (type === 'stop_limit' && timeInForce === 'ioc') {
    return unprocessable('invalid crypto time_in_force');
  }
  return extendedHours ? unprocessable('crypto orders are not extended hours orders') : null;
}

function checkPrice(field: string, price: bigint | null, asset: Asset): WireError | null {
  if (price === null) return null;
  if (price <= ZERO) return invalidField(`${field.replace('_', ' ')} must be > 0`);
  const step = asset.priceIncrement;
  if (step === null || price % step === ZERO) return null;
  return unprocessable(`${field} must be a multiple of ${formatDecimal(step)}`);
}

function checkSize({ qty, notional }: OrderRequest, asset: Asset): WireError | null {
  if (notional !== null && notional > NOTIONAL_MAX) {
    return forbidden('notional must be <= 200000 for crypto orders');
  }
  if (qty === null) return null;
  const { minOrderSize, minTradeIncrement } = asset;
  if (minOrderSize !== null && qty < minOrderSize) {
    return unprocessable(`qty must be >= ${formatDecimal(minOrderSize)}`);
  }
  if (minTradeIncrement === null || qty % minTradeIncrement === ZERO) return null;
  return unprocessable(`qty must be a multiple of ${formatDecimal(minTradeIncrement)}`);
}
