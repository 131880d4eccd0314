import fc from 'fast-check';
import { expect } from 'vitest';
import { formatDecimal, fromNumber } from '../../../src/paper-exchange/core/decimal.ts';
import type { Floor, Json } from './floor.ts';

/** The symbols that moves are made in; both begin at 100 dollars. */
export const SYMBOLS = ['AAPL', 'MSFT'] as const;

/** One thing that a client or the market does. Prices are cents away from the last sale. */
export type Move =
  | {
      readonly do: 'simple';
      readonly symbol: string;
      readonly side: string;
      readonly type: string;
      readonly qty: string;
      readonly timeInForce: string;
      readonly cents: number;
      readonly beyond: number;
    }
  | {
      readonly do: 'group';
      readonly symbol: string;
      readonly kind: 'bracket' | 'oco' | 'oto';
      readonly short: boolean;
      readonly qty: number;
      readonly cents: number;
      readonly profit: number;
      readonly stop: number;
    }
  | { readonly do: 'notional'; readonly symbol: string; readonly side: string }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'replace'; readonly pick: number; readonly cents: number; readonly more: number }
  | { readonly do: 'part'; readonly pick: number; readonly shares: number }
  | { readonly do: 'close'; readonly symbol: string; readonly percentage: number }
  | { readonly do: 'all'; readonly path: string }
  | {
      readonly do: 'price';
      readonly symbol: string;
      readonly cents: number;
      readonly trade: boolean;
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'halt' | 'resume'; readonly symbol: string };

const symbol = fc.constantFrom(...SYMBOLS);
const side = fc.constantFrom('buy', 'sell');
const pick = fc.nat({ max: 12 });
const away = fc.integer({ min: 5, max: 300 });
const near = fc.integer({ min: -200, max: 200 });
const it = <Kind extends string>(kind: Kind) => fc.constant(kind);

