import { type Decimal, larger, multiply, ONE, ZERO } from '../basics/decimal.ts';
import { type Order, type TimeInForce, WireError } from '../basics/types.ts';
import { trailedFrom } from '../matching/trailing.ts';
import { BodyReader, isJsonObject } from '../rules/body-reader.ts';
import { checkClientOrderId, checkTick, checkTrailingZeros } from '../rules/order-rules.ts';
import { checkAccount } from '../rules/permissions.ts';
import { invalidField, malformed, notFound, unprocessable } from '../rules/refusals.ts';
import { expiryOf } from '../rules/validity.ts';
import { checkWashTrade } from '../rules/wash-trade.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import { OrderRecord } from '../state/order-record.ts';
import { chargePrice, checkAvailable, checkCost, checkStop, checkUniqueness } from './admission.ts';

type Changes = {
  readonly qty: Decimal | null;
  readonly timeInForce: TimeInForce | null;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly trail: Decimal | null;
  readonly clientOrderId: string | null;
};

const REPLACEABLE_TIMES_IN_FORCE: readonly TimeInForce[] = [
  'day',
  'gtc',
  'opg',
  'cls',
  'ioc',
  'fok',
];

/**
 * Judges the body of PATCH /v2/orders/{id} and accepts a successor. It takes the order's place
 * after the replace latency; when the order fills first, the successor is rejected.
 */
export function replace(
  kernel: Kernel,
  account: Account,
  orderId: string,
  body: unknown,
): OrderRecord | WireError {
  const record = kernel.orders.find(account, orderId);
  if (record === null) return notFound(`order not found for ${orderId}`);
  if (!isJsonObject(body)) return malformed('request body format is invalid');
  const changes = readChanges(body);
  if (changes instanceof WireError) return changes;
  const refusal =
    checkReplaceable(record) ??
    checkAccount(account) ??
    checkZeros(kernel, record, body) ??
    checkChanges(record, changes) ??
    checkUniqueness(kernel, account, changes.clientOrderId) ??
    checkResult(kernel, record, changedOrder(record.order, changes));
  if (refusal !== null) return refusal;
  return accept(kernel, record, changes);
}

function checkZeros(kernel: Kernel, { order }: OrderRecord, body: unknown): WireError | null {
  return order.assetClass === 'crypto' ? null : checkTrailingZeros(body, kernel.switches);
}

function readChanges(body: { readonly [key: string]: unknown }): Changes | WireError {
  const reader = new BodyReader(body);
  const changes = {
    qty: reader.decimal('qty'),
    timeInForce: reader.choice('time_in_force', REPLACEABLE_TIMES_IN_FORCE),
    limitPrice: reader.decimal('limit_price'),
    stopPrice: reader.decimal('stop_price'),
    trail: reader.decimal('trail'),
    clientOrderId: reader.text('client_order_id') || null,
  };
  if (reader.problem !== null) return reader.problem;
  if (reader.has('notional')) return unprocessable('notional orders cannot be replaced');
  return changes;
}

function checkReplaceable(record: OrderRecord): WireError | null {
  const { status, orderClass, notional } = record.order;
  switch (status) {
    case 'accepted':
    case 'pending_new':
    case 'pending_cancel':
    case 'done_for_day':
    case 'stopped':
    case 'suspended':
    case 'calculated':
    case 'accepted_for_bidding':
      return unprocessable(`cannot replace order in ${status} status`);
    case 'pending_replace':
      return unprocessable('order already pending replacement');
    case 'replaced':
      return unprocessable('order already replaced');
    case 'filled':
    case 'canceled':
    case 'expired':
    case 'rejected':
      return unprocessable('unable to replace order, order is not open');
    case 'new':
    case 'partially_filled':
    case 'held':
      if (orderClass === 'oto') return unprocessable('replacing oto orders is not supported yet');
      return notional === null ? null : unprocessable('notional orders cannot be replaced');
  }
}

function checkChanges(record: OrderRecord, changes: Changes): WireError | null {
  const { order } = record;
  const { qty, limitPrice, stopPrice, trail } = changes;
  if (limitPrice !== null && order.limitPrice === null) {
    return unprocessable(`${order.type} orders must not have limit_price`);
  }
  if (stopPrice !== null && (order.stopPrice === null || order.type === 'trailing_stop')) {
    return unprocessable(`${order.type} orders must not have stop_price`);
  }
  if (trail !== null && (order.type !== 'trailing_stop' || record.elected)) {
    return unprocessable('only trailing stop orders that have not triggered take trail');
  }
  return (
    checkClientOrderId(changes.clientOrderId) ??
    checkTick('limit_price', limitPrice) ??
    checkTick('stop_price', stopPrice) ??
    (qty === null ? null : checkNewQuantity(record, qty)) ??
    (isChanged(order, changes) ? null : unprocessable('order parameters are not changed'))
  );
}

/** The quantity is the total of the chain, what has filled included. */
function checkNewQuantity({ order, remaining }: OrderRecord, qty: Decimal): WireError | null {
  if (qty <= ZERO) return invalidField('qty must be > 0');
  if (qty === order.qty) return null;
  if (order.orderClass !== '') {
    return unprocessable(`qty of ${order.orderClass} orders cannot be replaced`);
  }
  if (qty % ONE !== ZERO || (order.qty ?? ZERO) % ONE !== ZERO) {
    return unprocessable('fractional qty cannot be replaced');
  }
  const filled = (order.qty ?? ZERO) - remaining;
  return qty > filled ? null : unprocessable('qty must be > filled_qty');
}

