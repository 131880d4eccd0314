import { type Quote, type Trade, WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import { readLocation } from './crypto.ts';
import { barJson, orderBookJson, quoteJson, tradeJson } from './data-json.ts';
import { type LatestFeed, readLatestFeed } from './feed.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { checkedSymbol, type Market, requestedSymbols } from './symbols.ts';

type Latest = (
  core: ExchangeCore,
  symbol: string,
  market: Market,
  feed: LatestFeed,
) => object | null;

/** Coins have one feed for everything. */
export const coinFeed: LatestFeed = { venue: 'day', delayMs: 0, tradeDelayMs: 0 };

const latest: Readonly<Record<'quote' | 'trade' | 'bar' | 'orderbook', Latest>> = {
  quote: (core, symbol, market, feed) => {
    const quote = latestQuoteOf(core, symbol, feed);
    return quote && quoteJson(quote, market, feed.venue);
  },
  trade: (core, symbol, market, feed) => {
    const trade = latestTradeOf(core, symbol, feed);
    return trade && tradeJson(trade, market, feed.venue);
  },
  bar: (core, symbol, _market, { venue, delayMs }) => {
    const bar = core.latestBar(symbol, venue, core.now - delayMs);
    return bar && barJson(bar);
  },
  orderbook: (core, symbol) => {
    const quote = core.latestQuote(symbol);
    return quote && orderBookJson(quote);
  },
};

export function latestQuoteOf(
  core: ExchangeCore,
  symbol: string,
  { venue, delayMs }: LatestFeed,
): Quote | null {
  if (delayMs === 0) return core.latestQuote(symbol, venue);
  return core.quotes(symbol, 0, core.now - delayMs, venue).at(-1) ?? null;
}

export function latestTradeOf(
  core: ExchangeCore,
  symbol: string,
  { venue, tradeDelayMs }: LatestFeed,
): Trade | null {
  if (tradeDelayMs === 0) return core.latestTrade(symbol, venue);
  return core.trades(symbol, 0, core.now - tradeDelayMs, venue).at(-1) ?? null;
}

const stockKinds = ['quote', 'trade', 'bar'] as const;
const cryptoKinds = ['quote', 'trade', 'bar', 'orderbook'] as const;

/** The newest quote, trade, bar or book, of many symbols or of one. */
export const latestRoutes: readonly Route[] = [
  ...stockKinds.flatMap((kind): readonly Route[] => [
    {
      method: 'GET',
      path: `/v2/stocks/${kind}s/latest`,
      answer: (call) => ofMany(call, kind, 'stocks'),
    },
    { method: 'GET', path: `/v2/stocks/*/${kind}s/latest`, answer: (call) => ofOne(call, kind) },
  ]),
  ...cryptoKinds.map(
    (kind): Route => ({
      method: 'GET',
      path: `/v1beta3/crypto/*/latest/${kind}s`,
      answer: (call) => readLocation(call) ?? ofMany(call, kind, 'crypto'),
    }),
  ),
];

function ofMany(
  { core, settings, query }: Call,
  kind: keyof typeof latest,
  market: Market,
): Reply | WireError {
  const reader = new QueryReader(query, 'data');
  const symbols = requestedSymbols(reader, market);
  if (symbols instanceof WireError) return symbols;
  const feed = market === 'stocks' ? readLatestFeed(reader, settings) : coinFeed;
  if (feed instanceof WireError) return feed;
  const found: Record<string, object> = {};
  for (const symbol of symbols) {
    const one = latest[kind](core, symbol, market, feed);
    if (one !== null) found[symbol] = one;
  }
  return ok({ [`${kind}s`]: found });
}

function ofOne(
  { core, settings, params, query }: Call,
  kind: (typeof stockKinds)[number],
): Reply | WireError {
  const symbol = checkedSymbol(params[0] ?? '');
  if (symbol instanceof WireError) return symbol;
  const feed = readLatestFeed(new QueryReader(query, 'data'), settings);
  if (feed instanceof WireError) return feed;
  const one = latest[kind](core, symbol, 'stocks', feed);
  if (one !== null) return ok({ symbol, [kind]: one });
  return new WireError(404, { message: `no ${kind} found for ${symbol}` });
}
