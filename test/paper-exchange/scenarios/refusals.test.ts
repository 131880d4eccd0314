import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';
import { buyLimit, err, priceAt, sellStop, ticket } from './given.ts';

const forbidden = { status: 403, code: 40310000 };

describe('refusals', () => {
  it.each([
    { washTradeStatus: 403 as const, code: 40310000 },
    { washTradeStatus: 422 as const, code: 42210000 },
  ])('scenario 29: a possible wash trade is refused with $washTradeStatus', (scene) => {
    const { washTradeStatus } = scene;
    const floor = new Floor({ switches: { washTradeStatus } });
    const stop = floor.accepted(sellStop);
    const { status, body } = floor.order({});
    expect([status, body.code]).toEqual([washTradeStatus, scene.code]);
    expect(body).toMatchObject({
      message: 'potential wash trade detected. use complex orders',
      existing_order_id: stop,
      reject_reason: 'opposite side market/stop order exists',
    });
  });

  it('scenario 30: no long is opened beside an open short, and none crosses zero', () => {
    const floor = new Floor();
    priceAt(floor, 100, 'MSFT');
    const away = { symbol: 'MSFT', type: 'limit', limit_price: '120' };
    floor.accepted({ ...away, side: 'sell' });
    const long = floor.order({ symbol: 'MSFT', type: 'limit', limit_price: '90' });
    expect([refusal(long), long.body.message]).toEqual([
      forbidden,
      'cannot open a long buy while a short sell order is open',
    ]);
    const across = floor.order({ side: 'sell', qty: '11' });
    expect(refusal(across, 'existing_qty', 'available', 'related_orders')).toEqual({
      ...forbidden,
      ...{ existing_qty: '10', available: '10', related_orders: undefined },
    });
  });

  it('scenario 35: an id is never free again, not after a cancel either', () => {
    const floor = new Floor();
    floor.cancel(floor.accepted({ ...buyLimit, client_order_id: 'mine' }));
    const again = floor.order(ticket('mine'));
    expect([again.status, again.body.code]).toEqual([422, 40010001]);
    const generation = floor.order(ticket('mine-2'));
    expect(generation.status).toBe(200);
    const lenient = new Floor({ switches: { clientOrderIdUniqueness: 'active' } });
    lenient.cancel(lenient.accepted({ ...buyLimit, client_order_id: 'mine' }));
    expect(lenient.order(ticket('mine')).status).toBe(200);
  });

  it('scenario 36: an agent that retries under a new id has bought twice', () => {
    const floor = new Floor();
    floor.accepted(ticket('first try'));
    floor.accepted(ticket('second try'));
    expect(floor.position().qty).toBe('12');
  });

  it('scenario 40: a partial fill tells its own shares, and its order all so far', () => {
    const floor = new Floor();
    const id = floor.accepted(buyLimit);
    floor.executePart(id, '3', '99');
    floor.executePart(id, '4', '99');
    floor.quote('AAPL', '98.9', '98.95');
    const told = floor.updates().filter(({ execution }) => execution !== null);
    const lines = floor.transcript().split('\n').slice(-told.length);
    const seen = lines.map((line) => JSON.parse(line));
    expect(seen.map(({ event, qty }) => [event, qty])).toEqual([
      ['partial_fill', '3'],
      ['partial_fill', '4'],
      ['fill', '3'],
    ]);
    expect(seen.map(({ order }) => order.filled_qty)).toEqual(['3', '7', '10']);
  });

  it('scenario 41: a cancel after hours of an order on its way may be refused', () => {
    const floor = new Floor({ startAt: '2026-10-08T21:00:00Z' });
    err(floor, { onCancel: () => ({ kind: 'refuse' }) });
    const id = floor.accepted(sellStop);
    const answer = floor.cancel(id);
    expect(refusal(answer)).toEqual({ status: 422, code: 42210000 });
    expect(floor.statusOf(id)).toBe('accepted');
  });

  it('scenario 43: a position over six times the equity may only be closed', () => {
    const floor = new Floor({
      account: {
        ...{ cash: '-85000', multiplier: '4' },
        positions: [{ symbol: 'AAPL', qty: '1000', averageEntryPrice: '100' }],
      },
    });
    const account = floor.account();
    expect(account.equity).toBe('15000');
    const more = floor.order({ symbol: 'MSFT', ...buyLimit, limit_price: '1' });
    expect([refusal(more), more.body.message]).toEqual([
      forbidden,
      'account is restricted to closing positions',
    ]);
    expect(floor.order({ side: 'sell', qty: '10' }).status).toBe(200);
  });

  it('scenario 43: a suspended account takes no orders', () => {
    const floor = new Floor({ account: { configuration: { suspendTrade: true } } });
    expect(floor.account().trade_suspended_by_user).toBe(true);
    expect(refusal(floor.order({}))).toEqual(forbidden);
  });

  it('scenario 44: the fields of the old day-trade rule are gone, and come back by a switch', () => {
    const names = ['pattern_day_trader', 'daytrade_count', 'daytrading_buying_power'];
    const now = new Floor().account();
    expect(names.filter((name) => name in now)).toEqual([]);
    const old = new Floor({ switches: { patternDayTraderRule: true } }).account();
    expect(names.filter((name) => name in old)).toEqual(names);
  });

  it('scenario 46: an accepted stop is rejected afterwards, and guards nothing', () => {
    const floor = new Floor({ latencies: { newMs: 300 } });
    err(floor, { rejects: ({ type }) => type === 'stop' });
    const { status, body } = floor.order(sellStop);
    expect([status, body.status]).toEqual([200, 'pending_new']);
    floor.advanceBy(300);
    expect(floor.orderById(body.id)).toMatchObject({ status: 'rejected' });
    expect(floor.orderById(body.id).failed_at).not.toBeNull();
    expect(floor.eventNames(body.id)).toEqual(['pending_new', 'rejected']);
    priceAt(floor, 80);
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '10' });
  });
});
