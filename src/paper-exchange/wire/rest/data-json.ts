import { toNumber } from '../../core/basics/decimal.ts';
import type { Bar, Quote, Trade, Venue } from '../../core/basics/types.ts';
import type { Market } from './symbols.ts';
import { utcText } from './times.ts';

/** A quote of the data API; prices are JSON numbers, sizes shares or coins. */
export function quoteJson(quote: Quote, market: Market = 'stocks', venue: Venue = 'day'): object {
  const [t, bp, ap] = [utcText(quote.at), toNumber(quote.bidPrice), toNumber(quote.askPrice)];
  const [bs, as] = [quote.bidSize, quote.askSize];
  if (market === 'crypto') return { t, bp, bs, ap, as };
  return { t, ax: 'V', ap, as, bx: 'V', bp, bs, c: ['R'], z: tapeOf(venue) };
}

export function tradeJson(trade: Trade, market: Market = 'stocks', venue: Venue = 'day'): object {
  const [t, p, s, i] = [utcText(trade.at), toNumber(trade.price), trade.size, trade.id];
  // Nothing here knows who took a crypto trade, so the sides take turns.
  if (market === 'crypto') return { t, p, s, i, tks: i % 2 === 0 ? 'B' : 'S' };
  return { t, x: 'V', p, s, c: [...(trade.conditions ?? '@')], i, z: tapeOf(venue) };
}

/** C is that of Nasdaq, N that of the night. */
function tapeOf(venue: Venue): string {
  return venue === 'day' ? 'C' : 'N';
}

export function barJson(bar: Bar): object {
  return {
    t: utcText(bar.at),
    o: toNumber(bar.open),
    h: toNumber(bar.high),
    l: toNumber(bar.low),
    c: toNumber(bar.close),
    v: bar.volume,
    n: bar.tradeCount,
    vw: toNumber(bar.vwap),
  };
}

/** The order book of a crypto pair: the one level on each side that the quote shows. */
export function orderBookJson(quote: Quote): object {
  return {
    t: utcText(quote.at),
    b: [{ p: toNumber(quote.bidPrice), s: quote.bidSize }],
    a: [{ p: toNumber(quote.askPrice), s: quote.askSize }],
  };
}
