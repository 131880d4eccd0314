import type { AccountConfiguration, AssetFacts } from '../../domain/control-facts.ts';
import {
  decimal,
  NO_SHARES,
  notional,
  type Price,
  price,
  type Quantity,
  quantity,
  text,
} from '../../domain/decimal.ts';
import { type ClientOrderId, orderId, type Ticker, ticker } from '../../domain/ids.ts';
import type { Bar } from '../../domain/market.ts';
import { newYorkInstant } from '../../domain/new-york.ts';
import {
  type Execution,
  isTerminal,
  type Order,
  type OrderClass,
  type OrderSide,
  type OrderStatus,
  type OrderType,
  type Payment,
  type PositionIntent,
  type RecordedExecution,
  type TimeInForce,
} from '../../domain/order.ts';
import type { Account, Position } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { MarketEvent, TradingDay } from '../../ports/broker.ts';
import type { OrderFamilies } from './families.ts';
import {
  type WireAccount,
  type WireAsset,
  type WireBar,
  type WireConfiguration,
  WireError,
  type WireFill,
  type WireFillActivity,
  type WireLeg,
  type WireOrder,
  type WirePayment,
  type WirePosition,
  type WireTradingDay,
} from './wire.ts';

export function accountFrom(wire: WireAccount): Account {
  return {
    accountNumber: wire.account_number,
    equity: notional(wire.equity),
    lastEquity: notional(wire.last_equity),
    cash: notional(wire.cash),
    buyingPower: notional(wire.buying_power),
    blockedBecause: blockOf(wire),
    shortingEnabled: wire.shorting_enabled && wire.user_configurations?.no_shorting !== true,
    ...marginOf(wire),
  };
}

export const assetFrom = ({ class: assetClass, status, tradable }: WireAsset): AssetFacts => ({
  assetClass,
  isActive: status === 'active',
  isTradable: tradable,
});

/** Absent where the broker does not tell: then nothing may be opened on it. */
function marginOf(wire: WireAccount): Pick<Account, 'margin'> {
  const { multiplier, maintenance_margin: maintenance } = wire;
  if (multiplier == null || maintenance == null) return {};
  const restrictions = wire.transfers_blocked === true ? ['its transfers are blocked'] : [];
  return {
    margin: { multiplier: decimal(multiplier), maintenance: notional(maintenance), restrictions },
  };
}

export const configurationFrom = (wire: WireConfiguration): Omit<AccountConfiguration, 'at'> => ({
  noShorting: wire.no_shorting,
  maxMarginMultiplier: decimal(wire.max_margin_multiplier),
  suspendTrade: wire.suspend_trade,
  fractionalTrading: wire.fractional_trading,
});

export const paymentFrom = ({ id, created_at, date, net_amount }: WirePayment): Payment => ({
  id,
  at: Date.parse(created_at ?? date),
  amount: decimal(net_amount),
});

function blockOf(wire: WireAccount): string | null {
  if (wire.account_blocked) return 'Alpaca has blocked the account';
  if (wire.trading_blocked) return 'Alpaca has blocked trading in the account';
  if (wire.trade_suspended_by_user) return 'the user has suspended trading in the account';
  return wire.status === 'ACTIVE' ? null : `the account's status is ${wire.status}, not ACTIVE`;
}

const GUARDED_ASSETS: ReadonlySet<string> = new Set(['us_equity', 'crypto']);

/** Options and other assets are not ours to guard: they are neither read nor touched. */
export const isGuarded = (wire: { readonly asset_class: string }): boolean =>
  GUARDED_ASSETS.has(wire.asset_class);

/** @throws WireError when no price of the position is known: a guess would trade on it */
export function positionFrom(wire: WirePosition): Position {
  const held = decimal(wire.qty);
  const lastKnown = wire.current_price ?? wire.lastday_price;
  if (lastKnown === null) throw new WireError(`current_price of ${wire.symbol} is missing`);
  return {
    symbol: symbolOf(wire),
    side: wire.side,
    quantity: held.abs() as Quantity,
    availableQuantity: decimal(wire.qty_available).abs() as Quantity,
    averageEntryPrice: price(wire.avg_entry_price),
    currentPrice: price(lastKnown),
    assetClass: wire.asset_class === 'crypto' ? 'crypto' : 'us_equity',
  };
}

/** Positions say `BTCUSD` where orders say `BTC/USD`; we always say the latter. */
function symbolOf({ symbol, asset_class }: WirePosition): Ticker {
  if (asset_class !== 'crypto' || symbol.includes('/')) return ticker(symbol);
  return ticker(symbol.replace(/(USDT|USDC|USD|BTC)$/, '/$1'));
}

/** An order and, after it, its legs as orders of their own that name it as their parent. */
export function ordersFrom(wire: WireOrder, families: OrderFamilies): readonly Order[] {
  families.learn(wire);
  return [wire, ...(wire.legs ?? [])].map((member) => orderFrom(member, families));
}

