import type { Price, Quantity } from './decimal.ts';
import type { Ticker } from './ids.ts';
import type { EpochMs } from './time.ts';

export type Quote = { readonly bid: Price; readonly ask: Price; readonly at: EpochMs };
export type Trade = { readonly price: Price; readonly at: EpochMs };

/** One bar; prices in dollars per share, volume in shares. `at` is its start. */
export type Bar = {
  readonly at: EpochMs;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  /** Shares on the feed that was asked, which is not the whole market; absent where it is not told. */
  readonly volume?: Quantity;
};

/** What is known of one symbol's market. Each part carries the time it was true. */
export type SymbolMarket = {
  readonly symbol: Ticker;
  readonly quote: Quote | null;
  readonly lastTrade: Trade | null;
  /** Wilder's average true range over daily bars, in dollars per share; null without enough bars. */
  readonly averageTrueRange: Price | null;
  readonly halted: boolean;
};

/** The regular session decides when stops can trigger; times in UTC. */
export type Session = {
  readonly isOpen: boolean;
  readonly openAt: EpochMs | null;
  readonly closeAt: EpochMs | null;
  readonly nextOpenAt: EpochMs;
};
