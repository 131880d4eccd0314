import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('orders: accepted', () => {
  it('case 7: a market buy answers pending_new with nothing filled, and is filled when read', () => {
    const floor = new Floor();
    const { status, body } = floor.order({ qty: '1', client_order_id: 'mine' });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(uuid),
      client_order_id: 'mine',
      created_at: '2026-10-08T14:00:00.000Z',
      updated_at: '2026-10-08T14:00:00.000Z',
      submitted_at: '2026-10-08T14:00:00.000Z',
      filled_at: null,
      expired_at: null,
      canceled_at: null,
      failed_at: null,
      replaced_at: null,
      replaced_by: null,
      replaces: null,
      asset_id: floor.get('/v2/assets/AAPL').id,
      symbol: 'AAPL',
      asset_class: 'us_equity',
      notional: null,
      qty: '1',
      filled_qty: '0',
      filled_avg_price: null,
      order_class: '',
      order_type: 'market',
      type: 'market',
      side: 'buy',
      position_intent: 'buy_to_open',
      time_in_force: 'day',
      limit_price: null,
      stop_price: null,
      status: 'pending_new',
      extended_hours: false,
      legs: null,
      trail_percent: null,
      trail_price: null,
      hwm: null,
      subtag: null,
      source: null,
      expires_at: '2026-10-08T20:00:00.000Z',
    });
    const read = floor.orderById(body.id);
    expect(read).toMatchObject({ status: 'filled', filled_qty: '1', filled_avg_price: '100.01' });
    expect(floor.eventNames()).toEqual(['pending_new', 'new', 'fill']);
    expect(floor.position()).toMatchObject({ qty: '11', qty_available: '11' });
    expect(floor.account().cash).toBe('98899.99');
  });

  it('case 8: without a client order id a new one is made', () => {
    const floor = new Floor();
    const first = floor.order({}).body.client_order_id;
    expect(first).toMatch(uuid);
    expect(floor.order({}).body.client_order_id).not.toBe(first);
  });

  it('case 9: the same client order id twice is refused while the first is open', () => {
    const floor = new Floor();
    const limit = { type: 'limit', limit_price: '90', client_order_id: 'twice' };
    floor.accepted(limit);
    const second = floor.order(limit);
    expect(refusal(second)).toEqual({ status: 422, code: 40010001 });
    expect(second.body.message).toBe('client_order_id must be unique');
    expect(floor.list('/v2/orders?status=all')).toHaveLength(1);
    expect(floor.get('/v2/orders:by_client_order_id?client_order_id=twice').qty).toBe('1');
    const missing = floor.request('GET', '/v2/orders:by_client_order_id?client_order_id=never');
    expect(refusal(missing)).toEqual({ status: 404, code: 40410000 });
  });

  it('case 10: a client order id stays taken after the fill, unless only active ones count', () => {
    const forEver = new Floor();
    forEver.accepted({ client_order_id: 'once' });
    expect(forEver.order({ client_order_id: 'once' }).status).toBe(422);
    const active = new Floor({ switches: { clientOrderIdUniqueness: 'active' } });
    active.accepted({ client_order_id: 'once' });
    expect(active.order({ client_order_id: 'once' }).status).toBe(200);
  });

  it('case 16: a notional market day order fills a fraction; its qty stays null', () => {
    const floor = new Floor();
    const { status, body } = floor.order({ notional: '5' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ qty: null, notional: '5', filled_qty: '0' });
    const filled = floor.orderById(body.id);
    expect(filled).toMatchObject({ status: 'filled', qty: null, filled_qty: '0.049995' });
    const gtc = floor.order({ notional: '5', time_in_force: 'gtc' });
    expect(gtc.body.message).toBe('fractional orders must be DAY orders');
    const limit = floor.order({ notional: '5', type: 'limit', limit_price: '99' });
    expect(limit.status).toBe(422);
    expect(floor.order({ notional: '0.99' }).body.message).toBe('notional must be >= 1.00');
  });

  it('case 17: a fraction takes a day stop, and no gtc, no class, no short', () => {
    const floor = new Floor();
    const refused = (fields: object) => floor.order({ qty: '0.5', ...fields }).body.message;
    expect(refused({ time_in_force: 'gtc' })).toBe('fractional orders must be DAY orders');
    const bracket = {
      order_class: 'bracket',
      take_profit: { limit_price: '110' },
      stop_loss: { stop_price: '90' },
    };
    expect(refused(bracket)).toBe('fractional orders must be simple orders');
    expect(refused({ symbol: 'MSFT', side: 'sell' })).toBe(
      'fractional orders cannot be sold short',
    );
    const stop = floor.order({ qty: '0.5', side: 'sell', type: 'stop', stop_price: '95' });
    expect(stop.status).toBe(200);
    expect(floor.statusOf(stop.body.id)).toBe('new');
    expect(floor.position().qty_available).toBe('9.5');
  });

  it('case 20: extended hours take a limit day order, which works before the open', () => {
    const floor = new Floor({ startAt: '2026-10-08T12:00:00Z' });
    const market = floor.order({ extended_hours: true });
    expect(market.body.message).toBe('extended hours order must be DAY limit orders');
    const early = { type: 'limit', limit_price: '99', extended_hours: true };
    expect(floor.order({ ...early, time_in_force: 'gtc' }).status).toBe(422);
    const id = floor.accepted(early);
    const regular = floor.accepted({ type: 'limit', limit_price: '99' });
    expect(floor.statusOf(id)).toBe('new');
    floor.market('AAPL', '98.9', '98.95', '98.9');
    expect(floor.statusOf(id)).toBe('filled');
    expect(floor.statusOf(regular)).toBe('new');
  });

  it('an extended-hours order may be gtc when that switch is on', () => {
    const floor = new Floor({ switches: { extendedHoursGtc: true } });
    const fields = { type: 'limit', limit_price: '99', extended_hours: true };
    expect(floor.order({ ...fields, time_in_force: 'gtc' }).status).toBe(200);
  });

  it('case 23: a market order after the close is accepted and becomes new the next morning', () => {
    const floor = new Floor({ startAt: '2026-10-08T20:30:00Z' });
    const { body } = floor.order({});
    expect(body).toMatchObject({ status: 'accepted', expires_at: '2026-10-09T20:00:00.000Z' });
    floor.advanceTo('2026-10-09T07:59:59Z');
    expect(floor.statusOf(body.id)).toBe('accepted');
    floor.advanceTo('2026-10-09T13:30:00Z');
    expect(floor.orderById(body.id)).toMatchObject({
      status: 'new',
      submitted_at: '2026-10-09T08:00:00.000Z',
      created_at: '2026-10-08T20:30:00.000Z',
    });
    floor.quote('AAPL', '101', '101.05');
    expect(floor.orderById(body.id)).toMatchObject({
      status: 'filled',
      filled_avg_price: '101.05',
    });
  });

  it('case 23: a fraction queued overnight is released at 09:23', () => {
    const floor = new Floor({ startAt: '2026-10-08T20:30:00Z' });
    const id = floor.accepted({ qty: '0.5' });
    floor.advanceTo('2026-10-09T13:22:59Z');
    expect(floor.statusOf(id)).toBe('accepted');
    floor.advanceTo('2026-10-09T13:23:00Z');
    expect(floor.statusOf(id)).toBe('new');
  });

  it('case 23: an order for the opening is refused at noon and taken in the evening', () => {
    const noon = new Floor({ startAt: '2026-10-08T16:00:00Z' });
    expect(refusal(noon.order({ time_in_force: 'opg' }))).toEqual({ status: 403, code: 40310000 });
    const late = new Floor({ startAt: '2026-10-08T19:55:00Z' });
    expect(refusal(late.order({ time_in_force: 'cls' }))).toEqual({ status: 403, code: 40310000 });
    const evening = new Floor({ startAt: '2026-10-08T23:00:00Z' });
    const id = evening.accepted({ time_in_force: 'opg' });
    evening.advanceTo('2026-10-09T13:30:00Z');
    evening.quote('AAPL', '101', '101.05');
    expect(evening.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '101.05' });
  });

  it('an opening order that the first quote does not reach expires, a closing one fills last', () => {
    const floor = new Floor({ startAt: '2026-10-08T23:00:00Z' });
    const fields = { type: 'limit', limit_price: '90' };
    const opening = floor.accepted({ ...fields, time_in_force: 'opg' });
    const closing = floor.accepted({ time_in_force: 'cls' });
    floor.advanceTo('2026-10-09T13:30:01Z');
    floor.quote('AAPL', '101', '101.05');
    expect(floor.statusOf(opening)).toBe('expired');
    expect(floor.statusOf(closing)).toBe('new');
    floor.quote('AAPL', '102', '102.05');
    floor.advanceTo('2026-10-09T20:00:00Z');
    expect(floor.orderById(closing)).toMatchObject({ filled_avg_price: '102.05' });
  });

  it('an immediate-or-cancel order is filled or canceled at once', () => {
    const floor = new Floor();
    const fields = { type: 'limit', time_in_force: 'ioc' };
    expect(floor.statusOf(floor.accepted({ ...fields, limit_price: '99' }))).toBe('canceled');
    expect(floor.statusOf(floor.accepted({ ...fields, limit_price: '101' }))).toBe('filled');
  });
});
