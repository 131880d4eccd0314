import { describe, expect, it } from 'vitest';
import type { ApprovedPlan } from '../../../src/domain/approved-plan.ts';
import { price } from '../../../src/domain/decimal.ts';
import { orderId, ticker } from '../../../src/domain/ids.ts';
import {
  approvedFor,
  cancelStep,
  failureOf,
  given,
  json,
  NOW,
  replaceStep,
  stopRequest,
  submitStep,
  wireAccount,
  wireOrder,
  wirePosition,
} from './support.ts';

describe('reading', () => {
  it('costs three requests for account, positions and orders, however many there are', async () => {
    const symbols = Array.from({ length: 450 }, (_, n) => `S${n}`);
    const { broker, asked } = given(({ path }) => {
      if (path === '/v2/account') return json(wireAccount());
      if (path === '/v2/positions') return json(symbols.map((symbol) => wirePosition({ symbol })));
      return json(symbols.map((symbol) => wireOrder({ id: `order-${symbol}`, symbol })));
    });
    const [, positions, orders] = await Promise.all([
      broker.readAccount(),
      broker.readPositions(),
      broker.readOrders(NOW - 3_600_000),
    ]);
    expect(positions).toHaveLength(450);
    expect(orders).toHaveLength(450);
    expect(asked.map(({ path }) => path).sort()).toEqual([
      '/v2/account',
      '/v2/orders',
      '/v2/positions',
    ]);
  });

  it('leaves options alone', async () => {
    const { broker } = given(({ path }) =>
      path === '/v2/positions'
        ? json([
            wirePosition(),
            wirePosition({ symbol: 'AAPL261016C00200000', asset_class: 'us_option' }),
          ])
        : json([wireOrder({ id: 'spread', asset_class: 'us_option', side: '', symbol: '' })]),
    );
    expect((await broker.readPositions()).map(({ symbol }) => symbol)).toEqual(['AAPL']);
    expect(await broker.readOrders(NOW)).toEqual([]);
  });

  it('takes an order that is not there for none, and no other failure', async () => {
    const missing = given(() => json({ code: 40410000, message: 'order not found' }, 404));
    expect(await missing.broker.readOrder(orderId('gone'))).toBeNull();
    expect(await missing.broker.findOrder('bb1-gone')).toBeNull();
    expect(missing.asked[1]?.query.get('client_order_id')).toBe('bb1-gone');

    const refused = given(() => json({ message: 'unauthorized.' }, 401));
    const error = await failureOf(refused.broker.findOrder('bb1-gone'), refused.clock);
    expect(error.rejection).toBe('auth');
  });

  it('reads the calendar and the clock of the exchange', async () => {
    const { broker, asked } = given(({ path }) =>
      path === '/v2/calendar'
        ? json([{ date: '2026-10-08', open: '09:30', close: '16:00', session_open: '0400' }])
        : json({
            timestamp: '2026-10-08T11:00:00.123456789-04:00',
            is_open: true,
            next_open: '2026-10-09T09:30:00-04:00',
            next_close: '2026-10-08T16:00:00-04:00',
          }),
    );
    expect(await broker.readCalendar(NOW, NOW + 86_400_000)).toEqual([
      { openAt: Date.UTC(2026, 9, 8, 13, 30), closeAt: Date.UTC(2026, 9, 8, 20) },
    ]);
    expect(asked[0]?.query.get('start')).toBe('2026-10-08T15:00:00.000Z');
    expect(await broker.readClock()).toEqual({ at: NOW + 123, isOpen: true });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('is tried again after %i', async (status) => {
    const { broker, clock, asked } = given((_asked, nth) =>
      nth < 3 ? json({ message: 'later' }, status) : json(wireAccount()),
    );
    const reading = broker.readAccount();
    await clock.advanceBy(30_000);
    expect((await reading).accountNumber).toBe('PA3ABCDEFGHI');
    expect(asked).toHaveLength(3);
  });

  it('is tried again after a quarter of a second, then after half a second', async () => {
    const sentAt: number[] = [];
    const { broker, clock } = given(() => {
      sentAt.push(clock.now() - NOW);
      return json({ message: 'later' }, 503);
    });
    await failureOf(broker.readAccount(), clock);
    expect(sentAt).toEqual([0, 250, 750]);
  });

  it('slows down when the broker says that little is left, whoever used it up', async () => {
    const { broker, clock, asked } = given(() =>
      json(wireAccount(), 200, { 'x-ratelimit-remaining': '36' }),
    );
    await broker.readAccount();
    const reads = [broker.readAccount(), broker.readAccount()];
    await clock.advanceBy(0);
    expect(asked).toHaveLength(2);
    await clock.advanceBy(10_000);
    await Promise.all(reads);
  });

  it('is tried again when the connection breaks, three times in all', async () => {
    const { broker, clock, asked } = given(() => {
      throw new TypeError('fetch failed');
    });
    const error = await failureOf(broker.readAccount(), clock);
    expect(error).toMatchObject({ outcome: 'unknown' });
    expect(asked).toHaveLength(3);
  });

  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [404, 'not_found'],
    [422, 'validation'],
  ])('is not tried again after %i', async (status, rejection) => {
    const { broker, clock, asked } = given(() => json({ message: 'no' }, status));
    const error = await failureOf(broker.readAccount(), clock);
    expect(error).toMatchObject({ outcome: 'rejected', rejection, status });
    expect(asked).toHaveLength(1);
  });

  it('ends with the reason when nothing answers in time', async () => {
    const { broker, clock } = given(() => new Promise<Response>(() => {}));
    const error = await failureOf(broker.readPositions(), clock);
    expect(error.message).toBe(
      'GET /v2/positions has no answer we can use: no answer within 10000 ms',
    );
  });

  it('waits as long as a 429 asks before the next read, and a change does not', async () => {
    const sentAt: string[] = [];
    const { broker, clock } = given(({ method }, nth) => {
      sentAt.push(`${method}@${clock.now() - NOW}`);
      return nth === 1
        ? json({ message: 'too many requests.' }, 429, { 'retry-after': '20' })
        : json(method === 'GET' ? wireAccount() : wireOrder());
    });
    const reading = broker.readAccount();
    await clock.advanceBy(1_000);
    const step = submitStep();
    await broker.submit(approvedFor(step), step);
    await clock.advanceBy(60_000);
    await reading;
    expect(sentAt).toEqual(['GET@0', 'POST@1000', 'GET@20000']);
  });

  it('asks for the calendar no later than for the account, which is of no use without it', async () => {
    const sentAt = new Map<string, number>();
    const { broker, clock } = given(({ path }, nth) => {
      sentAt.set(path, clock.now() - NOW);
      if (nth === 1) return json({ message: 'too many requests.' }, 429);
      if (path === '/v2/clock')
        return json({ timestamp: new Date(NOW).toISOString(), is_open: true });
      return json(path === '/v2/account' ? wireAccount() : []);
    });
    const first = broker.readClock();
    await clock.advanceBy(5_000);
    const reading = broker.readAccount();
    const calendar = broker.readCalendar(NOW, NOW + 86_400_000);
    await clock.advanceBy(60_000);
    await Promise.all([first, reading, calendar]);
    const account = sentAt.get('/v2/account') ?? 0;
    expect((sentAt.get('/v2/calendar') ?? 0) - account).toBeLessThanOrEqual(100);
  });
});

