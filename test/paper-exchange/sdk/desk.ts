import {
  Alpaca,
  ApiError,
  AuthError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  type trading,
  ValidationError,
} from '@alpacahq/alpaca-trade-api';
import { expect } from 'vitest';
import { listen } from '../../../src/adapters/system/http-listener.ts';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { keys, quietExchange } from '../wire/given.ts';

export type Json = { readonly [key: string]: unknown };
export type Outcome = { readonly status: number; readonly body: Json };
export type ListOutcome = { readonly status: number; readonly body: readonly Json[] };
type NewOrder = Partial<trading.PostOrderRequest>;

/** What both ways of asking the exchange have in common; keys come back as the wire spells them. */
export type Client = {
  account(): Promise<Outcome>;
  clock(): Promise<Outcome>;
  /** Asks by date-times, as the SDK does. */
  calendar(start: string, end: string): Promise<ListOutcome>;
  /** POST of an AAPL day order: what is not named is one share, buying, at market. */
  order(fields: NewOrder): Promise<Outcome>;
  orderById(id: unknown): Promise<Outcome>;
  orders(query: { status?: 'all' | 'open'; nested?: boolean }): Promise<ListOutcome>;
  cancel(id: unknown): Promise<{ readonly status: number; readonly body: Json | null }>;
  cancelAll(): Promise<ListOutcome>;
  replace(id: unknown, changes: trading.PatchOrderRequest): Promise<Outcome>;
  position(symbol: string): Promise<Outcome>;
  close(symbol: string): Promise<Outcome>;
  closeAll(cancelOrders: boolean): Promise<ListOutcome>;
  activities(query: { pageSize?: number; pageToken?: string }): Promise<ListOutcome>;
  bars(query: { symbols: string; limit: number; pageToken?: string }): Promise<Outcome>;
};

export type Form = 'raw HTTP' | 'the SDK';
export const forms: readonly Form[] = ['raw HTTP', 'the SDK'];

/** A quiet exchange on a real port of the loopback, and somebody who asks it things. */
export async function openDesk(
  form: Form,
  options: Partial<PaperExchangeOptions> = {},
  secret = keys.secret,
) {
  const given = quietExchange({ rest: { historicalFeedDefault: 'iex' }, ...options });
  const { exchange } = given;
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    onRequest: exchange.requestListener,
    onUpgrade: exchange.upgradeListener,
  });
  const base = `http://127.0.0.1:${server.port}`;
  const events: string[] = [];
  exchange.core.subscribe((event) => {
    if (event.kind === 'trade_update') events.push(`${event.event} ${event.order.id}`);
  });
  return {
    ...given,
    base,
    client: form === 'raw HTTP' ? rawClient(base, secret) : sdkClient(base, secret),
    /** The stream's names for what happened to one order. */
    eventsOf: (id: unknown): readonly string[] =>
      events.filter((text) => text.endsWith(` ${id}`)).map((text) => text.split(' ')[0] ?? ''),
    close: async (): Promise<void> => {
      exchange.stop();
      await server.close();
    },
  };
}

const plainOrder: trading.PostOrderRequest = {
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  timeInForce: 'day',
  qty: '1',
};

