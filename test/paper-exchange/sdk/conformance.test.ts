import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { closersAfterEach, keys } from '../wire/given.ts';
import { forms, type Json, type ListOutcome, type Outcome, openDesk } from './desk.ts';

/** The cases that alpaca.md marks to be asserted through the SDK as well as by plain requests. */
describe.each(forms)('the exchange on a real port, asked by %s', (form) => {
  const closers = closersAfterEach();

  const open = async (options: Partial<PaperExchangeOptions> = {}, secret = keys.secret) => {
    const desk = await openDesk(form, options, secret);
    closers.push(desk.close);
    return desk;
  };

  const startingWith = (...positions: readonly { symbol: string; qty: string }[]) =>
    ({
      accounts: [
        {
          keyId: keys.keyId,
          secretKey: keys.secret,
          cash: '99000',
          multiplier: '4',
          positions: positions.map((position) => ({ ...position, averageEntryPrice: '100' })),
        },
      ],
    }) satisfies Partial<PaperExchangeOptions>;

  const refusal = ({ status, body }: Outcome, ...extras: readonly string[]): Json => ({
    status,
    code: body.code,
    ...Object.fromEntries(extras.map((name) => [name, body[name]])),
  });

  const idOf = ({ status, body }: Outcome): string => {
    expect(status).toBe(200);
    return String(body.id);
  };

  const stop95 = { side: 'sell', type: 'stop', stopPrice: '95', qty: '10' } as const;
  const limit50 = { type: 'limit', limitPrice: '50' } as const;

  it('case 1: the account has its money as strings and no day-trade fields', async () => {
    const { client } = await open();
    const { status, body } = await client.account();
    expect(status).toBe(200);
    const money = ['cash', 'equity', 'last_equity', 'buying_power', 'portfolio_value', 'sma'];
    const margins = ['initial_margin', 'maintenance_margin', 'last_maintenance_margin'];
    for (const field of [...money, ...margins, 'long_market_value', 'short_market_value']) {
      expect([field, typeof body[field]]).toEqual([field, 'string']);
    }
    expect(body).toMatchObject({ multiplier: '4', cash: '99000', equity: '100000' });
    expect(body).not.toHaveProperty('pattern_day_trader');
    expect(body).not.toHaveProperty('daytrade_count');
  });

  it('case 2: a wrong key is 401, with a message and no code', async () => {
    const { client } = await open({}, 'wrong');
    const unauthorized = { status: 401, body: { message: 'unauthorized.' } };
    expect(await client.account()).toEqual(unauthorized);
    expect(await client.order({})).toEqual(unauthorized);
    expect(await client.cancel('none')).toEqual(unauthorized);
  });

  it('case 3: the clock is open at noon and points to Monday at the weekend', async () => {
    const { client, clock } = await open();
    const instants = ({ body }: Outcome) =>
      [body.next_open, body.next_close].map((text) => new Date(String(text)).toISOString());
    const noon = await client.clock();
    expect(noon.body.is_open).toBe(true);
    expect(instants(noon)).toEqual(['2026-11-03T14:30:00.000Z', '2026-11-02T21:00:00.000Z']);
    await clock.advanceTo(Date.parse('2026-11-07T12:00:00-05:00'));
    const weekend = await client.clock();
    expect(weekend.body.is_open).toBe(false);
    expect(instants(weekend)).toEqual(['2026-11-09T14:30:00.000Z', '2026-11-09T21:00:00.000Z']);
  });

  it('case 4: the calendar knows the short day', async () => {
    const { client } = await open();
    const { status, body } = await client.calendar('2026-11-27T00:00:00.000Z', '2026-11-27');
    expect(status).toBe(200);
    expect(body).toMatchObject([{ open: '09:30', close: '13:00' }]);
    expect(String(body[0]?.date)).toMatch(/^2026-11-27/);
  });

  it('case 7: a market buy answers pending_new, and is filled when read', async () => {
    const { client } = await open();
    const { status, body } = await client.order({});
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'pending_new', filled_qty: '0', order_class: '' });
    expect(body.filled_avg_price ?? null).toBeNull();
    expect(body.legs ?? null).toBeNull();
    const filled = await client.orderById(body.id);
    expect(filled.body).toMatchObject({ status: 'filled', filled_avg_price: '100.01' });
  });

  it('case 9: the same client order id twice is 422, and one order exists', async () => {
    const { client } = await open();
    idOf(await client.order({ ...limit50, clientOrderId: 'mine' }));
    const again = await client.order({ ...limit50, clientOrderId: 'mine' });
    expect(refusal(again)).toEqual({ status: 422, code: 40010001 });
    expect((await client.orders({ status: 'all' })).body).toHaveLength(1);
  });

  it('case 15: a stop on the wrong side of the market is refused with both prices', async () => {
    const { client } = await open();
    const sell = await client.order({ ...stop95, stopPrice: '100.50' });
    const prices = ['market_price', 'stop_price'];
    const refused = { status: 422, code: 42210000, market_price: '100' };
    expect(refusal(sell, ...prices)).toEqual({ ...refused, stop_price: '100.5' });
    const buy = await client.order({ type: 'stop', stopPrice: '99.50' });
    expect(refusal(buy, ...prices)).toEqual({ ...refused, stop_price: '99.5' });
  });

  it('case 21: too dear an order is 403 with both amounts, and leaves no order', async () => {
    const { client } = await open();
    const dear = await client.order({ qty: '10000', type: 'limit', limitPrice: '100' });
    expect(refusal(dear, 'buying_power', 'cost_basis')).toMatchObject({
      status: 403,
      code: 40310000,
      buying_power: '399000',
      cost_basis: '1000000',
    });
    expect((await client.orders({ status: 'all' })).body).toEqual([]);
  });

  it('case 24: selling more than is held is 403 and names no orders', async () => {
    const { client } = await open();
    const { status, body } = await client.order({ side: 'sell', qty: '11' });
    expect(status).toBe(403);
    expect(body).toMatchObject({
      ...{ code: 40310000, existing_qty: '10', available: '10', held_for_orders: '0' },
    });
    expect(body).not.toHaveProperty('related_orders');
  });

  it('case 25: shares that a stop holds are not for sale, and the stop is named', async () => {
    const { client } = await open();
    const id = idOf(await client.order(stop95));
    const refused = await client.order({ side: 'sell' });
    expect(refusal(refused, 'available', 'held_for_orders', 'related_orders')).toEqual({
      status: 403,
      code: 40310000,
      available: '0',
      held_for_orders: '10',
      related_orders: [id],
    });
  });

  it('case 27: a sell when flat opens a short, unless forbidden or meant to close', async () => {
    const { client, exchange } = await open(startingWith());
    const mismatch = await client.order({
      ...{ side: 'sell', qty: '5', positionIntent: 'sell_to_close' },
    });
    expect(mismatch.status).toBe(422);
    expect(mismatch.body.message).toContain('position intent mismatch');
    const short = await client.order({ side: 'sell', qty: '5' });
    expect(short.body.position_intent).toBe('sell_to_open');
    expect((await client.position('AAPL')).body).toMatchObject({ qty: '-5', side: 'short' });
    await client.close('AAPL');
    exchange.core.changeConfiguration(exchange.core.accountIds[0] ?? '', { no_shorting: true });
    expect(refusal(await client.order({ side: 'sell', qty: '5' }))).toEqual({
      status: 403,
      code: 40310000,
    });
  });

  it('case 30: a position closes at market unless its shares are held; a flat one is 404', async () => {
    const { client } = await open();
    const stop = idOf(await client.order(stop95));
    expect((await client.close('AAPL')).status).toBe(403);
    expect((await client.cancel(stop)).status).toBe(204);
    const closed = await client.close('AAPL');
    expect(closed).toMatchObject({
      status: 200,
      body: { type: 'market', side: 'sell', qty: '10' },
    });
    expect(refusal(await client.close('AAPL'))).toEqual({ status: 404, code: 40410000 });
  });

  it('case 32: closing all answers for each symbol; with cancel_orders each succeeds', async () => {
    const two = startingWith({ symbol: 'AAPL', qty: '10' }, { symbol: 'SPY', qty: '2' });
    const { client, quote } = await open(two);
    quote('499.99', '500.01', 'SPY');
    idOf(await client.order(stop95));
    const statuses = ({ body }: ListOutcome) =>
      Object.fromEntries(body.map(({ symbol, status }) => [symbol, status]));
    const held = await client.closeAll(false);
    expect(held.status).toBe(207);
    expect(statuses(held)).toEqual({ AAPL: 403, SPY: 200 });
    const all = await client.closeAll(true);
    expect(all.status).toBe(207);
    expect(statuses(all)).toEqual({ AAPL: 200 });
  });

  it('case 33: a market buy against a resting sell stop is refused with its id', async () => {
    const { client } = await open();
    const id = idOf(await client.order(stop95));
    expect(refusal(await client.order({}), 'existing_order_id', 'reject_reason')).toEqual({
      status: 403,
      code: 40310000,
      existing_order_id: id,
      reject_reason: 'opposite side market/stop order exists',
    });
  });

  it('case 37: a cancel is 204 without a body and frees the shares only when it is done', async () => {
    const { client, clock, eventsOf } = await open({ latencies: { cancelMs: 200 } });
    const id = idOf(await client.order({ ...limit50, side: 'sell', limitPrice: '110', qty: '10' }));
    expect(await client.cancel(id)).toEqual({ status: 204, body: null });
    await clock.advanceBy(100);
    expect((await client.order({ side: 'sell' })).status).toBe(403);
    await clock.advanceBy(100);
    expect((await client.orderById(id)).body.status).toBe('canceled');
    expect(eventsOf(id).slice(-2)).toEqual(['pending_cancel', 'canceled']);
    idOf(await client.order({ side: 'sell' }));
  });

  it('case 38: a filled order cannot be canceled, an unknown one is 404', async () => {
    const { client } = await open();
    const id = idOf(await client.order({}));
    const late = await client.cancel(id);
    expect(late).toMatchObject({
      status: 422,
      body: { code: 42210000, message: 'order is already in "filled" state' },
    });
    const unknown = await client.cancel('61e69015-8549-4bfd-b9c3-01e75843f47d');
    expect(unknown).toMatchObject({ status: 404, body: { code: 40410000 } });
  });

  it('case 40: cancelling all answers an entry for each order, none for none', async () => {
    const { client } = await open();
    expect(await client.cancelAll()).toEqual({ status: 207, body: [] });
    const ids = [idOf(await client.order(limit50)), idOf(await client.order(limit50))];
    const { status, body } = await client.cancelAll();
    expect(status).toBe(207);
    expect(body.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(body.map((entry) => entry.status)).toEqual([200, 200]);
  });

  it('case 41: a new price is a new order; each of the two names the other', async () => {
    const { client, eventsOf } = await open();
    const old = idOf(await client.order(limit50));
    const successor = await client.replace(old, { limitPrice: '51' });
    const id = idOf(successor);
    expect(successor.body).toMatchObject({ replaces: old, limit_price: '51' });
    expect(id).not.toBe(old);
    expect((await client.orderById(old)).body).toMatchObject({
      status: 'replaced',
      replaced_by: id,
    });
    expect(eventsOf(old).at(-1)).toBe('replaced');
    expect(eventsOf(id)).toContain('new');
  });

  it('case 52: the exits are held until the entry is completely filled', async () => {
    const { client, quote, exchange } = await open(startingWith());
    const { core } = exchange;
    const id = idOf(
      await client.order({
        ...{ type: 'limit', limitPrice: '99', qty: '10', timeInForce: 'gtc' },
        ...{ orderClass: 'bracket', takeProfit: { limitPrice: '110' } },
        stopLoss: { stopPrice: '90' },
      }),
    );
    const legs = async () => {
      const { body } = await client.orders({ status: 'all', nested: true });
      const own = body.find((order) => order.id === id)?.legs as readonly Json[];
      return own.map(({ type, status }) => `${type} ${status}`);
    };
    expect(await legs()).toEqual(['limit held', 'stop held']);
    core.executePart(core.accountIds[0] ?? '', id, decimal('4'), decimal('99'));
    expect(await legs()).toEqual(['limit held', 'stop held']);
    quote('98.9', '99');
    expect(await legs()).toEqual(['limit new', 'stop held']);
    const open_ = (await client.orders({ status: 'open' })).body;
    expect(open_.map(({ type }) => type)).toEqual(['limit']);
  });

  it('case 66: fills come newest first and page by the last id', async () => {
    const { client, clock, exchange } = await open();
    const { core } = exchange;
    const id = idOf(await client.order({ ...limit50, qty: '5' }));
    core.executePart(core.accountIds[0] ?? '', id, decimal('2'), decimal('50'));
    await clock.advanceBy(1000);
    core.executePart(core.accountIds[0] ?? '', id, decimal('3'), decimal('50'));
    const { body: newest } = await client.activities({ pageSize: 1 });
    expect(newest).toMatchObject([
      { activity_type: 'FILL', order_id: id, qty: '3', cum_qty: '5', leaves_qty: '0' },
    ]);
    const pageToken = String(newest[0]?.id);
    const { body: rest } = await client.activities({ pageToken });
    expect(rest).toMatchObject([{ qty: '2', cum_qty: '2', leaves_qty: '3', price: '50' }]);
    const { body: none } = await client.activities({ pageToken: String(rest[0]?.id) });
    expect(none).toEqual([]);
  });

  it('case 67: a page of bars counts over all symbols, and its token leads to the rest', async () => {
    const { client, clock, exchange } = await open();
    for (let minute = 0; minute < 3; minute += 1) {
      const at = clock.now();
      await clock.advanceBy(60_000);
      for (const symbol of ['AAPL', 'SPY']) {
        const price = decimal('100');
        const prices = { open: price, high: price, low: price, close: price, vwap: price };
        const bar = { symbol, at, durationMs: 60_000, ...prices, volume: 100, tradeCount: 1 };
        exchange.core.onBar(bar);
      }
    }
    const query = { symbols: 'SPY,AAPL,ZZZZ', limit: 3 };
    const { status, body: first } = await client.bars(query);
    expect(status).toBe(200);
    const counts = ({ bars }: Json) =>
      Object.entries(bars as Json).map(([symbol, list]) => [symbol, (list as Json[]).length]);
    expect(counts(first)).toEqual([['AAPL', 3]]);
    const { body: rest } = await client.bars({
      ...query,
      pageToken: String(first.next_page_token),
    });
    expect(counts(rest)).toEqual([['SPY', 3]]);
  });
});
