import fc from 'fast-check';
import { formatDecimal, fromNumber } from '../../../src/paper-exchange/core/decimal.ts';
import type { VenueAction } from '../../../src/paper-exchange/core/venue.ts';
import { type Pit, SYMBOLS } from './pit.ts';

type Json = { readonly [key: string]: unknown };

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

/** Makes a move. What it asks for may be refused, but never breaks the exchange. */
export function make(pit: Pit, made: Move): void {
  const { account, symbol } = made;
  switch (made.do) {
    case 'simple':
      send(pit, account, 'POST', '/v2/orders', simpleOrder(pit, made));
      break;
    case 'group':
      send(pit, account, 'POST', '/v2/orders', groupedOrder(pit, made));
      break;
    case 'notional': {
      const { side } = made;
      const rest = { notional: '50', type: 'market', time_in_force: 'day' };
      send(pit, account, 'POST', '/v2/orders', { symbol, side, ...rest });
      break;
    }
    case 'cancel':
      send(pit, account, 'DELETE', `/v2/orders/${openOrder(pit, account, made.pick)?.id}`);
      break;
    case 'replace':
      replace(pit, made);
      break;
    case 'part':
      executePart(pit, made);
      break;
    case 'close':
      send(
        pit,
        account,
        'DELETE',
        `/v2/positions/${encodeURIComponent(symbol)}?percentage=${made.percentage}`,
      );
      break;
    case 'all':
      send(pit, account, 'DELETE', made.path);
      break;
    case 'configure':
      send(pit, account, 'PATCH', '/v2/account/configurations', made.body);
      break;
    case 'garbage':
      expectAnswer(pit.send(account, 'POST', made.path, made.body));
      break;
    case 'price':
      changePrice(pit, made);
      break;
    case 'wait':
      pit.advanceBy(made.ms);
      break;
    case 'halt':
      pit.halt(symbol);
      break;
    case 'resume':
      pit.resume(symbol);
      break;
    case 'night':
      pit.core.changeAsset(symbol, { overnightHalted: made.halted });
      break;
    case 'split':
      split(pit, made);
      break;
    case 'dividend':
      payDividend(pit, made);
      break;
    case 'venue':
      actOnOrder(pit, made);
      break;
  }
}

function simpleOrder(pit: Pit, made: Move & { do: 'simple' }): Json {
  const { type, symbol } = made;
  const stop = priceOf(pit, symbol, made.cents);
  const limit = priceOf(pit, symbol, made.cents + made.beyond);
  const isStop = type.includes('stop');
  return {
    symbol,
    side: made.side,
    qty: made.qty,
    type,
    time_in_force: isStop && made.timeInForce !== 'gtc' ? 'day' : made.timeInForce,
    extended_hours: made.extended && type === 'limit' && ['day', 'gtc'].includes(made.timeInForce),
    ...(type === 'stop' || type === 'stop_limit' ? { stop_price: stop } : {}),
    ...(type === 'limit' || type === 'stop_limit' ? { limit_price: limit } : {}),
    ...(type === 'trailing_stop' ? { trail_percent: '1' } : {}),
  };
}

function groupedOrder(pit: Pit, made: Move & { do: 'group' }): Json {
  const { symbol, kind, cents } = made;
  const held = pit.core.position(pit.accountId(made.account), symbol)?.qty ?? 0n;
  const isOco = kind === 'oco';
  const protectsLong = isOco ? held >= 0n : !made.short;
  const direction = protectsLong ? 1 : -1;
  const base = isOco ? 0 : cents;
  const profit = priceOf(pit, symbol, base + direction * made.profit);
  const stop = priceOf(pit, symbol, Math.min(base, 0) * direction - direction * made.stop);
  return {
    symbol,
    side: isOco === protectsLong ? 'sell' : 'buy',
    qty: String(made.qty),
    type: 'limit',
    time_in_force: 'gtc',
    order_class: kind,
    ...(isOco ? {} : { limit_price: priceOf(pit, symbol, cents) }),
    ...(kind === 'oto' ? {} : { take_profit: { limit_price: profit } }),
    stop_loss: { stop_price: stop },
  };
}