function isChanged(order: Order, changes: Changes): boolean {
  const trail = order.trailPercent ?? order.trailPrice;
  return (
    (changes.qty ?? order.qty) !== order.qty ||
    (changes.timeInForce ?? order.timeInForce) !== order.timeInForce ||
    (changes.limitPrice ?? order.limitPrice) !== order.limitPrice ||
    (changes.stopPrice ?? order.stopPrice) !== order.stopPrice ||
    (changes.trail ?? trail) !== trail
  );
}

function changedOrder(order: Order, changes: Changes): Order {
  const changed = {
    ...order,
    qty: changes.qty ?? order.qty,
    timeInForce: changes.timeInForce ?? order.timeInForce,
    limitPrice: changes.limitPrice ?? order.limitPrice,
    stopPrice: changes.stopPrice ?? order.stopPrice,
  };
  if (changes.trail === null || order.highWaterMark === null) return changed;
  const trail =
    order.trailPercent === null ? { trailPrice: changes.trail } : { trailPercent: changes.trail };
  return { ...changed, ...trail, ...trailedFrom({ ...changed, ...trail }, order.highWaterMark) };
}

/** What a new order with these values would be refused for. */
function checkResult(kernel: Kernel, record: OrderRecord, order: Order): WireError | null {
  const { account, elected } = record;
  const before = record.order;
  const isTimely = order.timeInForce === 'day' || order.timeInForce === 'gtc';
  if (
    order.timeInForce !== before.timeInForce &&
    (!isTimely || (order.qty ?? ZERO) % ONE !== ZERO)
  ) {
    return unprocessable(`invalid time_in_force ${order.timeInForce} for replacing this order`);
  }
  const stop = elected || order.stopPrice === before.stopPrice ? null : order.stopPrice;
  const more = (order.qty ?? ZERO) - (before.qty ?? ZERO);
  return (
    checkStop(kernel, order.symbol, order.side, stop) ??
    checkGroupPrices(record, order) ??
    checkWashTrade(kernel, account, order, record) ??
    (record.closes
      ? more > ZERO
        ? checkAvailable(account, order.symbol, record.remaining + more, record)
        : null
      : checkCost(kernel, account, order, costOf(kernel, record, order) - record.reserved))
  );
}

/** In a pair of exits the take-profit stays on the profit side of the stop. */
function checkGroupPrices(record: OrderRecord, order: Order): WireError | null {
  const { group } = record;
  if (group === null || record === group.entry) return null;
  const [profit, stop] = group.exits.map((exit) => (exit === record ? order : exit.order));
  const limit = profit?.limitPrice ?? null;
  const stopPrice = stop?.stopPrice ?? null;
  if (limit === null || stopPrice === null) return null;
  if (order.side === 'sell' ? limit > stopPrice : limit < stopPrice) return null;
  return unprocessable('take_profit.limit_price must be beyond stop_loss.stop_price');
}

function costOf(kernel: Kernel, record: OrderRecord, order: Order): Decimal {
  const more = (order.qty ?? ZERO) - (record.order.qty ?? ZERO);
  return multiply(record.remaining + more, chargePrice(kernel, order));
}

function accept(kernel: Kernel, record: OrderRecord, changes: Changes): OrderRecord {
  const { now } = kernel;
  const { account } = record;
  const before = record.order;
  const changed = changedOrder(before, changes);
  const remaining = record.remaining + ((changed.qty ?? ZERO) - (before.qty ?? ZERO));
  const inherits = kernel.switches.replacementInheritsFills;
  const successor = new OrderRecord(
    {
      ...changed,
      id: kernel.ids.uuid(),
      clientOrderId: changes.clientOrderId ?? kernel.ids.uuid(),
      createdAt: now,
      updatedAt: now,
      submittedAt: now,
      expiresAt:
        changed.timeInForce === before.timeInForce
          ? before.expiresAt
          : expiryOf(
              kernel,
              { class: changed.assetClass },
              changed.timeInForce,
              changed.extendedHours,
            ),
      replaces: before.id,
      cancelRequestedAt: null,
      status: 'pending_new',
      ...(inherits ? {} : { filledQty: ZERO, filledAvgPrice: null }),
    },
    account,
    kernel.orders.nextSequence(),
    remaining,
  );
  successor.predecessor = record;
  if (inherits) successor.filledValue = record.filledValue;
  record.successor = successor;
  record.statusBefore = before.status;
  if (!record.closes) chargeLarger(kernel, record, successor);
  kernel.orders.add(successor);
  kernel.change(record, { status: 'pending_replace', replacedBy: successor.order.id });
  kernel.tradeUpdate(record, 'pending_replace');
  if (kernel.interference.fillsBeforeReplace(record.order)) {
    kernel.later(0, { kind: 'fill_anyway', record, percent: 100 });
  }
  kernel.later(kernel.delay('replaceMs'), { kind: 'finish_replace', record, successor });
  return successor;
}

/** Until one of the two is gone, the dearer one is charged. */
function chargeLarger(kernel: Kernel, record: OrderRecord, successor: OrderRecord): void {
  successor.marginPrice = chargePrice(kernel, successor.order);
  const cost = multiply(successor.remaining, successor.marginPrice);
  record.account.reserve(record, larger(record.reserved, cost));
}
