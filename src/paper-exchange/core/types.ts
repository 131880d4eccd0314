import type { DateText, Milliseconds } from './calendar.ts';
import type { Decimal } from './decimal.ts';

export type * from './calendar.ts';
export * from './options.ts';

// ---- Market ---------------------------------------------------------------------------------

export type Quote = {
  readonly symbol: string;
  readonly at: Milliseconds;
  readonly bidPrice: Decimal;
  readonly askPrice: Decimal;
  /** Shares. */
  readonly bidSize: number;
  readonly askSize: number;
};

export type Trade = {
  readonly symbol: string;
  readonly at: Milliseconds;
  readonly price: Decimal;
  /** Shares. */
  readonly size: number;
  readonly id: number;
};

/** Prices from `at` for `durationMs`: 60 000 a minute, 3 600 000 an hour, 86 400 000 a day. */
export type Bar = {
  readonly symbol: string;
  readonly at: Milliseconds;
  readonly durationMs: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: number;
  readonly tradeCount: number;
  readonly vwap: Decimal;
};

/** `H` halted, `T` trading again, as the trading-status messages of the data stream say it. */
export type TradingStatus = {
  readonly symbol: string;
  readonly at: Milliseconds;
  readonly code: 'H' | 'T';
  readonly reason: string;
};

/** What the data stream tells beside prices, and what moves no order. */
export type MarketNotice =
  /** Limit up - limit down: the band that trades must stay in. */
  | {
      readonly kind: 'luld';
      readonly symbol: string;
      readonly limitUp: Decimal;
      readonly limitDown: Decimal;
    }
  /** A print that is told again with other values. */
  | { readonly kind: 'correction'; readonly original: Trade; readonly corrected: Trade }
  /** A print that never was. */
  | { readonly kind: 'cancel_error'; readonly trade: Trade; readonly action: 'cancel' | 'error' }
  /** A minute bar that late prints have changed. */
  | { readonly kind: 'updated_bar'; readonly bar: Bar };

// ---- Orders ---------------------------------------------------------------------------------

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
/** Empty for a simple order, as the wire has it. */
export type OrderClass = '' | 'bracket' | 'oco' | 'oto';
export type TimeInForce = 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';
export type PositionIntent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';
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
  | 'rejected';

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
  readonly canceledAt: Milliseconds | null;
  readonly failedAt: Milliseconds | null;
  readonly replacedAt: Milliseconds | null;
  readonly replacedBy: string | null;
  readonly replaces: string | null;
  readonly assetId: string;
  readonly symbol: string;
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
  | 'order_cancel_rejected';

// ---- Events ---------------------------------------------------------------------------------

export type TradeUpdate = {
  readonly kind: 'trade_update';
  readonly at: Milliseconds;
  readonly eventId: string;
  readonly accountId: string;
  readonly event: TradeUpdateName;
  readonly order: Order;
  readonly legs: readonly Order[];
  /** Set for `partial_fill` and `fill` only. */
  readonly execution: Execution | null;
};

/** All that happens, in the one order in which it happens. */
export type ExchangeEvent =
  | TradeUpdate
  | { readonly kind: 'quote'; readonly at: Milliseconds; readonly quote: Quote }
  | { readonly kind: 'trade'; readonly at: Milliseconds; readonly trade: Trade }
  | { readonly kind: 'bar'; readonly at: Milliseconds; readonly bar: Bar }
  | { readonly kind: 'status'; readonly at: Milliseconds; readonly status: TradingStatus }
  | { readonly kind: 'notice'; readonly at: Milliseconds; readonly notice: MarketNotice };

/** `more` is how many events of the same command or tick are still to be told after this one. */
export type ExchangeListener = (event: ExchangeEvent, more: number) => void;

// ---- Accounts -------------------------------------------------------------------------------

export type AccountConfiguration = {
  readonly disableOvernightTrading: boolean;
  readonly fractionalTrading: boolean;
  readonly maxMarginMultiplier: '1' | '2' | '4';
  readonly maxOptionsTradingLevel: number;
  readonly noShorting: boolean;
  readonly ptpNoExceptionEntry: boolean;
  readonly suspendTrade: boolean;
  readonly tradeConfirmEmail: 'all' | 'none';
};

/** The account's figures at one instant, marked to the last trades. */
export type AccountView = {
  readonly id: string;
  readonly accountNumber: string;
  readonly createdAt: Milliseconds;
  readonly cash: Decimal;
  readonly equity: Decimal;
  readonly lastEquity: Decimal;
  readonly longMarketValue: Decimal;
  readonly shortMarketValue: Decimal;
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  readonly lastMaintenanceMargin: Decimal;
  readonly buyingPower: Decimal;
  readonly regulationTBuyingPower: Decimal;
  readonly nonMarginableBuyingPower: Decimal;
  readonly multiplier: '1' | '2' | '4';
  readonly shortingEnabled: boolean;
  readonly tradingBlocked: boolean;
  readonly balanceAsOf: DateText;
  readonly configuration: AccountConfiguration;
};

export type PositionView = {
  readonly symbol: string;
  readonly assetId: string;
  /** Negative when short. */
  readonly qty: Decimal;
  readonly qtyAvailable: Decimal;
  readonly averageEntryPrice: Decimal;
  readonly costBasis: Decimal;
  readonly currentPrice: Decimal;
  /** The close of the last trading day. */
  readonly lastDayPrice: Decimal;
  /** Shares held at that close. */
  readonly lastDayQty: Decimal;
};

export type Asset = {
  readonly id: string;
  readonly symbol: string;
  readonly name: string;
  readonly exchange: string;
  readonly tradable: boolean;
  readonly marginable: boolean;
  readonly shortable: boolean;
  readonly easyToBorrow: boolean;
  readonly fractionable: boolean;
};

/** One execution as the activities list it. */
export type FillActivity = {
  readonly executionId: string;
  readonly accountId: string;
  readonly at: Milliseconds;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'fill' | 'partial_fill';
  readonly price: Decimal;
  readonly qty: Decimal;
  readonly cumulativeQty: Decimal;
  readonly leavesQty: Decimal;
  readonly orderId: string;
  readonly orderStatus: OrderStatus;
};

// ---- Refusals -------------------------------------------------------------------------------

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A refusal exactly as the wire carries it. Returned, never thrown. */
export class WireError {
  readonly status: number;
  readonly body: { readonly [key: string]: JsonValue };

  constructor(status: number, body: { readonly [key: string]: JsonValue }) {
    this.status = status;
    this.body = body;
  }
}

// ---- Saving ---------------------------------------------------------------------------------

/**
 * Something whose whole state can be written down and taken up again, so that it goes on as if
 * it had never stopped: with the same ids, the same draws and what was due still due.
 */
export interface Resumable {
  save(): JsonValue;
  /** @throws when the state is not one that `save` of the same kind of thing gave */
  restore(state: JsonValue): void;
}
