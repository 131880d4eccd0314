import { fieldsOf, type SealedStep } from './plan-book.ts';
import { unitsOf } from './units.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the exchange was sent beside what the plan says; anything more in it is an alteration. */
export function sameOrder(body: Fields, { kind, order }: SealedStep): boolean {
  if (kind !== 'submit') return false;
  const { orderClass, takeProfitLimitPrice, stopLoss } = order;
  const leg = fieldsOf(stopLoss);
  return sameFields(body, {
    client_order_id: body.client_order_id,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    position_intent: order.positionIntent,
    qty: order.quantity,
    limit_price: order.limitPrice,
    stop_price: order.stopPrice,
    order_class: orderClass === 'simple' ? null : orderClass,
    take_profit: takeProfitLimitPrice === null ? null : { limit_price: takeProfitLimitPrice },
    stop_loss:
      stopLoss === null ? null : { stop_price: leg.stopPrice, limit_price: leg.limitPrice },
  });
}

export function sameChange(body: Fields, { kind, change, before }: SealedStep): boolean {
  if (kind !== 'replace') return false;
  return sameFields(body, {
    client_order_id: body.client_order_id,
    qty: change.quantity,
    limit_price: change.limitPrice ?? before.limitPrice,
    stop_price: change.stopPrice ?? before.stopPrice,
  });
}

function sameFields(one: unknown, other: unknown): boolean {
  const [a, b] = [fieldsOf(one), fieldsOf(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) =>
    sameValue(a[key] ?? null, b[key] ?? null),
  );
}

function sameValue(one: unknown, other: unknown): boolean {
  if (typeof one === 'object' && one !== null) return sameFields(one, other);
  return one === other || (isDigits(one) && isDigits(other) && unitsOf(one) === unitsOf(other));
}

const isDigits = (value: unknown): value is string =>
  typeof value === 'string' && /^\d+(\.\d{1,9})?$/.test(value);
