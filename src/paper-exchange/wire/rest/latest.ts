import type { ExchangeCore } from '../../core/exchange-core.ts';
import { WireError } from '../../core/types.ts';
import { barJson, quoteJson, tradeJson } from './data-json.ts';
import { checkFeed } from './feed.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

type Kind = {
  readonly plural: 'quotes' | 'trades' | 'bars';
  readonly singular: 'quote' | 'trade' | 'bar';
  readonly latest: (core: ExchangeCore, symbol: string) => object | null;
};

const kinds: readonly Kind[] = [
  { plural: 'quotes', singular: 'quote', latest: latestQuote },
  { plural: 'trades', singular: 'trade', latest: latestTrade },
  { plural: 'bars', singular: 'bar', latest: latestBar },
];

/** The newest quote, trade or bar, of many symbols or of one. */
export const latestRoutes: readonly Route[] = kinds.flatMap((kind) => [
  {
    method: 'GET',
    path: `/v2/stocks/${kind.plural}/latest`,
    answer: (call) => ofMany(call, kind),
  },
  {
    method: 'GET',
    path: `/v2/stocks/*/${kind.plural}/latest`,
    answer: (call) => ofOne(call, kind),
  },
]);

function ofMany({ core, query }: Call, kind: Kind): Reply | WireError {
  const reader = new QueryReader(query, 'data');
  const symbols = reader.list('symbols');
  if (symbols === null) return new WireError(400, { message: 'symbols is required' });
  const refusal = checkFeed(reader, core.now, core.now);
  if (refusal !== null) return refusal;
  const found: Record<string, object> = {};
  for (const symbol of symbols) {
    const latest = kind.latest(core, symbol);
    if (latest !== null) found[symbol] = latest;
  }
  return ok({ [kind.plural]: found });
}

function ofOne({ core, params, query }: Call, kind: Kind): Reply | WireError {
  const symbol = params[0] ?? '';
  const refusal = checkFeed(new QueryReader(query, 'data'), core.now, core.now);
  if (refusal !== null) return refusal;
  const latest = kind.latest(core, symbol);
  if (latest !== null) return ok({ symbol, [kind.singular]: latest });
  return new WireError(404, { message: `no ${kind.singular} found for ${symbol}` });
}

function latestQuote(core: ExchangeCore, symbol: string): object | null {
  const quote = core.latestQuote(symbol);
  return quote && quoteJson(quote);
}

function latestTrade(core: ExchangeCore, symbol: string): object | null {
  const trade = core.latestTrade(symbol);
  return trade && tradeJson(trade);
}

function latestBar(core: ExchangeCore, symbol: string): object | null {
  const bar = core.latestBar(symbol);
  return bar && barJson(bar);
}
