import { describe, expect, it } from 'vitest';
import { Floor, refusal } from '../core/floor.ts';
import { buyLimit, err, sellStop } from './given.ts';

const state = { status: 422, code: 42210000 };

describe('replacing', () => {
  it('scenario 14: an accepted replacement is rejected because the order filled first', () => {
    const floor = new Floor({ latencies: { replaceMs: 200 } });
    const old = floor.accepted(buyLimit);
    const { status, body } = floor.replace(old, { limit_price: '98' });
    expect([status, body.status]).toEqual([200, 'pending_new']);
    floor.quote('AAPL', '98.9', '98.95');
    floor.advanceBy(200);
    expect([floor.statusOf(old), floor.statusOf(body.id)]).toEqual(['filled', 'rejected']);
    expect(floor.eventNames(old).at(-1)).toBe('fill');
    expect(floor.eventNames(body.id)).toEqual(['rejected']);
  });

  it('scenario 15: stops cannot be moved overnight, nor orders on their way replaced', () => {
    const floor = new Floor({ startAt: '2026-10-09T00:30:00Z', latencies: { newMs: 50 } });
    const stop = floor.accepted({ ...sellStop, time_in_force: 'gtc' });
    const night = floor.replace(stop, { stop_price: '96' });
    expect([night.status, night.body.message]).toEqual([
      422,
      'cannot replace order in accepted status',
    ]);
  });

  it.each([
    ['pending_new', { newMs: 500 }, 'cannot replace order in pending_new status'],
    ['pending_cancel', { cancelMs: 500 }, 'cannot replace order in pending_cancel status'],
    ['pending_replace', { replaceMs: 500 }, 'order already pending replacement'],
  ])('scenario 15: an order that is %s cannot be replaced', (status, latencies, message) => {
    const floor = new Floor({ latencies });
    const id = floor.accepted(buyLimit);
    if (status === 'pending_cancel') floor.cancel(id);
    if (status === 'pending_replace') floor.replace(id, { limit_price: '98' });
    expect(floor.statusOf(id)).toBe(status);
    const answer = floor.replace(id, { limit_price: '97' });
    expect([refusal(answer), answer.body.message]).toEqual([state, message]);
  });

  it('scenario 15: an order that is being replaced cannot be canceled', () => {
    const floor = new Floor({ latencies: { replaceMs: 500 } });
    const id = floor.accepted(buyLimit);
    floor.replace(id, { limit_price: '98' });
    expect(refusal(floor.cancel(id))).toEqual(state);
  });

  it('scenario 16: a replacement has a new id, and the old client id finds the old order', () => {
    const floor = new Floor();
    const old = floor.accepted({ ...buyLimit, client_order_id: 'mine' });
    const { body } = floor.replace(old, { limit_price: '98' });
    expect(body).toMatchObject({ replaces: old, status: 'pending_new' });
    expect(body.id).not.toBe(old);
    const byId = floor.get('/v2/orders:by_client_order_id?client_order_id=mine');
    expect(byId).toMatchObject({ id: old, status: 'replaced', replaced_by: body.id });
  });

  it('scenario 17: the successor of a partly filled order shows the original quantity', () => {
    const floor = new Floor({ switches: { replacementInheritsFills: false } });
    const old = floor.accepted(buyLimit);
    floor.executePart(old, '4', '99');
    const { body } = floor.replace(old, { limit_price: '98' });
    expect(floor.orderById(body.id)).toMatchObject({ qty: '10', filled_qty: '0' });
    floor.quote('AAPL', '97.9', '97.95');
    // Ten were asked for once: who adds both orders' quantities up counts fourteen.
    expect(floor.orderById(old)).toMatchObject({ qty: '10', filled_qty: '4' });
    expect(floor.orderById(body.id)).toMatchObject({ status: 'filled', filled_qty: '6' });
    expect(floor.position().qty).toBe('20');
  });

  it('scenario 18: a replacement that changes nothing is refused', () => {
    const floor = new Floor();
    const answer = floor.replace(floor.accepted(buyLimit), { qty: '10', limit_price: '99.00' });
    expect(refusal(answer)).toEqual(state);
    expect(answer.body.message).toBe('order parameters are not changed');
  });

  it('scenario 19: a replacement demands available shares when it asks for more', () => {
    const floor = new Floor();
    const first = floor.accepted({ ...sellStop, qty: '6' });
    floor.accepted({ ...sellStop, qty: '4', stop_price: '90' });
    const more = floor.replace(first, { qty: '7' });
    expect(refusal(more, 'available', 'existing_qty')).toEqual({
      ...{ status: 403, code: 40310000 },
      ...{ available: '6', existing_qty: '10' },
    });
    expect(floor.replace(first, { stop_price: '94' }).status).toBe(200);
  });

  it('scenario 20: a replacement shows its new price, and is dead', () => {
    const floor = new Floor();
    const old = floor.accepted(buyLimit);
    err(floor, { fillsBeforeReplace: () => true });
    const { status, body } = floor.replace(old, { limit_price: '98' });
    expect([status, body.limit_price, body.status]).toEqual([200, '98', 'pending_new']);
    floor.advanceBy(5 * 60_000);
    expect(floor.orderById(body.id)).toMatchObject({ status: 'rejected', limit_price: '98' });
    expect(floor.statusOf(old)).toBe('filled');
  });

  it('scenario 21: quantities change by whole shares only, orders by dollars not at all', () => {
    const floor = new Floor({ latencies: { fillMs: 60_000 } });
    const whole = floor.accepted(buyLimit);
    expect(refusal(floor.replace(whole, { qty: '10.5' }))).toEqual(state);
    const fraction = floor.accepted({ ...buyLimit, qty: '2.5' });
    expect(refusal(floor.replace(fraction, { qty: '3' }))).toEqual(state);
    const dollars = floor.accepted({ notional: '50' });
    const answer = floor.replace(dollars, { notional: '60' });
    expect(refusal(answer)).toEqual(state);
    expect(answer.body.message).toBe('notional orders cannot be replaced');
  });
});
