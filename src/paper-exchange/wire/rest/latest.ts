import type { ExchangeCore } from '../../core/exchange-core.ts';
import { WireError } from '../../core/types.ts';
import { readLocation } from './crypto.ts';
import { barJson, orderBookJson, quoteJson, tradeJson } from './data-json.ts';
import { checkLatestFeed } from './feed.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { checkedSymbol, type Market, requestedSymbols } from './symbols.ts';

type Latest = (core: ExchangeCore, symbol: string, market: Market) => object | null;

const latest: Readonly<Record<'quote' | 'trade' | 'bar' | 'orderbook', Latest>> = {
  quote: (core, symbol, market) => {
    const quote = core.latestQuote(symbol);
    return quote && quoteJson(quote, market);
  },
  trade: (core, symbol, market) => {
    const trade = core.latestTrade(symbol);
    return trade && tradeJson(trade, market);
  },
  bar: (core, symbol) => {
    const bar = core.latestBar(symbol);
    return bar && barJson(bar);
  },
  orderbook: (core, symbol) => {
    const quote = core.latestQuote(symbol);
    return quote && orderBookJson(quote);
  },
};

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
  const refusal = market === 'stocks' ? checkLatestFeed(reader, settings) : null;
  if (refusal !== null) return refusal;
  const found: Record<string, object> = {};
  for (const symbol of symbols) {
    const one = latest[kind](core, symbol, market);
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
  const refusal = checkLatestFeed(new QueryReader(query, 'data'), settings);
  if (refusal !== null) return refusal;
  const one = latest[kind](core, symbol, 'stocks');
  if (one !== null) return ok({ symbol, [kind]: one });
  return new WireError(404, { message: `no ${kind} found for ${symbol}` });
}
