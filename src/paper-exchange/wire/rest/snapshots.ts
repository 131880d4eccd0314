import type { ExchangeCore } from '../../core/exchange-core.ts';
import { type Bar, WireError } from '../../core/types.ts';
import { barJson, quoteJson, tradeJson } from './data-json.ts';
import { checkFeed } from './feed.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

export const snapshotRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/stocks/snapshots', answer: getSnapshots },
  { method: 'GET', path: '/v2/stocks/*/snapshot', answer: getSnapshot },
];

/** Keyed by symbol at the top level, unlike its neighbours. */
function getSnapshots({ core, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, 'data');
  const symbols = reader.list('symbols');
  if (symbols === null) return new WireError(400, { message: 'symbols is required' });
  const refusal = checkFeed(reader, core.now, core.now);
  if (refusal !== null) return refusal;
  const found: Record<string, object> = {};
  for (const symbol of symbols) {
    if (core.asset(symbol) !== null) found[symbol] = snapshotJson(core, symbol);
  }
  return ok(found);
}

function getSnapshot({ core, params, query }: Call): Reply | WireError {
  const symbol = params[0] ?? '';
  const refusal = checkFeed(new QueryReader(query, 'data'), core.now, core.now);
  if (refusal !== null) return refusal;
  if (core.asset(symbol) === null) {
    return new WireError(404, { message: `no snapshot found for ${symbol}` });
  }
  return ok({ symbol, ...snapshotJson(core, symbol) });
}

function snapshotJson(core: ExchangeCore, symbol: string): object {
  const trade = core.latestTrade(symbol);
  const quote = core.latestQuote(symbol);
  const daily = core.dailyBars(symbol);
  return {
    latestTrade: trade && tradeJson(trade),
    latestQuote: quote && quoteJson(quote),
    minuteBar: barOrNull(core.latestBar(symbol)),
    dailyBar: barOrNull(daily.today),
    prevDailyBar: barOrNull(daily.before),
  };
}

function barOrNull(bar: Bar | null): object | null {
  return bar && barJson(bar);
}
