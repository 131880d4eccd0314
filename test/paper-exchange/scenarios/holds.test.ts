import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';
import { bracket, err, oco, priceAt, sellStop } from './given.ts';

describe('what holds shares', () => {
  it('scenario 1: a sale is refused because the own stop holds the shares', () => {
    const floor = new Floor();
    const stop = floor.accepted(sellStop);
    const { status, body } = floor.order({ side: 'sell', qty: '5' });
    expect([status, body]).toEqual([
      403,
      {
        code: 40310000,
        message: 'insufficient qty available for order (requested: 5, available: 0)',
        symbol: 'AAPL',
        existing_qty: '10',
        available: '0',
        held_for_orders: '10',
        related_orders: [stop],
      },
    ]);
  });

  it('scenario 2: an accepted cancel is not done, and an immediate sale races the release', () => {
    const floor = new Floor({ latencies: { cancelMs: 250 } });
    const stop = floor.accepted(sellStop);
    expect(floor.send('DELETE', `/v2/orders/${stop}`).status).toBe(204);
    const early = floor.order({ side: 'sell', qty: '10' });
    expect(refusal(early, 'held_for_orders', 'related_orders')).toEqual({
      ...{ status: 403, code: 40310000 },
      ...{ held_for_orders: '10', related_orders: [stop] },
    });
    floor.advanceBy(250);
    expect(floor.statusOf(stop)).toBe('canceled');
    expect(floor.order({ side: 'sell', qty: '10' }).status).toBe(200);
  });

  it('scenario 3: a cancel stays pending for minutes or a day, and holds its shares', () => {
    const floor = new Floor();
    err(floor, { onCancel: () => ({ kind: 'delay', delayMs: 23 * 3_600_000 }) });
    const stop = floor.accepted({ ...sellStop, time_in_force: 'gtc' });
    floor.cancel(stop);
    for (const minutes of [1, 10, 600]) {
      floor.advanceBy(minutes * 60_000);
      expect(floor.statusOf(stop)).toBe('pending_cancel');
      expect(floor.position().qty_available).toBe('0');
    }
    expect(floor.cancel(stop).body.message).toBe('order pending cancel');
    floor.advanceBy(13 * 3_600_000);
    expect(floor.statusOf(stop)).toBe('canceled');
    expect(floor.position().qty_available).toBe('10');
  });

  it('scenario 3: one sent in the night waits for the next open, by a switch', () => {
    const floor = new Floor({ switches: { cancelOutsideHours: 'next_open' } });
    const stop = floor.accepted({ ...sellStop, time_in_force: 'gtc' });
    floor.advanceTo('2026-10-08T22:00:00Z');
    expect(floor.cancel(stop).status).toBe(204);
    floor.advanceTo('2026-10-09T13:29:59Z');
    expect(floor.statusOf(stop)).toBe('pending_cancel');
    floor.advanceTo('2026-10-09T13:30:00Z');
    expect(floor.statusOf(stop)).toBe('canceled');
  });

  it('scenario 4: orders and positions disagree for up to ten seconds', () => {
    const floor = new Floor({ latencies: { positionVisibilityMs: 10_000 } });
    const id = floor.accepted({ side: 'sell', qty: '4' });
    expect(floor.statusOf(id)).toBe('filled');
    expect(floor.position().qty).toBe('10');
    floor.advanceBy(9_999);
    expect(floor.position().qty).toBe('10');
    floor.advanceBy(1);
    expect(floor.position().qty).toBe('6');
  });

  it('scenario 4: the stream says open while the position is there already', () => {
    const floor = new Floor({ latencies: { newMs: 10, streamMs: 10_000 } });
    const id = floor.accepted({ qty: '4' });
    floor.advanceBy(10_005);
    expect(floor.eventNames(id).at(-1)).toBe('pending_new');
    expect(floor.position().qty).toBe('14');
    floor.advanceBy(5_005);
    expect(floor.eventNames(id).at(-1)).toBe('fill');
  });

  it('scenario 5: what holds the shares is missing from the open orders', () => {
    const floor = new Floor({ account: { positions: [] } });
    const id = floor.accepted(bracket);
    priceAt(floor, 98.99);
    expect(floor.list('/v2/orders?status=open&nested=true')).toEqual([]);
    const sale = floor.order({ side: 'sell', qty: '10' });
    expect(refusal(sale, 'held_for_orders', 'available')).toEqual({
      ...{ status: 403, code: 40310000 },
      ...{ held_for_orders: '10', available: '0' },
    });
    const [family] = floor.list('/v2/orders?status=all&nested=true');
    expect(family).toMatchObject({ id, legs: [{ status: 'new' }, { status: 'held' }] });
    const [profit] = floor.legsOf(id);
    expect(sale.body.related_orders).toEqual([profit?.id]);
  });

  it('scenario 6: a stop leg is held, so a naive look finds no stop and a second is refused', () => {
    const floor = new Floor();
    const id = floor.accepted(oco);
    const open = floor.list('/v2/orders?status=open');
    expect(open.map(({ type }) => type)).toEqual(['limit']);
    expect(floor.legsOf(id)).toMatchObject([{ type: 'stop', status: 'held', stop_price: '95' }]);
    expect(refusal(floor.order(sellStop), 'held_for_orders')).toEqual({
      ...{ status: 403, code: 40310000 },
      held_for_orders: '10',
    });
  });

  it('scenario 39: closing one position has no cancel_orders, closing all has', () => {
    const floor = new Floor();
    const stop = floor.accepted(sellStop);
    const one = floor.request('DELETE', '/v2/positions/AAPL?cancel_orders=true');
    expect(refusal(one, 'related_orders')).toEqual({
      ...{ status: 403, code: 40310000 },
      related_orders: [stop],
    });
    expect(floor.statusOf(stop)).toBe('new');
    const all = floor.send('DELETE', '/v2/positions?cancel_orders=true');
    expect(all.status).toBe(207);
    expect(JSON.parse(all.body)).toMatchObject([{ symbol: 'AAPL', status: 200 }]);
    expect(floor.statusOf(stop)).toBe('canceled');
  });
});