export function orderFrom(wire: WireLeg, families: OrderFamilies): Order {
  const parentId = families.parentOf(wire);
  const type = oneOf(TYPES, wire.type);
  const orderClass = wire.order_class === '' ? 'simple' : oneOf(CLASSES, wire.order_class);
  const timeInForce = oneOf(TIMES_IN_FORCE, wire.time_in_force);
  const status = oneOf(STATUSES, wire.status);
  const isUnderstood = type !== null && orderClass !== null && timeInForce !== null;
  return {
    id: orderId(wire.id),
    clientOrderId: wire.client_order_id as ClientOrderId,
    symbol: ticker(wire.symbol),
    side: sideFrom(wire),
    type: type ?? 'market',
    orderClass: orderClass ?? 'simple',
    timeInForce: timeInForce ?? 'day',
    positionIntent: oneOf(INTENTS, wire.position_intent ?? ''),
    quantity: wire.qty === null ? null : quantity(wire.qty),
    filledQuantity: wire.filled_qty === '0' ? NO_SHARES : quantity(wire.filled_qty),
    filledAveragePrice: priceOrNull(wire.filled_avg_price),
    limitPrice: priceOrNull(wire.limit_price),
    stopPrice: priceOrNull(wire.stop_price),
    // What we do not understand in full must stop trading in its symbol, not be guessed.
    status: isUnderstood ? (status ?? 'unrecognized') : 'unrecognized',
    extendedHours: wire.extended_hours,
    createdAt: Date.parse(wire.created_at),
    updatedAt: Date.parse(wire.updated_at),
    expiresAt: wire.expires_at == null ? null : Date.parse(wire.expires_at),
    replaces: wire.replaces === null ? null : orderId(wire.replaces),
    replacedBy: wire.replaced_by === null ? null : orderId(wire.replaced_by),
    parentId: parentId === null ? null : orderId(parentId),
  };
}

/** False also for a status that nobody here knows. */
export function hasEnded(wire: WireLeg): boolean {
  const status = oneOf(STATUSES, wire.status);
  return status !== null && isTerminal(status);
}

function sideFrom({ side, id }: WireLeg): OrderSide {
  if (side === 'buy' || side === 'sell') return side;
  throw new WireError(`side of order ${id} is ${JSON.stringify(side)}, not buy or sell`);
}

export function executionFrom(fill: WireFill, order: Order, at: EpochMs): Execution {
  return {
    executionId: fill.execution_id,
    orderId: order.id,
    symbol: order.symbol,
    side: order.side,
    quantity: quantity(fill.qty),
    price: price(fill.price),
    at,
  };
}

/** The sale of a short is told as `sell_short`. */
export const recordedExecutionFrom = (wire: WireFillActivity): RecordedExecution => ({
  executionId: wire.id.split('::')[1] ?? wire.id,
  orderId: orderId(wire.order_id),
  symbol: ticker(wire.symbol),
  side: wire.side.startsWith('sell') ? 'sell' : 'buy',
  quantity: quantity(wire.qty),
  filledQuantity: quantity(wire.cum_qty),
  price: price(wire.price),
  at: Date.parse(wire.transaction_time),
});

export const tradingDayFrom = ({ date, open, close }: WireTradingDay): TradingDay => ({
  openAt: newYorkInstant(date, open),
  closeAt: newYorkInstant(date, close),
});

export const barFrom = (wire: WireBar): Bar => ({
  at: Date.parse(wire.t),
  open: priceFrom(wire.o),
  high: priceFrom(wire.h),
  low: priceFrom(wire.l),
  close: priceFrom(wire.c),
  ...(wire.v === undefined ? {} : { volume: quantity(String(wire.v)) }),
});

/**
 * Market data is the one place where Alpaca sends prices as JSON numbers. A number prints as
 * the shortest digits that name it, which are those that were sent.
 */
const priceFrom = (sent: number): Price => price(String(sent));

/** Null for a quote with an empty side, which Alpaca shows as a price of zero. */
export const quoteFrom = (
  symbol: string,
  bid: number,
  ask: number,
  at: EpochMs,
): MarketEvent | null => {
  if (!(bid > 0 && ask > 0)) return null;
  const prices = { bid: text(priceFrom(bid)), ask: text(priceFrom(ask)) };
  return { kind: 'quote', symbol: ticker(symbol), ...prices, at };
};

/** Null for a print without a price. */
export const tradeFrom = (symbol: string, sent: number, at: EpochMs): MarketEvent | null =>
  sent > 0 ? { kind: 'trade', symbol: ticker(symbol), price: text(priceFrom(sent)), at } : null;

/** The stock feed carries no crypto pairs, and refuses a whole request for one. */
export const isStock = (symbol: Ticker): boolean => !symbol.includes('/');

const priceOrNull = (digits: string | null): Price | null =>
  digits === null ? null : price(digits);

const oneOf = <Word extends string>(words: ReadonlySet<Word>, word: string): Word | null =>
  (words as ReadonlySet<string>).has(word) ? (word as Word) : null;

const TYPES: ReadonlySet<OrderType> = new Set([
  'market',
  'limit',
  'stop',
  'stop_limit',
  'trailing_stop',
]);
const CLASSES: ReadonlySet<OrderClass> = new Set(['simple', 'bracket', 'oco', 'oto', 'mleg']);
const TIMES_IN_FORCE: ReadonlySet<TimeInForce> = new Set([
  'day',
  'gtc',
  'ioc',
  'fok',
  'opg',
  'cls',
]);
const INTENTS: ReadonlySet<PositionIntent> = new Set([
  'buy_to_open',
  'buy_to_close',
  'sell_to_open',
  'sell_to_close',
]);
const STATUSES: ReadonlySet<OrderStatus> = new Set([
  'new',
  'partially_filled',
  'filled',
  'done_for_day',
  'canceled',
  'expired',
  'replaced',
  'pending_cancel',
  'pending_replace',
  'accepted',
  'pending_new',
  'accepted_for_bidding',
  'stopped',
  'rejected',
  'suspended',
  'calculated',
  'held',
]);