function replace(pit: Pit, made: Move & { do: 'replace' }): void {
  const order = openOrder(pit, made.account, made.pick);
  if (order === undefined) return;
  const price = priceOf(pit, String(order.symbol), made.cents);
  const qty = Number(order.qty) + made.more;
  send(pit, made.account, 'PATCH', `/v2/orders/${order.id}`, {
    ...(made.more === 0 ? {} : { qty: String(qty) }),
    ...(order.limit_price === null || made.more > 0 ? {} : { limit_price: price }),
    ...(order.stop_price === null || order.limit_price !== null ? {} : { stop_price: price }),
  });
}

/** What a venue may do at any time of its hours: execute a part of what rests there. */
function executePart(pit: Pit, made: Move & { do: 'part' }): void {
  const { core } = pit;
  const order = openOrder(pit, made.account, made.pick);
  if (order === undefined || core.calendar.sessionAt(core.now) !== 'regular') return;
  if (order.status === 'held' || order.qty === null || pit.isHalted(String(order.symbol))) return;
  const price = String(order.limit_price ?? order.stop_price ?? '100');
  pit.executePart(made.account, String(order.id), String(made.shares), price);
}

/** The next prices come at once. One who hears of it late would judge by the old ones. */
function split(pit: Pit, made: Move & { do: 'split' }): void {
  const { symbol, newShares, oldShares } = made;
  const last = pit.core.latestTrade(symbol)?.price ?? 0n;
  const cents = (last * BigInt(oldShares)) / BigInt(newShares) / 10n ** 11n;
  if (cents < 2n || pit.core.latencies.streamMs > 0 || symbol.includes('/')) return;
  pit.core.applySplit(symbol, newShares, oldShares);
  const price = formatDecimal(cents * 10n ** 11n);
  pit.market(symbol, price, price, price);
}

function payDividend(pit: Pit, { symbol, cents }: Move & { do: 'dividend' }): void {
  const { core } = pit;
  if (core.latencies.streamMs > 0 || symbol.includes('/')) return;
  const exDate = core.calendar.tradingDayAfter(core.calendar.dateOf(core.now)).date;
  const rate = fromNumber(cents / 100, 2);
  core.announce({ terms: { kind: 'cash_dividend', symbol, rate, special: false }, exDate });
}

function actOnOrder(pit: Pit, made: Move & { do: 'venue' }): void {
  const order = openOrder(pit, made.account, made.pick);
  const isLate = made.act === 'restate' && pit.core.latencies.streamMs > 0;
  if (order === undefined || isLate) return;
  pit.core.actOnOrder(pit.accountId(made.account), String(order.id), venueAction(made.act));
}

function venueAction(kind: VenueAction['kind']): VenueAction {
  if (kind === 'set_aside') return { kind, status: 'suspended' };
  if (kind === 'restate') return { kind, change: { limitPrice: fromNumber(100, 2) } };
  return { kind };
}

function changePrice(pit: Pit, made: Move & { do: 'price' }): void {
  const { symbol, cents } = made;
  pit.quote(symbol, priceOf(pit, symbol, cents - 1), priceOf(pit, symbol, cents + 1));
  if (made.trade) pit.trade(symbol, priceOf(pit, symbol, cents));
}

function priceOf(pit: Pit, symbol: string, cents: number): string {
  const last = pit.core.latestTrade(symbol)?.price ?? 0n;
  const price = last + fromNumber(cents / 100, 2);
  return formatDecimal(price > 0n ? price : fromNumber(1, 2));
}

function openOrder(pit: Pit, account: number, which: number): Json | undefined {
  const orders: Json[] = JSON.parse(
    pit.send(account, 'GET', '/v2/orders?status=all&limit=40').body,
  );
  const done = ['filled', 'canceled', 'expired', 'replaced', 'rejected'];
  const open = orders.filter(({ status }) => !done.includes(String(status)));
  return open[which % Math.max(1, open.length)];
}

function send(pit: Pit, account: number, method: string, path: string, body?: Json): void {
  const text = body === undefined ? undefined : JSON.stringify(body);
  expectAnswer(pit.send(account, method, path, text));
  pit.oracle.throwIfBroken();
}

function expectAnswer({ status, body }: { readonly status: number; readonly body: string }): void {
  if (status >= 500) throw new Error(`the exchange answered ${status}: ${body}`);
}
