import type { Milliseconds } from './calendar.ts';
import type { Decimal } from './decimal.ts';

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
  /** Sale conditions of the tapes, a character each; a regular sale, `@`, when left out. */
  readonly conditions?: string;
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

/**
 * `H` halted, `P` paused for volatility, `T` trading again, as the trading-status messages of
 * the data stream say it.
 */
export type TradingStatus = {
  readonly symbol: string;
  readonly at: Milliseconds;
  readonly code: 'H' | 'P' | 'T';
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

/** Where shares trade: on the exchanges from 04:00 to 20:00, else on the venue of the night. */
export type Venue = 'day' | 'night';

export type AssetClass = 'us_equity' | 'crypto';

export type Asset = {
  readonly id: string;
  readonly symbol: string;
  readonly name: string;
  readonly class: AssetClass;
  readonly exchange: string;
  /** Nine characters; null for crypto. */
  readonly cusip: string | null;
  /** `inactive` once it is delisted. */
  readonly status: 'active' | 'inactive';
  readonly tradable: boolean;
  readonly marginable: boolean;
  readonly shortable: boolean;
  readonly easyToBorrow: boolean;
  readonly fractionable: boolean;
  /** Whether it may be traded from 20:00 to 04:00, and whether that is suspended. */
  readonly overnightTradable: boolean;
  readonly overnightHalted: boolean;
  /** Not yet traded on the exchange: until its first print only limit orders are taken. */
  readonly ipo: boolean;
  /** Crypto only, as the next two; null for shares. */
  readonly minOrderSize: Decimal | null;
  readonly minTradeIncrement: Decimal | null;
  readonly priceIncrement: Decimal | null;
};

// ---- Corporate actions ------------------------------------------------------------------------

type Split = {
  readonly symbol: string;
  /** A holder has `newRate` shares for every `oldRate`; whole numbers. */
  readonly newRate: number;
  readonly oldRate: number;
};

/** What a company does to its shares, as it is announced. */
export type CorporateActionTerms =
  | ({ readonly kind: 'forward_split' } & Split)
  | ({ readonly kind: 'reverse_split' } & Split)
  | {
      readonly kind: 'cash_dividend';
      readonly symbol: string;
      /** Dollars per share. */
      readonly rate: Decimal;
      readonly special: boolean;
    }
  | { readonly kind: 'name_change'; readonly symbol: string; readonly newSymbol: string }
  | {
      readonly kind: 'cash_merger';
      readonly symbol: string;
      readonly acquirerSymbol: string | null;
      /** Dollars for each share of the company that is bought. */
      readonly rate: Decimal;
    }
  | { readonly kind: 'worthless_removal'; readonly symbol: string };

export type CorporateAction = {
  readonly id: string;
  readonly announcedAt: Milliseconds;
  /** Takes effect before the session of this date. */
  readonly exDate: string;
  readonly recordDate: string;
  /** When cash, if any, is paid. */
  readonly payableDate: string;
  readonly cusip: string | null;
  readonly terms: CorporateActionTerms;
};