function rawClient(base: string, secret: string): Client {
  const headers = { 'APCA-API-KEY-ID': keys.keyId, 'APCA-API-SECRET-KEY': secret };
  const send = async (method: string, path: string, query: object = {}, body?: unknown) => {
    const pairs = Object.entries(respelled(query)).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    const text = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
    const response = await fetch(`${base}${path}${text}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(respelled(body)) }),
    });
    const answer = await response.text();
    return { status: response.status, body: answer === '' ? null : JSON.parse(answer) };
  };
  return {
    account: () => send('GET', '/v2/account'),
    clock: () => send('GET', '/v2/clock'),
    calendar: (start, end) => send('GET', '/v2/calendar', { start, end }),
    order: (fields) => send('POST', '/v2/orders', {}, { ...plainOrder, ...fields }),
    orderById: (id) => send('GET', `/v2/orders/${id}`),
    orders: (query) => send('GET', '/v2/orders', query),
    cancel: (id) => send('DELETE', `/v2/orders/${id}`),
    cancelAll: () => send('DELETE', '/v2/orders'),
    replace: (id, changes) => send('PATCH', `/v2/orders/${id}`, {}, changes),
    position: (symbol) => send('GET', `/v2/positions/${symbol}`),
    close: (symbol) => send('DELETE', `/v2/positions/${symbol}`),
    closeAll: (cancelOrders) => send('DELETE', '/v2/positions', { cancelOrders }),
    activities: (query) => send('GET', '/v2/account/activities', query),
    bars: (query) => send('GET', '/v2/stocks/bars', { ...query, timeframe: '1Min' }),
  };
}

function sdkClient(base: string, secret: string): Client {
  const alpaca = new Alpaca({
    ...{ keyId: keys.keyId, secret, paper: true, rateLimit: false, retry: false },
    fetchApi: (url, init) => {
      const { pathname, search } = new URL(url);
      return fetch(`${base}${pathname}${search}`, init);
    },
  });
  const { orders, positions, account, clock, calendar, accountActivities } = alpaca.trading;
  return {
    account: () => outcome(account.getAccountRaw()),
    clock: () => outcome(clock.legacyClockRaw()),
    calendar: (start, end) =>
      listOf(calendar.legacyCalendarRaw({ start: new Date(start), end: new Date(end) })),
    order: (fields) =>
      outcome(orders.postOrderRaw({ postOrderRequest: { ...plainOrder, ...fields } })),
    orderById: (id) => outcome(orders.getOrderByOrderIDRaw({ orderId: String(id) })),
    orders: (query) => listOf(orders.getAllOrdersRaw(query)),
    cancel: (id) => outcome(orders.deleteOrderByOrderIDRaw({ orderId: String(id) })),
    cancelAll: () => listOf(orders.deleteAllOrdersRaw()),
    replace: (id, patchOrderRequest) =>
      outcome(orders.patchOrderByOrderIdRaw({ orderId: String(id), patchOrderRequest })),
    position: (symbolOrAssetId) => outcome(positions.getOpenPositionRaw({ symbolOrAssetId })),
    close: (symbolOrAssetId) => outcome(positions.deleteOpenPositionRaw({ symbolOrAssetId })),
    closeAll: (cancelOrders) => listOf(positions.deleteAllOpenPositionsRaw({ cancelOrders })),
    activities: (query) => listOf(accountActivities.getAccountActivitiesRaw(query)),
    bars: (query) =>
      outcome(alpaca.marketData.stocks.stockBarsRaw({ ...query, timeframe: '1Min' })),
  };
}

type Answer = { readonly raw: Response; value(): Promise<unknown> };

/** What the SDK made of an answer, or the body of the error that it threw. */
async function outcome(asked: Promise<Answer>): Promise<Outcome> {
  try {
    const answer = await asked;
    return { status: answer.raw.status, body: respelled((await answer.value()) ?? null) as Json };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error).toBeInstanceOf(errorClasses[error.status ?? 0] ?? ApiError);
    return { status: error.status ?? 0, body: (await error.response.json()) as Json };
  }
}

async function listOf(asked: Promise<Answer>): Promise<ListOutcome> {
  const { status, body } = await outcome(asked);
  return { status, body: body as unknown as readonly Json[] };
}

const errorClasses: Readonly<Record<number, typeof ApiError>> = {
  401: AuthError,
  403: PermissionError,
  404: NotFoundError,
  422: ValidationError,
  429: RateLimitError,
};

/** The SDK spells its fields in camel case; the wire, and the exchange's own tests, do not. */
function respelled(value: unknown): Record<string, unknown> {
  return wireSpelling(value) as Record<string, unknown>;
}

function wireSpelling(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(wireSpelling);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [
        // The keys of a map of symbols are not fields.
        /^[A-Z]+$/.test(key) ? key : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        wireSpelling(part),
      ]),
  );
}
