import { type Decimal, multiply, ZERO } from '../basics/decimal.ts';
import {
  type Asset,
  type Milliseconds,
  type Order,
  type Side,
  WireError,
} from '../basics/types.ts';
import { reject } from '../matching/ending.ts';
import { activate } from '../matching/groups.ts';
import { seekPrice } from '../matching/matching.ts';
import { trailedFrom } from '../matching/trailing.ts';
import { checkCryptoRequest } from '../rules/crypto-rules.ts';
import { type OrderRequest, readOrderRequest } from '../rules/order-request.ts';
import { checkRequest, checkTrailingZeros } from '../rules/order-rules.ts';
import { unprocessable } from '../rules/refusals.ts';
import { expiryOf, releaseAtOf } from '../rules/validity.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import { type OrderGroup, OrderRecord } from '../state/order-record.ts';
import { chargePrice, checkAdmission, inferIntent, sharesOf } from './admission.ts';

/** Judges the body of POST /v2/orders and, when nothing is wrong, accepts the order. */
export function submit(kernel: Kernel, account: Account, body: unknown): OrderRecord | WireError {
  const request = readOrderRequest(body);
  if (request instanceof WireError) return request;
  const asset = kernel.assetOf(request.symbol);
  const malformed =
    asset?.class === 'crypto'
      ? checkCryptoRequest(request, asset, kernel.switches)
      : (checkTrailingZeros(body, kernel.switches) ?? checkRequest(request, kernel.switches));
  if (malformed !== null) return malformed;
  if (asset === undefined) return unprocessable(`asset "${request.symbol}" not found`);
  const named = { ...request, symbol: asset.symbol };
  const refusal = checkAdmission(kernel, account, named, asset);
  return refusal ?? accept(kernel, account, named, asset);
}

/** Takes an order that has been judged. */
export function accept(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  asset: Asset,
): OrderRecord {
  const releaseAt = asset.class === 'crypto' ? kernel.now : releaseAtOf(kernel, account, request);
  const shares = sharesOf(kernel, request);
  const order = newOrder(kernel, account, request, asset, releaseAt);
  const record = new OrderRecord(order, account, kernel.orders.nextSequence(), shares);
  if (!record.closes) {
    record.marginPrice = chargePrice(kernel, order);
    account.reserve(record, request.notional ?? multiply(shares, record.marginPrice));
  }
  kernel.orders.add(record);
  if (request.orderClass !== '') addLegs(kernel, record, request);
  kernel.tradeUpdate(record, order.status === 'accepted' ? 'accepted' : 'pending_new');
  send(kernel, record, releaseAt);
  return record;
}

/** Sends an accepted order to the venue when its session allows. */
function send(kernel: Kernel, record: OrderRecord, releaseAt: Milliseconds): void {
  if (releaseAt <= kernel.now) {
    kernel.later(kernel.delay('newMs'), { kind: 'become_new', record });
    return;
  }
  kernel.scheduler.at(releaseAt, { kind: 'release', record });
}

/** An order that waited for its session is submitted only now. */
export function release(kernel: Kernel, record: OrderRecord): void {
  if (!record.isOpen) return;
  kernel.change(record, { submittedAt: kernel.now });
  kernel.orders.resubmitted(record);
  becomeNew(kernel, record);
}

export function becomeNew(kernel: Kernel, record: OrderRecord): void {
  // An order that is being cancelled before it got there never reaches the venue.
  if (!record.isOpen || record.order.status === 'pending_cancel') return;
  if (kernel.interference.rejects(record.order)) {
    reject(kernel, record);
    return;
  }
  const { group } = record;
  if (group !== null && group.entry === null) {
    for (const exit of activate(kernel, group)) seekPrice(kernel, exit);
    return;
  }
  kernel.change(record, { status: 'new' });
  record.working = true;
  kernel.tradeUpdate(record, 'new');
  seekPrice(kernel, record);
}

function newOrder(
  kernel: Kernel,
  account: Account,
  request: OrderRequest,
  asset: Asset,
  releaseAt: Milliseconds,
): Order {
  const { now } = kernel;
  const mark = kernel.market(asset.symbol).lastPrice;
  const trails = request.type === 'trailing_stop' && mark !== null;
  const trailed = trails ? trailedFrom(request, mark) : null;
  return {
    id: kernel.ids.uuid(),
    accountId: account.id,
    clientOrderId: request.clientOrderId ?? kernel.ids.uuid(),
    createdAt: now,
    updatedAt: now,
    submittedAt: now,
    filledAt: null,
    expiredAt: null,
    expiresAt: expiryOf(kernel, asset, request.timeInForce, request.extendedHours),
    cancelRequestedAt: null,
    canceledAt: null,
    failedAt: null,
    replacedAt: null,
    replacedBy: null,
    replaces: null,
    assetId: asset.id,
    symbol: asset.symbol,
    assetClass: asset.class,
    notional: request.notional,
    qty: request.qty,
    filledQty: ZERO,
    filledAvgPrice: null,
    orderClass: request.orderClass,
    type: request.type,
    side: request.side,
    positionIntent: inferIntent(account, request),
    timeInForce: request.timeInForce,
    limitPrice: request.limitPrice ?? (request.orderClass === 'oco' ? profitOf(request) : null),
    stopPrice: trailed?.stopPrice ?? request.stopPrice,
    status: releaseAt > now ? 'accepted' : 'pending_new',
    extendedHours: request.extendedHours,
    parentId: null,
    legIds: [],
    trailPrice: request.trailPrice,
    trailPercent: request.trailPercent,
    highWaterMark: trailed?.highWaterMark ?? null,
  };
}

/** Makes the held children of a bracket, OCO or OTO and ties them together. */
function addLegs(kernel: Kernel, parent: OrderRecord, request: OrderRequest): void {
  const isOco = request.orderClass === 'oco';
  const legs: OrderRecord[] = [];
  if (!isOco && request.takeProfit !== null) {
    legs.push(newLeg(kernel, parent, { type: 'limit', limitPrice: profitOf(request) }));
  }
  if (request.stopLoss !== null) {
    const { stopPrice, limitPrice } = request.stopLoss;
    const type = limitPrice === null ? 'stop' : 'stop_limit';
    legs.push(newLeg(kernel, parent, { type, stopPrice, limitPrice }));
  }
  const group: OrderGroup = {
    entry: isOco ? null : parent,
    exits: isOco ? [parent, ...legs] : legs,
    active: isOco,
  };
  for (const member of [parent, ...legs]) member.group = group;
  parent.order = { ...parent.order, legIds: legs.map((leg) => leg.order.id) };
}

function newLeg(kernel: Kernel, parent: OrderRecord, prices: Partial<Order>): OrderRecord {
  const { order, account } = parent;
  const isOco = order.orderClass === 'oco';
  const side = isOco ? order.side : opposite(order.side);
  const leg: Order = {
    ...order,
    limitPrice: null,
    stopPrice: null,
    ...prices,
    id: kernel.ids.uuid(),
    clientOrderId: kernel.ids.uuid(),
    side,
    positionIntent: side === 'sell' ? 'sell_to_close' : 'buy_to_close',
    status: 'held',
    parentId: order.id,
  };
  const record = new OrderRecord(leg, account, kernel.orders.nextSequence(), parent.remaining);
  kernel.orders.add(record);
  return record;
}

function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy';
}

function profitOf(request: OrderRequest): Decimal | null {
  return request.takeProfit?.limitPrice ?? null;
}
