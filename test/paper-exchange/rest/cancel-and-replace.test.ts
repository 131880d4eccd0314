import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';

const sellStop = { side: 'sell', type: 'stop', stop_price: '95', qty: '10' };
const buyLimit = { type: 'limit', limit_price: '99', qty: '10' };

describe('cancelling', () => {
  it('case 37: a cancel frees the shares when it is done, not when it is accepted', () => {
    const floor = new Floor({ latencies: { cancelMs: 200 } });
    const id = floor.accepted(sellStop);
    const answer = floor.send('DELETE', `/v2/orders/${id}`);
    expect([answer.status, answer.body]).toEqual([204, '']);
    floor.advanceBy(100);
    expect(floor.statusOf(id)).toBe('pending_cancel');
    expect(floor.order({ side: 'sell' }).status).toBe(403);
    floor.advanceBy(100);
    expect(floor.orderById(id)).toMatchObject({
      status: 'canceled',
      canceled_at: '2026-10-08T14:00:00.200Z',
    });
    expect(floor.order({ side: 'sell' }).status).toBe(200);
    expect(floor.eventNames(id)).toEqual(['pending_new', 'new', 'pending_cancel', 'canceled']);
  });

  it('case 38: a filled order cannot be canceled, an unknown one is 404', () => {
    const floor = new Floor();
    const filled = floor.cancel(floor.accepted({}));
    expect(refusal(filled)).toEqual({ status: 422, code: 42210000 });
    expect(filled.body.message).toBe('order is already in "filled" state');
    expect(refusal(floor.cancel('nowhere'))).toEqual({ status: 404, code: 40410000 });
  });

  it('an order that is canceled already answers 204 again, or 422 by a switch', () => {
    const floor = new Floor();
    const id = floor.accepted(buyLimit);
    floor.cancel(id);
    expect(floor.cancel(id).status).toBe(204);
    expect(floor.eventNames(id).filter((name) => name === 'canceled')).toHaveLength(1);
    const strict = new Floor({ switches: { cancelOfCanceled: 'refuse' } });
    const other = strict.accepted(buyLimit);
    strict.cancel(other);
    expect(strict.cancel(other).status).toBe(422);
  });

  it('case 39: a fill in the window wins, and no cancel is announced', () => {
    const floor = new Floor({ latencies: { cancelMs: 200 } });
    const id = floor.accepted(buyLimit);
    floor.cancel(id);
    floor.advanceBy(100);
    floor.quote('AAPL', '98.9', '98.95');
    floor.advanceBy(100);
    expect(floor.statusOf(id)).toBe('filled');
    expect(floor.eventNames(id)).toEqual(['pending_new', 'new', 'pending_cancel', 'fill']);
  });

  it('case 40: cancelling all answers an entry for each order, none for none', () => {
    const floor = new Floor();
    const none = floor.send('DELETE', '/v2/orders');
    expect([none.status, none.body]).toEqual([207, '[]']);
    const ids = [floor.accepted(buyLimit), floor.accepted({ ...buyLimit, symbol: 'MSFT' })];
    const both = floor.send('DELETE', '/v2/orders');
    expect(both.status).toBe(207);
    expect(JSON.parse(both.body)).toEqual(ids.map((id) => ({ id, status: 200 })));
    expect(floor.list('/v2/orders')).toEqual([]);
  });

  it('cancelling all reports what cannot be canceled now', () => {
    const floor = new Floor({ latencies: { cancelMs: 200 } });
    const id = floor.accepted(buyLimit);
    floor.cancel(id);
    const [entry] = JSON.parse(floor.send('DELETE', '/v2/orders').body);
    expect(entry).toMatchObject({ id, status: 422, body: { code: 42210000 } });
  });
});

