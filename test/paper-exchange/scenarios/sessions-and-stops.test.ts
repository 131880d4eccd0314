import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';
import { buyLimit, priceAt, sellStop } from './given.ts';

const unprocessable = { status: 422, code: 42210000 };

describe('sessions', () => {
  it('scenario 13: a day order that closes a position after hours does nothing until the open', () => {
    const floor = new Floor({ startAt: '2026-10-08T20:30:00Z' });
    const { status, body } = floor.request('DELETE', '/v2/positions/AAPL');
    expect([status, body.status, body.time_in_force]).toEqual([200, 'accepted', 'day']);
    floor.advanceTo('2026-10-09T13:29:59Z');
    priceAt(floor, 70);
    expect(floor.position().qty).toBe('10');
    floor.advanceTo('2026-10-09T13:30:00Z');
    priceAt(floor, 69);
    expect(floor.orderById(body.id)).toMatchObject({
      status: 'filled',
      filled_avg_price: '68.99',
      submitted_at: '2026-10-09T08:00:00.000Z',
    });
  });

  it('scenario 22: a stop for a fraction must be a day order, and dies at the close', () => {
    const floor = new Floor();
    const fraction = { ...sellStop, qty: '2.5' };
    const gtc = floor.order({ ...fraction, time_in_force: 'gtc' });
    expect([refusal(gtc), gtc.body.message]).toEqual([
      unprocessable,
      'fractional orders must be DAY orders',
    ]);
    const id = floor.accepted(fraction);
    floor.advanceTo('2026-10-08T20:00:00Z');
    expect(floor.statusOf(id)).toBe('expired');
    floor.advanceTo('2026-10-09T14:00:00Z');
    priceAt(floor, 80);
    expect(floor.position().qty).toBe('10');
  });

  it('scenario 22: by a switch a fraction takes market orders only, as the API text has it', () => {
    const floor = new Floor({ switches: { fractionalTypes: 'market_only' } });
    expect(floor.order({ ...sellStop, qty: '2.5' }).status).toBe(422);
    expect(floor.order({ side: 'sell', qty: '2.5' }).status).toBe(200);
  });

  it('scenario 27: outside regular hours only limit orders for the day, GTC ones by a switch', () => {
    const early = { startAt: '2026-10-08T11:00:00Z' };
    const floor = new Floor(early);
    const extended = { ...buyLimit, extended_hours: true };
    expect(refusal(floor.order({ extended_hours: true }))).toEqual(unprocessable);
    expect(refusal(floor.order({ ...sellStop, extended_hours: true }))).toEqual(unprocessable);
    expect(floor.order({ ...extended, time_in_force: 'gtc' }).status).toBe(422);
    const id = floor.accepted(extended);
    floor.quote('AAPL', '98.9', '98.95');
    expect(floor.statusOf(id)).toBe('filled');
    const lenient = new Floor({ ...early, switches: { extendedHoursGtc: true } });
    expect(lenient.order({ ...extended, time_in_force: 'gtc' }).status).toBe(200);
  });
});

