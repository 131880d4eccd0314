import type { Bar, Milliseconds, Quote, Trade, Venue } from '../../core/basics/types.ts';
import { WireError } from '../../core/basics/types.ts';
import { adjusted, readAdjustments } from './adjustment.ts';
import { readLocation } from './crypto.ts';
import { barJson, quoteJson, tradeJson } from './data-json.ts';
import { historicalEnd, historicalVenue } from './feed.ts';
import { type Page, type PageRequest, pageOf, readToken } from './pages.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { checkedSymbol, type Market, requestedSymbols } from './symbols.ts';
import { readTimeframe } from './timeframe.ts';

const LIMIT_DEFAULT = 1000;
const LIMIT_MAX = 10_000;
const DELAY_MS = 15 * 60_000;
const SORTS = ['asc', 'desc'] as const;

type Read<Item> = (symbol: string, start: Milliseconds, end: Milliseconds) => readonly Item[];

/** One kind of historical data: how a request reads it and how an answer writes it. */
type Kind<Item> = {
  readonly plural: 'bars' | 'quotes' | 'trades';
  readonly reading: (call: Call, reader: QueryReader) => Read<Item>;
  readonly json: (item: Item, market: Market, venue: Venue) => object;
};

const bars: Kind<Bar> = { plural: 'bars', reading: readingBars, json: barJson };
const quotes: Kind<Quote> = {
  plural: 'quotes',
  reading: ({ core }, reader) => {
    const venue = historicalVenue(reader);
    return (symbol, start, end) => core.quotes(symbol, start, end, venue);
  },
  json: quoteJson,
};
const trades: Kind<Trade> = {
  plural: 'trades',
  reading: ({ core }, reader) => {
    const venue = historicalVenue(reader);
    return (symbol, start, end) => core.trades(symbol, start, end, venue);
  },
  json: tradeJson,
};

/** Bars, quotes and trades of the past, of many symbols or of one. */
export const historyRoutes: readonly Route[] = [
  ...routesOf(bars),
  ...routesOf(quotes),
  ...routesOf(trades),
];

function routesOf<Item extends { readonly at: Milliseconds }>(kind: Kind<Item>): readonly Route[] {
  const { plural } = kind;
  return [
    { method: 'GET', path: `/v2/stocks/${plural}`, answer: (call) => ofMany(call, kind, 'stocks') },
    { method: 'GET', path: `/v2/stocks/*/${plural}`, answer: (call) => ofOne(call, kind) },
    {
      method: 'GET',
      path: `/v1beta3/crypto/*/${plural}`,
      answer: (call) => readLocation(call) ?? ofMany(call, kind, 'crypto'),
    },
  ];
}

function ofMany<Item extends { readonly at: Milliseconds }>(
  call: Call,
  kind: Kind<Item>,
  market: Market,
): Reply | WireError {
  const symbols = requestedSymbols(new QueryReader(call.query, 'data'), market);
  if (symbols instanceof WireError) return symbols;
  const page = read(call, kind, market, symbols);
  if (page instanceof WireError) return page;
  const venue = historicalVenue(new QueryReader(call.query, 'data'));
  const bySymbol: Record<string, readonly object[]> = {};
  for (const [symbol, items] of page.bySymbol) {
    bySymbol[symbol] = items.map((item) => kind.json(item, market, venue));
  }
  return ok({ [kind.plural]: bySymbol, ...currencyOf(call), next_page_token: page.nextPageToken });
}

function ofOne<Item extends { readonly at: Milliseconds }>(
  call: Call,
  kind: Kind<Item>,
): Reply | WireError {
  const symbol = checkedSymbol(call.params[0] ?? '');
  if (symbol instanceof WireError) return symbol;
  const page = read(call, kind, 'stocks', [symbol]);
  if (page instanceof WireError) return page;
  const venue = historicalVenue(new QueryReader(call.query, 'data'));
  const found = page.bySymbol.get(symbol) ?? [];
  const items = found.map((item) => kind.json(item, 'stocks', venue));
  return ok({
    [kind.plural]: items,
    symbol,
    ...currencyOf(call),
    next_page_token: page.nextPageToken,
  });
}

function read<Item extends { readonly at: Milliseconds }>(
  call: Call,
  kind: Kind<Item>,
  market: Market,
  symbols: readonly string[],
): Page<Item> | WireError {
  const { core, settings } = call;
  const reader = new QueryReader(call.query, 'data');
  const reading = kind.reading(call, reader);
  const today = core.calendar.midnightOf(core.calendar.dateOf(core.now));
  // A crypto pair has no consolidated feed that anyone could be kept from.
  const end =
    market === 'stocks'
      ? historicalEnd(reader, settings, core.now)
      : (reader.time('end') ?? core.now);
  if (end instanceof WireError) return end;
  const request: PageRequest = {
    symbols,
    start: reader.time('start') ?? Math.min(today, core.now - DELAY_MS),
    end,
    limit: reader.wholeNumber('limit', LIMIT_DEFAULT, LIMIT_MAX),
    isDescending: reader.choice('sort', SORTS, 'asc') === 'desc',
    token: readToken(reader),
  };
  checkRest(reader, request);
  return reader.problem ?? pageOf(request, reading);
}

function checkRest(reader: QueryReader, { start, end }: PageRequest): void {
  if (reader.text('end') !== null && reader.text('start') !== null && end < start) {
    reader.refuse('end should not be before start');
  }
  const asof = reader.text('asof');
  if (asof !== null && asof !== '-') reader.date('asof');
  reader.choice('currency', ['USD'], 'USD');
}

function readingBars({ core }: Call, reader: QueryReader): Read<Bar> {
  const timeframe = readTimeframe(reader);
  const adjustments = readAdjustments(reader);
  const venue = historicalVenue(reader);
  return (symbol, start, end) =>
    adjusted(core, symbol, core.bars(symbol, timeframe, start, end, venue), adjustments);
}

/** Named in the answer only when the request named it. */
function currencyOf({ query }: Call): { readonly currency?: string } {
  const currency = query.get('currency');
  return currency === null ? {} : { currency };
}