describe('changing', () => {
  it('sends plain digits, the intent and our id', async () => {
    const { broker, asked } = given(() => json(wireOrder({ status: 'pending_new' })));
    const step = submitStep();
    const order = await broker.submit(approvedFor(step), step);
    expect(order).toMatchObject({ id: 'order-1', status: 'pending_new' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/v2/orders' });
    expect(asked[0]?.body).toEqual({
      symbol: 'AAPL',
      side: 'sell',
      type: 'stop_limit',
      time_in_force: 'gtc',
      qty: '10',
      limit_price: '94.5',
      stop_price: '95',
      position_intent: 'sell_to_close',
      client_order_id: 'bb1-stop',
    });
  });

  it('remembers the legs that the answer to a submit names', async () => {
    const leg = wireOrder({ id: 'leg', status: 'held', order_class: 'oco' });
    const { broker } = given(({ method }) =>
      json(method === 'GET' ? leg : wireOrder({ order_class: 'oco', legs: [leg] })),
    );
    expect(await broker.readOrder(orderId('leg'))).toMatchObject({ parentId: null });
    const step = submitStep();
    await broker.submit(approvedFor(step), step);
    expect(await broker.readOrder(orderId('leg'))).toMatchObject({ parentId: 'order-1' });
  });

  it('answers a replace with the successor', async () => {
    const { broker, asked } = given(({ method }) =>
      json(
        method === 'GET'
          ? wireOrder()
          : wireOrder({ id: 'order-2', client_order_id: 'bb1-raise', replaces: 'order-1' }),
      ),
    );
    const before = await broker.readOrder(orderId('order-1'));
    if (before === null) throw new Error('no order');
    const step = replaceStep(before, { stopPrice: price('96') });
    const successor = await broker.replace(approvedFor(step), step);
    expect(successor).toMatchObject({ id: 'order-2', replaces: 'order-1' });
    expect(asked[1]).toMatchObject({
      method: 'PATCH',
      path: '/v2/orders/order-1',
      body: { client_order_id: 'bb1-raise', limit_price: '94.5', stop_price: '96' },
    });
  });

  it('takes a 204 for a cancel that was accepted, and drains it', async () => {
    const empty = new Response(null, { status: 204 });
    const { broker, asked } = given(({ method }) => (method === 'GET' ? json(wireOrder()) : empty));
    const before = await broker.findOrder('bb1-aaaa');
    if (before === null) throw new Error('no order');
    const step = cancelStep(before);
    await broker.cancel(approvedFor(step), step);
    expect(asked[1]).toMatchObject({ method: 'DELETE', path: '/v2/orders/order-1' });
  });

  it('refuses a step that its approval does not hold, and sends nothing', async () => {
    const { broker, asked } = given(() => json(wireOrder()));
    const approved = approvedFor(submitStep());
    const twin = submitStep();
    await expect(broker.submit(approved, twin)).rejects.toThrow(
      'this submit of AAPL is not part of an approved plan',
    );
    const before = (await given(() => json(wireOrder())).broker.findOrder('bb1-aaaa')) ?? null;
    if (before === null) throw new Error('no order');
    await expect(broker.replace(approved, replaceStep(before, {}))).rejects.toThrow(
      'this replace of AAPL is not part of an approved plan',
    );
    await expect(broker.cancel(approved, cancelStep(before))).rejects.toThrow(
      'this cancel of AAPL is not part of an approved plan',
    );
    const forged = { plan: approved.plan, verdicts: [] } as unknown as ApprovedPlan;
    await expect(broker.submit(forged, twin)).rejects.toThrow('not part of an approved plan');
    const copied = Object.create(approved) as ApprovedPlan;
    await expect(broker.submit(copied, twin)).rejects.toThrow('not part of an approved plan');
    expect(asked).toHaveLength(0);
  });

  it('goes before reads that wait', async () => {
    const { broker, clock, asked } = given(({ method }) =>
      json(method === 'GET' ? wireAccount() : wireOrder()),
    );
    const reads = Array.from({ length: 40 }, () => broker.readAccount());
    await clock.advanceBy(0);
    const waiting = 40 - asked.length;
    expect(waiting).toBeGreaterThan(10);
    const step = submitStep(stopRequest({ symbol: ticker('MSFT') }));
    await broker.submit(approvedFor(step), step);
    expect(asked.at(-1)?.method).toBe('POST');
    expect(asked).toHaveLength(40 - waiting + 1);
    await clock.advanceBy(60_000);
    await Promise.all(reads);
  });
});

describe('market data', () => {
  it('asks for all symbols at once, split-adjusted, from the free feed, page by page', async () => {
    const bar = (day: number, close: number) => ({
      t: `2026-10-0${day}T04:00:00Z`,
      o: 99.5,
      h: 101,
      l: 99,
      c: close,
      v: 1_000,
      n: 10,
      vw: 100,
    });
    const { marketData, asked } = given((_asked, nth) =>
      nth === 1
        ? json({ bars: { AAPL: [bar(5, 100), bar(6, 100.1)] }, next_page_token: 'more' })
        : json({ bars: { AAPL: [bar(7, 100.2)], MSFT: [bar(7, 400)] }, next_page_token: null }),
    );
    const symbols = [ticker('AAPL'), ticker('MSFT'), ticker('BTC/USD')];
    const bars = await marketData.readDailyBars(symbols, NOW, 2);
    expect(bars.get(ticker('AAPL'))?.map(({ close }) => close.toFixed())).toEqual([
      '100.1',
      '100.2',
    ]);
    expect(bars.get(ticker('MSFT'))).toHaveLength(1);
    expect(asked[0]?.host).toBe('data.alpaca.markets');
    expect(Object.fromEntries(asked[0]?.query ?? [])).toMatchObject({
      symbols: 'AAPL,MSFT',
      timeframe: '1Day',
      feed: 'iex',
      adjustment: 'split',
      sort: 'asc',
    });
    expect(asked[1]?.query.get('page_token')).toBe('more');
  });

  it('reads the newest quote and trade of each symbol that has a price', async () => {
    const t = '2026-10-08T14:59:59.123456789Z';
    const { marketData } = given(({ path }) =>
      path.includes('quotes')
        ? json({ quotes: { AAPL: { t, bp: 99.99, ap: 100.01 }, MSFT: { t, bp: 0, ap: 400 } } })
        : json({ trades: { AAPL: { t, p: 100, s: 10 }, MSFT: { t, p: 399.5, s: 1 } } }),
    );
    const at = NOW - 877;
    expect(await marketData.readLatest([ticker('AAPL'), ticker('MSFT')])).toEqual([
      { kind: 'quote', symbol: 'AAPL', bid: '99.99', ask: '100.01', at },
      { kind: 'trade', symbol: 'AAPL', price: '100', at },
      { kind: 'trade', symbol: 'MSFT', price: '399.5', at },
    ]);
  });

  it('asks nothing when there is nothing to ask', async () => {
    const { marketData, asked } = given(() => json({}));
    expect(await marketData.readLatest([])).toEqual([]);
    expect(await marketData.readDailyBars([ticker('BTC/USD')], NOW, 14)).toEqual(new Map());
    expect(asked).toHaveLength(0);
  });
});
