import fc from 'fast-check';
import type { VenueAction } from '../../../src/paper-exchange/core/venue.ts';
import { SYMBOLS } from './pit.ts';

export type Json = { readonly [key: string]: unknown };

/** One thing that a client, the market or time does. Prices are cents away from the last sale. */
export type Move = { readonly account: number; readonly symbol: string } & (
  | {
      readonly do: 'simple';
      readonly side: string;
      readonly type: string;
      readonly qty: string;
      readonly timeInForce: string;
      readonly cents: number;
      readonly beyond: number;
      readonly extended: boolean;
    }
  | {
      readonly do: 'group';
      readonly kind: 'bracket' | 'oco' | 'oto';
      readonly short: boolean;
      readonly qty: number;
      readonly cents: number;
      readonly profit: number;
      readonly stop: number;
    }
  | { readonly do: 'notional'; readonly side: string }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'replace'; readonly pick: number; readonly cents: number; readonly more: number }
  | { readonly do: 'part'; readonly pick: number; readonly shares: number }
  | { readonly do: 'close'; readonly percentage: number }
  | { readonly do: 'all'; readonly path: string }
  | { readonly do: 'configure'; readonly body: Json }
  | { readonly do: 'garbage'; readonly path: string; readonly body: string }
  | { readonly do: 'price'; readonly cents: number; readonly trade: boolean }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'halt' | 'resume' }
  | { readonly do: 'night'; readonly halted: boolean }
  | { readonly do: 'split'; readonly newShares: number; readonly oldShares: number }
  | { readonly do: 'dividend'; readonly cents: number }
  | { readonly do: 'venue'; readonly pick: number; readonly act: VenueAction['kind'] }
);

const HOUR = 3_600_000;
const pick = fc.nat({ max: 12 });
const away = fc.integer({ min: 5, max: 300 });
const near = fc.integer({ min: -200, max: 200 });

const frame = {
  account: fc.constantFrom(0, 0, 0, 1, 1, 2),
  symbol: fc.constantFrom(...SYMBOLS),
};

const simple = fc.record({
  ...frame,
  do: fc.constant('simple' as const),
  side: fc.constantFrom('buy', 'sell'),
  type: fc.constantFrom('market', 'limit', 'limit', 'stop', 'stop_limit', 'trailing_stop'),
  qty: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom('0.5', '2.123456789', '300', '-1') },
  ),
  timeInForce: fc.constantFrom('day', 'day', 'gtc', 'gtc', 'ioc', 'fok', 'opg', 'cls'),
  cents: near,
  beyond: fc.integer({ min: -50, max: 50 }),
  extended: fc.constantFrom(false, false, false, true),
});

const group = fc.record({
  ...frame,
  do: fc.constant('group' as const),
  kind: fc.constantFrom('bracket' as const, 'oco' as const, 'oto' as const),
  short: fc.boolean(),
  qty: fc.integer({ min: 1, max: 12 }),
  cents: near,
  profit: away,
  stop: away,
});

const ofOrders = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...frame, do: fc.constant('cancel' as const), pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('replace' as const),
      pick,
      cents: near,
      more: fc.integer({ min: -3, max: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('part' as const),
      pick,
      shares: fc.integer({ min: 1, max: 6 }),
    }),
  },
);

const ofAccounts = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('notional' as const),
      side: fc.constantFrom('buy', 'sell'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('close' as const),
      percentage: fc.integer({ min: 1, max: 100 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('all' as const),
      path: fc.constantFrom(
        '/v2/orders',
        '/v2/positions',
        '/v2/positions?cancel_orders=true',
        '/v2/positions?cancel_orders=false',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('configure' as const),
      body: fc.record(
        {
          no_shorting: fc.boolean(),
          suspend_trade: fc.constantFrom(false, false, true),
          fractional_trading: fc.boolean(),
          max_margin_multiplier: fc.constantFrom('1', '2', '4', '9'),
          disable_overnight_trading: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('garbage' as const),
      path: fc.constantFrom('/v2/orders', '/v2/account/configurations', '/v2/positions/NONE'),
      body: fc.oneof(fc.json({ maxDepth: 2 }), fc.constant('{"symbol":')),
    }),
  },
);

const ofMarket = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('price' as const),
      cents: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -250, max: 250 }) },
        { weight: 1, arbitrary: fc.integer({ min: -3000, max: 3000 }) },
      ),
      trade: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('wait' as const),
      ms: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(10, 25, 40, 60, 80, 110, 150, 60_000) },
        { weight: 2, arbitrary: fc.integer({ min: HOUR, max: 20 * HOUR }) },
        { weight: 1, arbitrary: fc.constantFrom(72 * HOUR, 95 * 24 * HOUR) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ...frame, do: fc.constantFrom('halt', 'resume', 'resume') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('night' as const),
      halted: fc.constantFrom(true, false, false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('split' as const),
      newShares: fc.constantFrom(10, 3, 1),
      oldShares: fc.constantFrom(1, 2, 7),
    }),
  },
);

const ofVenues = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('dividend' as const),
      cents: fc.integer({ min: 1, max: 200 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...frame,
      do: fc.constant('venue' as const),
      pick,
      act: fc.constantFrom(
        ...(['set_aside', 'put_back', 'reject', 'cancel', 'expire'] as const),
        ...(['refuse_cancel', 'refuse_replace', 'restate'] as const),
      ),
    }),
  },
);

export const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 7, arbitrary: simple },
  { weight: 7, arbitrary: group },
  { weight: 11, arbitrary: ofOrders },
  { weight: 4, arbitrary: ofAccounts },
  { weight: 15, arbitrary: ofMarket },
  { weight: 2, arbitrary: ofVenues },
);