describe('stops', () => {
  it('scenario 23: a stop-limit that the price gaps through rests unfilled', () => {
    const floor = new Floor();
    const id = floor.accepted({ ...sellStop, type: 'stop_limit', limit_price: '94.5' });
    priceAt(floor, 80);
    expect(floor.orderById(id)).toMatchObject({ status: 'new', filled_qty: '0' });
    expect(floor.position()).toMatchObject({ qty: '10', qty_available: '0' });
    priceAt(floor, 70);
    expect(floor.statusOf(id)).toBe('new');
    priceAt(floor, 94.52);
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '94.51' });
  });

  it.each([
    { price: 100, stop: '105', gap: 115, collar: 107.62 },
    { price: 40, stop: '42', gap: 48, collar: 43.68 },
  ])('scenario 24: a buy stop at $stop has a limit, so a cover can be gapped through', (scene) => {
    const floor = new Floor({
      account: { positions: [{ symbol: 'MSFT', qty: '-5', averageEntryPrice: '100' }] },
    });
    priceAt(floor, scene.price, 'MSFT');
    const cover = { symbol: 'MSFT', type: 'stop', stop_price: scene.stop, qty: '5' };
    const id = floor.accepted(cover);
    priceAt(floor, scene.gap, 'MSFT');
    expect(floor.statusOf(id)).toBe('new');
    expect(floor.position('MSFT').qty).toBe('-5');
    priceAt(floor, scene.collar, 'MSFT');
    expect(floor.statusOf(id)).toBe('new');
    priceAt(floor, scene.collar - 0.02, 'MSFT');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('scenario 25: only a print inside the quote and in regular hours elects a stop', () => {
    const floor = new Floor({ switches: { electingPrints: 'round_lots_inside_quote' } });
    const id = floor.accepted(sellStop);
    floor.quote('AAPL', '96', '96.02');
    floor.trade('AAPL', '94.9');
    expect(floor.statusOf(id)).toBe('new');
    floor.quote('AAPL', '94.8', '95');
    expect(floor.statusOf(id)).toBe('new');
    floor.trade('AAPL', '94.9');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it.each([
    ['before the open', '2026-10-09T12:00:00Z'],
    ['after the close', '2026-10-08T21:00:00Z'],
  ])('scenario 25: neither a stop nor a trailing stop fires %s', (_, time) => {
    const floor = new Floor();
    const stop = floor.accepted({ ...sellStop, qty: '5', time_in_force: 'gtc' });
    const trailing = floor.accepted({
      ...{ side: 'sell', type: 'trailing_stop', qty: '5' },
      ...{ trail_percent: '1', time_in_force: 'gtc' },
    });
    floor.advanceTo(time);
    priceAt(floor, 80);
    expect([floor.statusOf(stop), floor.statusOf(trailing)]).toEqual(['new', 'new']);
    floor.advanceTo('2026-10-09T13:31:00Z');
    priceAt(floor, 80);
    expect([floor.statusOf(stop), floor.statusOf(trailing)]).toEqual(['filled', 'filled']);
  });

  it('scenario 26: a stop elected at 63 is caught by the next halt, and sells at 23', () => {
    const floor = new Floor({ latencies: { fillMs: 20_000 } });
    priceAt(floor, 70);
    const id = floor.accepted({ ...sellStop, stop_price: '63' });
    floor.core.halt('AAPL');
    floor.trade('AAPL', '64');
    floor.core.resume('AAPL');
    priceAt(floor, 63);
    floor.advanceBy(15_000);
    floor.core.halt('AAPL');
    floor.advanceBy(60_000);
    expect(floor.orderById(id)).toMatchObject({ status: 'new', filled_qty: '0' });
    floor.core.resume('AAPL');
    priceAt(floor, 23);
    floor.advanceBy(20_000);
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '22.99' });
    const codes = floor.events.flatMap((event) =>
      event.kind === 'status' ? [event.status.code] : [],
    );
    expect(codes).toEqual(['H', 'T', 'H', 'T']);
  });

  it('scenario 26: the stop may be canceled in the halt, and then nothing is sold', () => {
    const floor = new Floor({ latencies: { fillMs: 20_000 } });
    const id = floor.accepted(sellStop);
    priceAt(floor, 94);
    floor.core.halt('AAPL');
    expect(floor.cancel(id).status).toBe(204);
    floor.core.resume('AAPL');
    priceAt(floor, 60);
    floor.advanceBy(60_000);
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.position().qty).toBe('10');
  });

  it('scenario 31: prices have cents, and a stop leg is a cent beyond its base price', () => {
    const floor = new Floor();
    const fine = floor.order({ ...buyLimit, limit_price: '99.001' });
    expect([refusal(fine), fine.body.message]).toEqual([
      unprocessable,
      'invalid limit_price 99.001. sub-penny increment does not fulfill minimum pricing criteria',
    ]);
    const close = {
      ...{ ...buyLimit, symbol: 'MSFT', order_class: 'bracket' },
      ...{ take_profit: { limit_price: '110' }, stop_loss: { stop_price: '99' } },
    };
    priceAt(floor, 100, 'MSFT');
    expect(refusal(floor.order(close), 'base_price')).toEqual({
      ...unprocessable,
      base_price: '99',
    });
  });

  it('scenario 31: after hours the base price is the last sale there, not the close', () => {
    const floor = new Floor();
    floor.advanceTo('2026-10-08T21:00:00Z');
    priceAt(floor, 93);
    const answer = floor.order({ ...sellStop, time_in_force: 'gtc' });
    expect(refusal(answer, 'market_price', 'stop_price')).toEqual({
      ...unprocessable,
      ...{ market_price: '93', stop_price: '95' },
    });
  });
});