export const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      do: it('simple'),
      symbol,
      side,
      type: fc.constantFrom('market', 'limit', 'limit', 'stop', 'stop_limit', 'trailing_stop'),
      qty: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }).map(String) },
        { weight: 1, arbitrary: fc.constantFrom('0.5', '2.123456789') },
      ),
      timeInForce: fc.constantFrom('day', 'day', 'gtc', 'gtc', 'ioc', 'opg', 'cls'),
      cents: near,
      beyond: fc.integer({ min: -50, max: 50 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: it('group'),
      symbol,
      kind: fc.constantFrom('bracket' as const, 'oco' as const, 'oto' as const),
      short: fc.boolean(),
      qty: fc.integer({ min: 1, max: 12 }),
      cents: near,
      profit: away,
      stop: away,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: it('notional'), symbol, side }) },
  { weight: 2, arbitrary: fc.record({ do: it('cancel'), pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: it('replace'),
      pick,
      cents: near,
      more: fc.integer({ min: -3, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: it('part'), pick, shares: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: it('close'), symbol, percentage: fc.integer({ min: 1, max: 100 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: it('all'),
      path: fc.constantFrom(
        '/v2/orders',
        '/v2/positions',
        '/v2/positions?cancel_orders=true',
        '/v2/positions?cancel_orders=false',
      ),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: it('price'),
      symbol,
      cents: fc.integer({ min: -250, max: 250 }),
      trade: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: it('wait'),
      ms: fc.constantFrom(10, 25, 40, 60, 80, 110, 150, 60_000, 30_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('halt', 'resume', 'resume'), symbol }) },
);

/** Makes a move. What it asks for may be refused, but never breaks the exchange. */
export function make(floor: Floor, made: Move): void {
  switch (made.do) {
    case 'simple':
      send(floor, 'POST', '/v2/orders', simpleOrder(floor, made));
      break;
    case 'group':
      send(floor, 'POST', '/v2/orders', groupedOrder(floor, made));
      break;
    case 'notional': {
      const { symbol: of, side: way } = made;
      const fields = {
        symbol: of,
        side: way,
        notional: '50',
        type: 'market',
        time_in_force: 'day',
      };
      send(floor, 'POST', '/v2/orders', fields);
      break;
    }
    case 'cancel':
      send(floor, 'DELETE', `/v2/orders/${openOrder(floor, made.pick)?.id}`);
      break;
    case 'replace':
      replace(floor, made);
      break;
    case 'part': {
      const order = openOrder(floor, made.pick);
      floor.executePart(order?.id, String(made.shares), String(order?.limit_price ?? '100'));
      break;
    }
    case 'close':
      send(floor, 'DELETE', `/v2/positions/${made.symbol}?percentage=${made.percentage}`);
      break;
    case 'all':
      send(floor, 'DELETE', made.path);
      break;
    case 'price':
      changePrice(floor, made);
      break;
    case 'wait':
      floor.advanceBy(made.ms);
      break;
    case 'halt':
      floor.core.halt(made.symbol);
      break;
    case 'resume':
      floor.core.resume(made.symbol);
      break;
  }
}

function simpleOrder(floor: Floor, made: Move & { do: 'simple' }): Json {
  const { type } = made;
  const stop = priceOf(floor, made.symbol, made.cents);
  const limit = priceOf(floor, made.symbol, made.cents + made.beyond);
  return {
    symbol: made.symbol,
    side: made.side,
    qty: made.qty,
    type,
    time_in_force: type.includes('stop') && made.timeInForce !== 'gtc' ? 'day' : made.timeInForce,
    ...(type === 'stop' || type === 'stop_limit' ? { stop_price: stop } : {}),
    ...(type === 'limit' || type === 'stop_limit' ? { limit_price: limit } : {}),
    ...(type === 'trailing_stop' ? { trail_percent: '1' } : {}),
  };
}

function groupedOrder(floor: Floor, made: Move & { do: 'group' }): Json {
  const { symbol: of, kind, cents } = made;
  const held = floor.core.position(floor.accountId, of)?.qty ?? 0n;
  const isOco = kind === 'oco';
  const protectsLong = isOco ? held >= 0n : !made.short;
  const direction = protectsLong ? 1 : -1;
  const base = isOco ? 0 : cents;
  return {
    symbol: of,
    side: isOco === protectsLong ? 'sell' : 'buy',
    qty: String(made.qty),
    type: 'limit',
    time_in_force: 'gtc',
    order_class: kind,
    ...(isOco ? {} : { limit_price: priceOf(floor, of, cents) }),
    ...(kind === 'oto'
      ? {}
      : { take_profit: { limit_price: priceOf(floor, of, base + direction * made.profit) } }),
    stop_loss: {
      stop_price: priceOf(floor, of, Math.min(base, 0) * direction - direction * made.stop),
    },
  };
}

function replace(floor: Floor, made: Move & { do: 'replace' }): void {
  const order = openOrder(floor, made.pick);
  if (order === undefined) return;
  const price = priceOf(floor, String(order.symbol), made.cents);
  const qty = Number(order.qty) + made.more;
  send(floor, 'PATCH', `/v2/orders/${order.id}`, {
    ...(made.more === 0 ? {} : { qty: String(qty) }),
    ...(order.limit_price === null || made.more > 0 ? {} : { limit_price: price }),
    ...(order.stop_price === null || order.limit_price !== null ? {} : { stop_price: price }),
  });
}

function changePrice(floor: Floor, made: Move & { do: 'price' }): void {
  const { symbol: of, cents } = made;
  floor.quote(of, priceOf(floor, of, cents - 1), priceOf(floor, of, cents + 1));
  if (made.trade) floor.trade(of, priceOf(floor, of, cents));
}

function priceOf(floor: Floor, of: string, cents: number): string {
  const last = floor.core.latestTrade(of)?.price ?? 0n;
  const price = last + fromNumber(cents / 100, 2);
  return formatDecimal(price > 0n ? price : fromNumber(1, 2));
}

function openOrder(floor: Floor, which: number): Json | undefined {
  const orders = floor.list('/v2/orders?status=all&limit=40');
  const done = ['filled', 'canceled', 'expired', 'replaced', 'rejected'];
  const open = orders.filter(({ status }) => !done.includes(String(status)));
  return open[which % Math.max(1, open.length)];
}

function send(floor: Floor, method: string, path: string, body?: Json): void {
  expect(floor.send(method, path, body).status).not.toBe(500);
}
