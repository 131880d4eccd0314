import type { Milliseconds } from '../../core/basics/types.ts';
import type { QueryReader } from './params.ts';

type Stamped = { readonly at: Milliseconds };

/** What a request asks for of each symbol, and how much of it fits on a page. */
export type PageRequest = {
  readonly symbols: readonly string[];
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  readonly limit: number;
  readonly isDescending: boolean;
  readonly token: PageToken | null;
};

/** The last item of a page: of its symbol, at its instant, the so-manieth at that instant. */
export type PageToken = {
  readonly symbol: string;
  readonly at: Milliseconds;
  readonly count: number;
};

export type Page<Item> = {
  readonly bySymbol: ReadonlyMap<string, readonly Item[]>;
  readonly nextPageToken: string | null;
};

/** The limit counts over all symbols, so that a page may hold only the first of them. */
export function pageOf<Item extends Stamped>(
  request: PageRequest,
  read: (symbol: string, start: Milliseconds, end: Milliseconds) => readonly Item[],
): Page<Item> {
  const { symbols, token, isDescending } = request;
  const bySymbol = new Map<string, readonly Item[]>();
  let left = request.limit;
  for (const symbol of symbols) {
    if (token !== null && symbol < token.symbol) continue;
    const own = token?.symbol === symbol ? token : null;
    const start = own !== null && !isDescending ? own.at : request.start;
    const end = own !== null && isDescending ? own.at : request.end;
    const inOrder = read(symbol, start, end);
    const items = isDescending ? [...inOrder].reverse() : inOrder;
    const from = own?.count ?? 0;
    const page = items.slice(from, from + left);
    if (page.length > 0) bySymbol.set(symbol, page);
    left -= page.length;
    const until = from + page.length;
    if (until < items.length || (left === 0 && symbol !== symbols.at(-1))) {
      return { bySymbol, nextPageToken: writeToken(symbol, items, until) };
    }
  }
  return { bySymbol, nextPageToken: null };
}

export function readToken(reader: QueryReader): PageToken | null {
  const text = reader.text('page_token');
  if (text === null) return null;
  const [symbol, at, count] = Buffer.from(text, 'base64url').toString().split('|');
  if (symbol !== undefined && isWhole(at) && isWhole(count)) {
    return { symbol, at: Number(at), count: Number(count) };
  }
  reader.refuse(`invalid page_token: ${text}`);
  return null;
}

function isWhole(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,15}$/.test(text);
}

function writeToken(symbol: string, items: readonly Stamped[], until: number): string {
  const at = items[until - 1]?.at ?? 0;
  let count = 0;
  while (items[until - 1 - count]?.at === at) count += 1;
  return Buffer.from(`${symbol}|${at}|${count}`).toString('base64url');
}
