import type { DateText, Milliseconds } from './calendar.ts';
import type { Decimal } from './decimal.ts';
import type { Asset } from './market-types.ts';
import type { OrderStatus, Side } from './order-types.ts';

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

/** What an account is from its first day on. */
export type AccountParts = {
  readonly id: string;
  readonly accountNumber: string;
  readonly keyId: string;
  readonly secretKey: string;
  readonly createdAt: Milliseconds;
  readonly multiplier: '1' | '2' | '4';
  readonly optionsApprovedLevel: number;
  readonly cryptoTier: number;
  readonly cash: Decimal;
  readonly configuration: AccountConfiguration;
};

/** What the broker, not the user, has forbidden. */
export type AccountBlocks = {
  readonly accountBlocked: boolean;
  readonly tradingBlocked: boolean;
  readonly transfersBlocked: boolean;
};

/** The account's figures at one instant, marked to the last trades. */
export type AccountView = AccountBlocks & {
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
  readonly specialMemorandumAccount: Decimal;
  readonly optionsApprovedLevel: number;
  readonly cryptoTier: number;
  readonly shortingEnabled: boolean;
  /** Only orders that close are taken, since a position went over 600 % of the equity. */
  readonly closingOnly: boolean;
  readonly balanceAsOf: DateText;
  readonly configuration: AccountConfiguration;
  /** The fields of the pattern-day-trader rule; null unless its switch is on. */
  readonly dayTrading: DayTradingView | null;
};

export type DayTradingView = {
  /** Day trades in the last five trading days, today included. */
  readonly count: number;
  readonly isPatternDayTrader: boolean;
  readonly buyingPower: Decimal;
};

export type PositionView = {
  readonly symbol: string;
  readonly asset: Asset;
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

/** `correct` after a trade correction, `canceled` after a bust: it counts no longer. */
type ActivityStatus = 'executed' | 'correct' | 'canceled';

/** One execution as the activities list it. */
export type FillActivity = {
  readonly kind: 'fill';
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
  readonly status: ActivityStatus;
};

/** Cash or shares that no execution moved. */
export type NonTradeActivity = {
  readonly kind: 'non_trade';
  /** A uuid; the wire puts the time before it. */
  readonly id: string;
  readonly accountId: string;
  readonly at: Milliseconds;
  readonly date: DateText;
  readonly type: 'DIV' | 'SPLIT' | 'NC' | 'MA' | 'REORG' | 'FEE' | 'CFEE';
  readonly subType: 'CDIV' | 'FSPLIT' | 'RSPLIT' | 'SNC' | 'CMA' | 'WRM' | null;
  readonly symbol: string;
  readonly cusip: string | null;
  /** Signed: shares that came or went; of a dividend those that it was paid for. */
  readonly qty: Decimal | null;
  readonly perShareAmount: Decimal | null;
  /** Signed dollars. */
  readonly netAmount: Decimal;
  readonly status: ActivityStatus;
  /** The same for activities that belong together. */
  readonly groupId: string;
};

export type Activity = FillActivity | NonTradeActivity;

/** The activities of one account by place, oldest first. */
export interface ActivityList {
  readonly length: number;
  /** Undefined beyond either end. */
  at(place: number): Activity | undefined;
  /** By execution id or by the id of a non-trade activity; null when there is none. */
  placeOf(id: string): number | null;
}

/** Shares set aside for selling short what is hard to borrow. */
export type Locate = {
  readonly id: string;
  readonly symbol: string;
  readonly requestedQty: number;
  readonly allOrNone: boolean;
  /** Dollars per share at most; null for any. */
  readonly limitPrice: Decimal | null;
  readonly status: 'active' | 'expired' | 'rejected';
  readonly createdAt: Milliseconds;
  /** The last three are null when rejected. */
  readonly expiresAt: Milliseconds | null;
  readonly locatedQty: number | null;
  readonly locatedPrice: Decimal | null;
  readonly rejectionReason: string | null;
};
