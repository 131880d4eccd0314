import { formatDecimal, multiply, ONE } from '../../core/basics/decimal.ts';
import { type Locate, WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import { QueryReader, readJson } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { utcText } from './times.ts';

const LIMIT_DEFAULT = 1000;
const LIMIT_MAX = 10_000;
const SYMBOLS_MAX = 100;
/** A locate's day ends at eight in the evening. */
const DAY_ENDS_EARLY_BY_MS = 4 * 3_600_000;
const STATUSES = ['active', 'expired', 'rejected', ''] as const;

/** Shares set aside for selling short what is hard to borrow ("Locates"). */
export const locateRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/locates', answer: postLocate },
  { method: 'GET', path: '/v1/locates', answer: getLocates },
  { method: 'GET', path: '/v1/locates/quotes', answer: getQuotes },
  { method: 'GET', path: '/v1/locates/*', answer: getLocate },
];

function postLocate({ core, accountId, body }: Call): Reply | WireError {
  const json = readJson(body);
  const invalid = { code: 'invalid_request_body', message: 'invalid request body' };
  if (json instanceof WireError) return new WireError(400, invalid);
  const outcome = core.requestLocate(accountId, json.value);
  return outcome instanceof WireError ? outcome : { status: 201, body: locateJson(outcome) };
}

function getLocate({ core, accountId, params }: Call): Reply | WireError {
  const locate = core.locates(accountId).find(({ id }) => id === params[0]);
  if (locate === undefined) return new WireError(404, { message: 'locate not found' });
  return ok(locateJson(locate));
}

/** Newest first; `start` is included, `end` is not. */
function getLocates({ core, accountId, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, 'locates');
  const limit = reader.wholeNumber('limit', LIMIT_DEFAULT, LIMIT_MAX);
  const status = reader.choice('status', STATUSES, '');
  const symbol = reader.text('symbol');
  const [start, end] = [reader.date('start'), reader.date('end')];
  if (reader.problem !== null) return reader.problem;
  const newestFirst = [...core.locates(accountId)].reverse();
  const last = newestFirst.findIndex(({ id }) => id === reader.text('page_token'));
  const found = newestFirst.slice(last + 1).filter((locate) => {
    const date = core.calendar.dateOf(locate.createdAt + DAY_ENDS_EARLY_BY_MS);
    return (
      (status === '' || locate.status === status) &&
      (symbol === null || locate.symbol === symbol) &&
      (start === null || date >= start) &&
      (end === null || date < end)
    );
  });
  const page = found.slice(0, limit);
  const isCut = page.length < found.length;
  return ok({
    locates: page.map(locateJson),
    next_page_token: isCut ? (page.at(-1)?.id ?? null) : null,
  });
}

function getQuotes({ core, query }: Call): Reply | WireError {
  const symbols = new Set(new QueryReader(query, 'locates').list('symbols'));
  if (symbols.size === 0 || symbols.size > SYMBOLS_MAX) {
    const message = `symbols must contain between 1 and ${SYMBOLS_MAX} unique symbols`;
    return new WireError(400, { code: 'invalid_symbols', message });
  }
  const quotes: object[] = [];
  const errors: object[] = [];
  for (const symbol of symbols) {
    const quote = quoteJson(core, symbol);
    if (quote === null) errors.push(quoteError(core, symbol));
    else quotes.push(quote);
  }
  return ok({ quotes, errors });
}

function quoteJson(core: ExchangeCore, symbol: string): object | null {
  const quote = core.locateQuote(symbol);
  if (quote === null || core.asset(symbol)?.easyToBorrow === true) return null;
  const { availableQty, price } = quote;
  return {
    symbol,
    available_qty: availableQty,
    ...(price !== null && { price: formatDecimal(price) }),
    quoted_at: utcText(core.now),
  };
}

function quoteError(core: ExchangeCore, symbol: string): object {
  const isListed = core.asset(symbol) !== null;
  return isListed
    ? { symbol, code: 'easy_to_borrow', message: 'security is easy to borrow' }
    : { symbol, code: 'symbol_not_found', message: 'symbol not found' };
}

/** What a rejected locate has not is left out. */
function locateJson(locate: Locate): object {
  const { limitPrice, expiresAt, locatedQty, locatedPrice, rejectionReason } = locate;
  const fee =
    locatedQty !== null && locatedPrice !== null
      ? multiply(BigInt(locatedQty) * ONE, locatedPrice)
      : null;
  return {
    id: locate.id,
    symbol: locate.symbol,
    requested_qty: locate.requestedQty,
    all_or_none: locate.allOrNone,
    ...(limitPrice !== null && { limit_price: formatDecimal(limitPrice) }),
    status: locate.status,
    created_at: utcText(locate.createdAt),
    ...(expiresAt !== null && { expires_at: utcText(expiresAt) }),
    ...(locatedQty !== null && { located_qty: locatedQty }),
    ...(locatedPrice !== null && { located_price: formatDecimal(locatedPrice) }),
    ...(fee !== null && { total_fee: formatDecimal(fee) }),
    ...(rejectionReason !== null && { rejection_reason: rejectionReason }),
  };
}
