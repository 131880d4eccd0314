import type { Decimal, Notional, Price, Quantity } from './decimal.ts';
import type { Ticker } from './ids.ts';
import type { OrderSide } from './order.ts';
import type { EpochMs } from './time.ts';

/** One request that changes orders, as it went to the broker. */
export type OrderMessage = { readonly at: EpochMs; readonly symbol: string };

/** What a control has switched off until a person switches it on again. */
export type ControlLatch = {
  readonly control: 'repeated-execution' | 'drawdown';
  /** Who wanted what was done too often; null for the whole account. */
  readonly policy: string | null;
  readonly symbol: string | null;
  readonly since: EpochMs;
  readonly because: string;
};

/** An order that opens, sent or about to be, which the broker's list does not show yet. */
export type EntryInFlight = {
  readonly clientOrderId: string;
  readonly symbol: Ticker;
  readonly side: OrderSide;
  /** Null where it is not known: then it may be anything. */
  readonly quantity: Quantity | null;
  readonly limitPrice: Price | null;
};

/** What the broker's clock said about the session, and our calendar at the same instant. */
type SessionCheck = {
  readonly at: EpochMs;
  readonly brokerSaysOpen: boolean;
  readonly calendarSaysOpen: boolean;
};

/** The account's own limits at the broker. */
export type AccountConfiguration = {
  readonly at: EpochMs;
  readonly noShorting: boolean;
  readonly maxMarginMultiplier: Decimal;
  readonly suspendTrade: boolean;
  readonly fractionalTrading: boolean;
};

/** What the broker says of a symbol. */
export type AssetFacts = {
  readonly assetClass: string;
  readonly isActive: boolean;
  readonly isTradable: boolean;
};

/** What is known of a symbol that something is to be opened in; null for what is not. */
export type EntryFacts = Pick<ControlFacts, 'asset' | 'averageDailyVolume'>;

/** What moves together with a symbol; null where nobody knows. */
export type SymbolGroups = { readonly sector: string | null; readonly cluster: string | null };

/**
 * What the controls measure by besides the snapshot. Null stands for what is not known: a
 * control that needs it lets nothing pass.
 */
export type ControlFacts = {
  /** Every change of an order sent in the last minutes, whatever became of it. */
  readonly messages: readonly OrderMessage[] | null;
  readonly latches: readonly ControlLatch[] | null;
  /** The highest equity so far, less what was paid in and plus what was paid out since. */
  readonly peakEquity: Notional | null;
  /** Paid in less paid out since the last close, in dollars; negative for a net withdrawal. */
  readonly netDepositsToday: Decimal | null;
  readonly inFlight: readonly EntryInFlight[] | null;
  readonly sessionCheck: SessionCheck | null;
  readonly configuration: AccountConfiguration | null;
  /** When the account's own record of executions agreed with what was heard, the last time. */
  readonly recordAgreedAt: EpochMs | null;
  /** Of the symbol under review. */
  readonly asset: AssetFacts | null;
  /** Shares of the symbol that change hands in a day, over 20 days. */
  readonly averageDailyVolume: Quantity | null;
  /** Sizes of the account's own latest entries; empty before the first one. */
  readonly ownEntryQuantities: readonly Quantity[] | null;
  /** A symbol that is not among them belongs to no known sector. */
  readonly groups: ReadonlyMap<string, SymbolGroups>;
  /** For each symbol that the plan opens something in; absent where it opens nothing. */
  readonly entries?: ReadonlyMap<string, EntryFacts>;
};
