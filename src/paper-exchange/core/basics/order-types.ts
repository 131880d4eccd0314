import type { Milliseconds } from './calendar.ts';
import type { Decimal } from './decimal.ts';
import type { AssetClass } from './market-types.ts';

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
/** Empty for a simple order, as the wire has it. */
export type OrderClass = '' | 'bracket' | 'oco' | 'oto';
export type TimeInForce = 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';
export type PositionIntent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';

/** States in which the venue has an order and does not let it trade; they are rare. */
export type IdleStatus =
  | 'done_for_day'
  | 'stopped'
  | 'suspended'
  | 'calculated'
  | 'accepted_for_bidding';

export type OrderStatus =
  | 'pending_new'
  | 'accepted'
  | 'new'
  | 'held'
  | 'partially_filled'
  | 'filled'
  | 'pending_cancel'
  | 'canceled'
  | 'pending_replace'
  | 'replaced'
  | 'expired'
  | 'rejected'
  | IdleStatus;

/** One state of one order. Never changed: each change makes the next state. */
export type Order = {
  readonly id: string;
  readonly accountId: string;
  readonly clientOrderId: string;
  readonly createdAt: Milliseconds;
  readonly updatedAt: Milliseconds;
  readonly submittedAt: Milliseconds;
  readonly filledAt: Milliseconds | null;
  readonly expiredAt: Milliseconds | null;
  readonly expiresAt: Milliseconds | null;
  /** When a cancel was last asked for. */
  readonly cancelRequestedAt: Milliseconds | null;
  readonly canceledAt: Milliseconds | null;
  readonly failedAt: Milliseconds | null;
  readonly replacedAt: Milliseconds | null;
  readonly replacedBy: string | null;
  readonly replaces: string | null;
  readonly assetId: string;
  readonly symbol: string;
  readonly assetClass: AssetClass;
  readonly notional: Decimal | null;
  /** Null for an order by notional. */
  readonly qty: Decimal | null;
  readonly filledQty: Decimal;
  readonly filledAvgPrice: Decimal | null;
  readonly orderClass: OrderClass;
  readonly type: OrderType;
  readonly side: Side;
  readonly positionIntent: PositionIntent;
  readonly timeInForce: TimeInForce;
  readonly limitPrice: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly status: OrderStatus;
  readonly extendedHours: boolean;
  /** The parent of a bracket, OCO or OTO leg; null for parents and simple orders. */
  readonly parentId: string | null;
  /** The legs of a parent, in the order of the wire; empty for others. */
  readonly legIds: readonly string[];
  readonly trailPrice: Decimal | null;
  readonly trailPercent: Decimal | null;
  readonly highWaterMark: Decimal | null;
};

/** An order with its legs, as every answer and stream message shows it. */
export type OrderWithLegs = { readonly order: Order; readonly legs: readonly Order[] };

export type Execution = {
  readonly id: string;
  readonly price: Decimal;
  /** Shares of this execution alone. */
  readonly qty: Decimal;
  /** Signed shares held after it. */
  readonly positionQty: Decimal;
};

export type TradeUpdateName =
  | 'new'
  | 'accepted'
  | 'pending_new'
  | 'held'
  | 'partial_fill'
  | 'fill'
  | 'pending_cancel'
  | 'canceled'
  | 'expired'
  | 'rejected'
  | 'pending_replace'
  | 'replaced'
  | 'order_replace_rejected'
  | 'order_cancel_rejected'
  | 'restated'
  | 'trade_bust'
  | 'trade_correct'
  | IdleStatus;

export type TradeUpdate = {
  readonly kind: 'trade_update';
  readonly at: Milliseconds;
  readonly eventId: string;
  readonly accountId: string;
  readonly event: TradeUpdateName;
  readonly order: Order;
  readonly legs: readonly Order[];
  /** Set for `partial_fill`, `fill`, `trade_bust` and `trade_correct` only. */
  readonly execution: Execution | null;
};