describe('replacing', () => {
  it('case 41: a new price is a new order that names the old one, and the old one names it', () => {
    const floor = new Floor();
    const old = floor.accepted(buyLimit);
    const { status, body } = floor.replace(old, { limit_price: '98', client_order_id: 'next' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      replaces: old,
      limit_price: '98',
      qty: '10',
      client_order_id: 'next',
    });
    expect(body.id).not.toBe(old);
    expect(floor.orderById(old)).toMatchObject({ status: 'replaced', replaced_by: body.id });
    expect(floor.orderById(old).replaced_at).not.toBeNull();
    expect(floor.orderById(body.id)).toMatchObject({ status: 'new', replaces: old });
    expect(floor.eventNames(old).at(-1)).toBe('replaced');
    expect(floor.eventNames(body.id)).toEqual(['new']);
    floor.quote('AAPL', '98.4', '98.5');
    expect(floor.statusOf(body.id)).toBe('new');
    floor.quote('AAPL', '97.9', '98');
    expect(floor.statusOf(body.id)).toBe('filled');
  });

  it('case 42: an order that is not at the venue yet cannot be replaced', () => {
    const floor = new Floor({ latencies: { newMs: 50, cancelMs: 50 } });
    const id = floor.accepted(buyLimit);
    const message = () => floor.replace(id, { limit_price: '98' }).body.message;
    expect(message()).toBe('cannot replace order in pending_new status');
    floor.advanceBy(50);
    floor.cancel(id);
    expect(message()).toBe('cannot replace order in pending_cancel status');
    floor.advanceBy(50);
    expect(message()).toBe('unable to replace order, order is not open');
    const queued = new Floor({ startAt: '2026-10-08T21:00:00Z' });
    const answer = queued.replace(queued.accepted(buyLimit), { limit_price: '98' });
    expect(refusal(answer)).toEqual({ status: 422, code: 42210000 });
    expect(answer.body.message).toBe('cannot replace order in accepted status');
  });

  it('case 43: a replacement that changes nothing is 422', () => {
    const floor = new Floor();
    const id = floor.accepted(buyLimit);
    for (const same of [{}, { limit_price: '99.00', qty: '10' }, { time_in_force: 'day' }]) {
      expect(floor.replace(id, same).body.message).toBe('order parameters are not changed');
    }
  });

  it('case 44: the quantity is the total, and must exceed what has filled', () => {
    const floor = new Floor();
    const id = floor.accepted(buyLimit);
    floor.executePart(id, '4', '99');
    expect(floor.replace(id, { qty: '4' }).body.message).toBe('qty must be > filled_qty');
    const { body } = floor.replace(id, { qty: '6' });
    expect(floor.orderById(body.id)).toMatchObject({ status: 'new', qty: '6', filled_qty: '4' });
    floor.quote('AAPL', '98', '98.5');
    expect(floor.position().qty).toBe('16');
    expect(floor.orderById(body.id)).toMatchObject({
      status: 'filled',
      filled_qty: '6',
      filled_avg_price: '98.833333',
    });
  });

  it('a replacement shows only its own fills when that switch is off', () => {
    const floor = new Floor({ switches: { replacementInheritsFills: false } });
    const id = floor.accepted(buyLimit);
    floor.executePart(id, '4', '99');
    const { body } = floor.replace(id, { limit_price: '98' });
    expect(body).toMatchObject({ filled_qty: '0', filled_avg_price: null });
    floor.quote('AAPL', '97', '97.5');
    expect(floor.orderById(body.id)).toMatchObject({
      status: 'filled',
      filled_qty: '6',
      filled_avg_price: '97.5',
    });
    expect(floor.position().qty).toBe('20');
  });

  it('case 45: when the original fills first, the accepted replacement ends rejected', () => {
    const floor = new Floor({ latencies: { replaceMs: 100 } });
    const old = floor.accepted(buyLimit);
    const { status, body } = floor.replace(old, { limit_price: '98' });
    expect([status, body.status]).toEqual([200, 'pending_new']);
    expect(floor.statusOf(old)).toBe('pending_replace');
    floor.quote('AAPL', '98.9', '98.95');
    expect(floor.statusOf(old)).toBe('filled');
    expect(floor.statusOf(body.id)).toBe('rejected');
    floor.advanceBy(100);
    expect(floor.eventNames(old).at(-1)).toBe('fill');
    expect(floor.eventNames(body.id)).toEqual(['rejected']);
  });

  it('when so much fills meanwhile that nothing is left, the old order goes on', () => {
    const floor = new Floor({ latencies: { replaceMs: 100 } });
    const old = floor.accepted(buyLimit);
    const { body } = floor.replace(old, { qty: '4' });
    floor.executePart(old, '5', '99');
    floor.advanceBy(100);
    expect(floor.statusOf(body.id)).toBe('rejected');
    expect(floor.orderById(old)).toMatchObject({ status: 'partially_filled', replaced_by: null });
    expect(floor.eventNames(old).at(-1)).toBe('order_replace_rejected');
  });

  it('case 46: a stop moved above the market is 422 and the old stop keeps working', () => {
    const floor = new Floor();
    const id = floor.accepted(sellStop);
    const answer = floor.replace(id, { stop_price: '100.5' });
    expect(refusal(answer, 'market_price', 'stop_price')).toEqual({
      status: 422,
      code: 42210000,
      market_price: '100',
      stop_price: '100.5',
    });
    expect(floor.statusOf(id)).toBe('new');
    floor.market('AAPL', '94.8', '94.9', '94.9');
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('while a replacement is under way it is neither canceled nor replaced, and holds once', () => {
    const floor = new Floor({ latencies: { replaceMs: 100 } });
    const id = floor.accepted({ ...sellStop, qty: '6' });
    const { body } = floor.replace(id, { qty: '8' });
    expect(floor.position().qty_available).toBe('2');
    expect(floor.replace(id, { qty: '7' }).body.message).toBe('order already pending replacement');
    expect(floor.cancel(id).status).toBe(422);
    expect(floor.cancel(String(body.id)).status).toBe(422);
    floor.advanceBy(100);
    expect(floor.position().qty_available).toBe('2');
    expect(floor.replace(id, { qty: '7' }).body.message).toBe('order already replaced');
  });

  it('a stop may grow only into free shares, and shrinks to free some', () => {
    const floor = new Floor();
    const id = floor.accepted(sellStop);
    expect(refusal(floor.replace(id, { qty: '11' }), 'available')).toEqual({
      status: 403,
      code: 40310000,
      available: '10',
    });
    floor.replace(id, { qty: '5' });
    expect(floor.position().qty_available).toBe('5');
  });

  it('neither a notional order nor a fractional quantity is replaced', () => {
    const floor = new Floor({ startAt: '2026-10-08T20:30:00Z' });
    const notional = floor.accepted({ notional: '50' });
    floor.advanceTo('2026-10-09T13:25:00Z');
    expect(floor.replace(notional, { qty: '1' }).body.message).toBe(
      'notional orders cannot be replaced',
    );
    const day = new Floor();
    const stop = day.accepted({ ...sellStop, qty: '0.7' });
    expect(day.replace(stop, { qty: '0.9' }).body.message).toBe(
      'fractional qty cannot be replaced',
    );
    expect(day.replace(stop, { stop_price: '96' }).status).toBe(200);
  });

  it('the dearer of the two orders is charged until the swap is done', () => {
    const floor = new Floor({ latencies: { replaceMs: 100 } });
    const id = floor.accepted({ ...buyLimit, limit_price: '90' });
    floor.replace(id, { limit_price: '95' });
    expect(floor.account().buying_power).toBe('398050');
    floor.advanceBy(100);
    expect(floor.account().buying_power).toBe('398050');
    const tooDear = floor.replace(String(floor.list('/v2/orders')[0]?.id), { qty: '9000' });
    expect(refusal(tooDear, 'buying_power')).toMatchObject({ status: 403, code: 40310000 });
  });
});
