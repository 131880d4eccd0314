import { type Bar, WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import { readLocation } from './crypto.ts';
import { barJson, quoteJson, tradeJson } from './data-json.ts';
import { type LatestFeed, readLatestFeed } from './feed.ts';
import { coinFeed, latestQuoteOf, latestTradeOf } from './latest.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { checkedSymbol, type Market, requestedSymbols } from './symbols.ts';

export const snapshotRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/stocks/snapshots', answer: getSnapshots },
  { method: 'GET', path: '/v2/stocks/*/snapshot', answer: getSnapshot },
  { method: 'GET', path: '/v1beta3/crypto/*/snapshots', answer: getCryptoSnapshots },
];

/** Keyed by symbol at the top level, unlike its neighbours. */
function getSnapshots({ core, settings, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, 'data');
  const symbols = requestedSymbols(reader, 'stocks');
  if (symbols instanceof WireError) return symbols;
  const feed = readLatestFeed(reader, settings);
  return feed instanceof WireError ? feed : ok(snapshotsOf(core, symbols, 'stocks', feed));
}

function getCryptoSnapshots(call: Call): Reply | WireError {
  const refusal = readLocation(call);
  if (refusal !== null) return refusal;
  const symbols = requestedSymbols(new QueryReader(call.query, 'data'), 'crypto');
  if (symbols instanceof WireError) return symbols;
  return ok({ snapshots: snapshotsOf(call.core, symbols, 'crypto', coinFeed) });
}

function getSnapshot({ core, settings, params, query }: Call): Reply | WireError {
  const symbol = checkedSymbol(params[0] ?? '');
  if (symbol instanceof WireError) return symbol;
  const feed = readLatestFeed(new QueryReader(query, 'data'), settings);
  if (feed instanceof WireError) return feed;
  if (core.asset(symbol) === null) {
    return new WireError(404, { message: `no snapshot found for ${symbol}` });
  }
  return ok({ symbol, ...snapshotJson(core, symbol, 'stocks', feed) });
}

function snapshotsOf(
  core: ExchangeCore,
  symbols: readonly string[],
  market: Market,
  feed: LatestFeed,
): Record<string, object> {
  const found: Record<string, object> = {};
  for (const symbol of symbols) {
    if (core.asset(symbol) !== null) found[symbol] = snapshotJson(core, symbol, market, feed);
  }
  return found;
}

/** What is not known yet is left out, as the schema has no null here. */
function snapshotJson(
  core: ExchangeCore,
  symbol: string,
  market: Market,
  feed: LatestFeed,
): object {
  const { venue, delayMs } = feed;
  const trade = latestTradeOf(core, symbol, feed);
  const quote = latestQuoteOf(core, symbol, feed);
  const daily = core.dailyBars(symbol);
  return {
    ...(trade && { latestTrade: tradeJson(trade, market, venue) }),
    ...(quote && { latestQuote: quoteJson(quote, market, venue) }),
    ...named('minuteBar', core.latestBar(symbol, venue, core.now - delayMs)),
    ...named('dailyBar', daily.newest),
    ...named('prevDailyBar', daily.before),
  };
}

function named(name: string, bar: Bar | null): object {
  return bar === null ? {} : { [name]: barJson(bar) };
}
