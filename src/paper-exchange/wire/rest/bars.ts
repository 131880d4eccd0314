import type { Timeframe } from '../../core/market-data.ts';
import type { Bar, Milliseconds } from '../../core/types.ts';
import { WireError } from '../../core/types.ts';
import { barJson } from './data-json.ts';
import { checkFeed } from './feed.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

const LIMIT_DEFAULT = 1000;
const LIMIT_MAX = 10_000;
const SORTS = ['asc', 'desc'] as const;

const UNITS: Readonly<Record<string, Timeframe['unit']>> = {
  T: 'minute',
  Min: 'minute',
  H: 'hour',
  Hour: 'hour',
  D: 'day',
  Day: 'day',
  W: 'week',
  Week: 'week',
  M: 'month',
  Month: 'month',
};
const COUNT_MAX: Readonly<Record<Timeframe['unit'], number>> = {
  minute: 59,
  hour: 23,
  day: 1,
  week: 1,
  month: 12,
};

export const barRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/stocks/bars', answer: getBars },
  { method: 'GET', path: '/v2/stocks/*/bars', answer: getBarsOfOne },
];

type Page = {
  readonly bySymbol: Record<string, object[]>;
  readonly nextPageToken: string | null;
};

function getBars(call: Call): Reply | WireError {
  const symbols = new QueryReader(call.query, 'data').list('symbols');
  if (symbols === null) return new WireError(400, { message: 'symbols is required' });
  const page = pageOf(call, [...new Set(symbols)].sort());
  if (page instanceof WireError) return page;
  return ok({ bars: page.bySymbol, next_page_token: page.nextPageToken });
}

function getBarsOfOne(call: Call): Reply | WireError {
  const symbol = call.params[0] ?? '';
  const page = pageOf(call, [symbol]);
  if (page instanceof WireError) return page;
  const bars = page.bySymbol[symbol] ?? [];
  return ok({ bars, symbol, next_page_token: page.nextPageToken });
}

/** The limit counts over all symbols, so that a page may hold only the first of them. */
function pageOf({ core, query }: Call, symbols: readonly string[]): Page | WireError {
  const reader = new QueryReader(query, 'data');
  const timeframe = readTimeframe(reader);
  const limit = reader.wholeNumber('limit', LIMIT_DEFAULT, LIMIT_MAX);
  const today = core.calendar.midnightOf(core.calendar.dateOf(core.now));
  const start = reader.time('start') ?? today;
  const end = reader.time('end') ?? core.now;
  const isDescending = reader.choice('sort', SORTS, 'asc') === 'desc';
  const token = readToken(reader);
  const refusal = checkFeed(reader, reader.time('end') === null ? 0 : end, core.now);
  if (refusal !== null) return refusal;
  const bySymbol: Record<string, object[]> = {};
  let left = limit;
  for (const symbol of symbols) {
    if (token !== null && symbol < token.symbol) continue;
    let bars = core.bars(symbol, timeframe, start, end);
    if (isDescending) bars = [...bars].reverse();
    if (token?.symbol === symbol) bars = bars.filter((bar) => isAfter(bar, token.at, isDescending));
    const page = bars.slice(0, left);
    if (page.length > 0) bySymbol[symbol] = page.map(barJson);
    left -= page.length;
    const last = page.at(-1);
    const isCut = page.length < bars.length || (left === 0 && symbol !== symbols.at(-1));
    if (isCut) return { bySymbol, nextPageToken: writeToken(symbol, last?.at ?? token?.at ?? 0) };
  }
  return { bySymbol, nextPageToken: null };
}

function isAfter(bar: Bar, at: Milliseconds, isDescending: boolean): boolean {
  return isDescending ? bar.at < at : bar.at > at;
}

function readTimeframe(reader: QueryReader): Timeframe {
  const text = reader.text('timeframe') ?? '';
  const match = /^(\d+)([A-Za-z]+)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  const count = Number(match?.[1]);
  if (unit !== undefined && count >= 1 && count <= COUNT_MAX[unit]) return { count, unit };
  reader.refuse(`invalid timeframe: ${text}`);
  return { count: 1, unit: 'day' };
}

type Token = { readonly symbol: string; readonly at: Milliseconds };

function readToken(reader: QueryReader): Token | null {
  const text = reader.text('page_token');
  if (text === null) return null;
  const [symbol, at] = Buffer.from(text, 'base64url').toString().split('|');
  if (symbol !== undefined && at !== undefined && /^\d+$/.test(at)) {
    return { symbol, at: Number(at) };
  }
  reader.refuse(`invalid page_token: ${text}`);
  return null;
}

function writeToken(symbol: string, at: Milliseconds): string {
  return Buffer.from(`${symbol}|${at}`).toString('base64url');
}
