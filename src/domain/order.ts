import type { Decimal, Price, Quantity } from './decimal.ts';
import type { ClientOrderId, OrderId, Ticker } from './ids.ts';
import type { EpochMs } from './time.ts';

export type OrderSide = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
export type OrderClass = 'simple' | 'bracket' | 'oco' | 'oto' | 'mleg';
export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok' | 'opg' | 'cls';
export type PositionIntent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';

/** Every status of Alpaca's, in its own spelling. `unrecognized` stops trading in the symbol. */
export type OrderStatus =
  | 'new'
  | 'partially_filled'
  | 'filled'
  | 'done_for_day'
  | 'canceled'
  | 'expired'
  | 'replaced'
  | 'pending_cancel'
  | 'pending_replace'
  | 'accepted'
  | 'pending_new'
  | 'accepted_for_bidding'
  | 'stopped'
  | 'rejected'
  | 'suspended'
  | 'calculated'
  | 'held'
  | 'unrecognized';

const TERMINAL: ReadonlySet<OrderStatus> = new Set([
  'filled',
  'canceled',
  'expired',
  'replaced',
  'rejected',
]);

/** Once true, it stays true, except for a trade bust. */
export const isTerminal = (status: OrderStatus): boolean => TERMINAL.has(status);

/** An order as the broker reports it. Legs of a bracket or OCO are orders of their own here. */
export type Order = {
  readonly id: OrderId;
  readonly clientOrderId: ClientOrderId;
  readonly symbol: Ticker;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly orderClass: OrderClass;
  readonly timeInForce: TimeInForce;
  readonly positionIntent: PositionIntent | null;
  /** Shares ordered; null when the order was placed in dollars. */
  readonly quantity: Quantity | null;
  readonly filledQuantity: Quantity;
  readonly filledAveragePrice: Price | null;
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
  readonly status: OrderStatus;
  readonly extendedHours: boolean;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly expiresAt: EpochMs | null;
  readonly replaces: OrderId | null;
  readonly replacedBy: OrderId | null;
  /** The order that this one is a leg of; null for a parent and for a simple order. */
  readonly parentId: OrderId | null;
  /** True where its shares and prices are those of before a split: it guards nothing. */
  readonly isBeforeSplit?: true;
};

/** What we ask the broker to place. */
export type OrderRequest = {
  readonly symbol: Ticker;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Quantity;
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
  readonly orderClass: Exclude<OrderClass, 'mleg'>;
  /** The limit leg of a bracket, OCO or OTO. */
  readonly takeProfitLimitPrice: Price | null;
  /** The stop leg of a bracket, OCO or OTO. */
  readonly stopLoss: { readonly stopPrice: Price; readonly limitPrice: Price | null } | null;
  readonly positionIntent: PositionIntent;
};

/** What a PATCH changes. Alpaca answers with a successor that has a new id. */
export type OrderChange = {
  readonly quantity: Quantity | null;
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
};

/** One fill. `executionId` is what makes a duplicated event recognisable. */
export type Execution = {
  readonly executionId: string;
  readonly orderId: OrderId;
  readonly symbol: Ticker;
  readonly side: OrderSide;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly at: EpochMs;
};

/** True for an order that says of itself that it closes a position. */
export const saysItCloses = ({ positionIntent }: Pick<Order, 'positionIntent'>): boolean =>
  positionIntent === 'sell_to_close' || positionIntent === 'buy_to_close';

/** Money paid in or out, as the account's record has it; negative for a withdrawal. */
export type Payment = { readonly id: string; readonly at: EpochMs; readonly amount: Decimal };

/** An execution out of the account's record. `filledQuantity`: all that its order had filled by then. */
export type RecordedExecution = Execution & { readonly filledQuantity: Quantity };

export const opposite = (side: OrderSide): OrderSide => (side === 'buy' ? 'sell' : 'buy');

/** Shares that may still execute; all that was ordered in shares less what was filled. */
export const remainingQuantity = (order: Order): Quantity | null =>
  order.quantity === null ? null : (order.quantity.minus(order.filledQuantity) as Quantity);

/**
 * True when `at` stands at or through the stop of a stop-limit: it has become a plain
 * limit order (or will at the open), and a gap may leave it behind unfilled.
 */
export const isTriggered = (order: Order, at: Price): boolean =>
  order.type === 'stop_limit' &&
  order.isBeforeSplit !== true &&
  order.stopPrice !== null &&
  (order.side === 'sell' ? at.lte(order.stopPrice) : at.gte(order.stopPrice));

const OUR_PREFIX = 'bb1-';
/** Orders without our prefix belong to the user's app or another bot. */
export const isOurs = (order: { readonly clientOrderId: string }): boolean =>
  order.clientOrderId.startsWith(OUR_PREFIX);
