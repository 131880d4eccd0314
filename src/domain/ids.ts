type Brand<Name extends string> = string & { readonly brand: Name };

/** An Alpaca symbol, for example `AAPL`, `BRK.B` or `BTC/USD`. */
export type Ticker = Brand<'ticker'>;
/** The broker's own id of an order. A replaced order has a new one. */
export type OrderId = Brand<'order'>;
/** The id we give an order. Alpaca takes each one once, for ever. */
export type ClientOrderId = Brand<'client-order'>;
/** One life of a position, flat to flat: `AAPL#7`. */
export type EpisodeId = Brand<'episode'>;
export type PlanId = Brand<'plan'>;

const TICKER = /^[A-Z][A-Z0-9]{0,9}([./][A-Z0-9]{1,5})?$/;

export const ticker = (symbol: string): Ticker => symbol as Ticker;
export const isTicker = (symbol: string): symbol is Ticker => TICKER.test(symbol);
export const orderId = (id: string): OrderId => id as OrderId;
export const episodeId = (symbol: Ticker, number: number): EpisodeId =>
  `${symbol}#${number}` as EpisodeId;
