import { type Decimal, formatDecimal } from '../../core/basics/decimal.ts';
import type { Order, OrderWithLegs } from '../../core/basics/types.ts';
import { utcText, utcTextOrNull } from './times.ts';

type Written = { readonly legs: OrderWithLegs['legs']; readonly text: string };

/** An order never changes: another one comes in its place. */
const written = new WeakMap<Order, Written>();

/**
 * The same as text. Lists of orders are asked for all the time, and most that stand in them are
 * as they were.
 */
export function orderText(found: OrderWithLegs): string {
  const { order, legs } = found;
  const known = written.get(order);
  if (known !== undefined && isSame(known.legs, legs)) return known.text;
  const text = JSON.stringify(orderJson(found));
  written.set(order, { legs, text });
  return text;
}

const isSame = (one: Written['legs'], other: Written['legs']): boolean =>
  one.length === other.length && one.every((leg, place) => leg === other[place]);

/** An order as the trading API and its stream write it: every key there, unset ones null. */
export function orderJson({ order, legs }: OrderWithLegs): object {
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: utcText(order.createdAt),
    updated_at: utcText(order.updatedAt),
    submitted_at: utcText(order.submittedAt),
    filled_at: utcTextOrNull(order.filledAt),
    expired_at: utcTextOrNull(order.expiredAt),
    canceled_at: utcTextOrNull(order.canceledAt),
    failed_at: utcTextOrNull(order.failedAt),
    replaced_at: utcTextOrNull(order.replacedAt),
    replaced_by: order.replacedBy,
    replaces: order.replaces,
    asset_id: order.assetId,
    symbol: order.symbol,
    asset_class: order.assetClass,
    notional: digits(order.notional),
    qty: digits(order.qty),
    filled_qty: formatDecimal(order.filledQty),
    filled_avg_price: digits(order.filledAvgPrice),
    order_class: order.orderClass,
    order_type: order.type,
    type: order.type,
    side: order.side,
    position_intent: order.positionIntent,
    time_in_force: order.timeInForce,
    limit_price: digits(order.limitPrice),
    stop_price: digits(order.stopPrice),
    status: order.status,
    extended_hours: order.extendedHours,
    legs: legs.length === 0 ? null : legs.map(legJson),
    trail_percent: digits(order.trailPercent),
    trail_price: digits(order.trailPrice),
    hwm: digits(order.highWaterMark),
    subtag: null,
    source: null,
    expires_at: utcTextOrNull(order.expiresAt),
  };
}

function legJson(order: Order): object {
  return orderJson({ order, legs: [] });
}

function digits(value: Decimal | null): string | null {
  return value === null ? null : formatDecimal(value);
}
