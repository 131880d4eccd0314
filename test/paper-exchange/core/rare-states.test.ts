import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { VenueAction } from '../../../src/paper-exchange/core/venue.ts';
import { Floor, refusal } from './floor.ts';

const gtcLimit = { type: 'limit', limit_price: '90', qty: '4', time_in_force: 'gtc' };
const idle = [
  'done_for_day',
  'stopped',
  'suspended',
  'calculated',
  'accepted_for_bidding',
] as const;

function act(floor: Floor, id: string, action: VenueAction): boolean {
  return floor.core.actOnOrder(floor.accountId, id, action);
}

describe('rare states', () => {
  it.each(idle)('an order that is %s does not trade, and trades again when put back', (status) => {
    const floor = new Floor();
    const id = floor.accepted(gtcLimit);
    expect(act(floor, id, { kind: 'set_aside', status })).toBe(true);
    expect(floor.statusOf(id)).toBe(status);
    expect(floor.eventNames(id).at(-1)).toBe(status);
    floor.quote('AAPL', '88', '89');
    expect(floor.statusOf(id)).toBe(status);
    expect(floor.replace(id, { qty: '5' }).body.message).toContain(status);
    expect(act(floor, id, { kind: 'put_back' })).toBe(true);
    expect(floor.statusOf(id)).toBe('filled');
    expect(floor.eventNames(id).slice(-2)).toEqual(['new', 'fill']);
  });

  it('it still holds its shares, and may be cancelled', () => {
    const floor = new Floor();
    const id = floor.accepted({ side: 'sell', type: 'stop', stop_price: '95', qty: '10' });
    act(floor, id, { kind: 'set_aside', status: 'suspended' });
    expect(refusal(floor.order({ side: 'sell' }), 'held_for_orders')).toMatchObject({
      held_for_orders: '10',
    });
    expect(floor.cancel(id).status).toBe(204);
    expect(floor.statusOf(id)).toBe('canceled');
  });

  it('what was done for the day is new the next morning, or expires with its day', () => {
    const floor = new Floor();
    const gtc = floor.accepted(gtcLimit);
    const day = floor.accepted({ ...gtcLimit, time_in_force: 'day' });
    for (const id of [gtc, day]) act(floor, id, { kind: 'set_aside', status: 'done_for_day' });
    floor.advanceTo('2026-10-08T20:00:00Z');
    expect(floor.statusOf(gtc)).toBe('done_for_day');
    expect(floor.statusOf(day)).toBe('expired');
    floor.advanceTo('2026-10-09T08:00:00Z');
    expect(floor.statusOf(gtc)).toBe('new');
  });

  it('a part that is filled is not forgotten when the order is put back', () => {
    const floor = new Floor();
    const id = floor.accepted(gtcLimit);
    floor.executePart(id, '1', '90');
    act(floor, id, { kind: 'set_aside', status: 'suspended' });
    act(floor, id, { kind: 'put_back' });
    expect(floor.statusOf(id)).toBe('partially_filled');
    expect(floor.eventNames(id).at(-1)).toBe('restated');
  });

  it('a stopped order has a trade guaranteed, which then comes', () => {
    const floor = new Floor();
    const id = floor.accepted(gtcLimit);
    act(floor, id, { kind: 'set_aside', status: 'stopped' });
    expect(floor.executePart(id, '4', '90')).toBe(true);
    expect(floor.statusOf(id)).toBe('filled');
  });

  it('an accepted order can still be rejected, cancelled and expired by the venue', () => {
    const floor = new Floor();
    for (const [kind, status] of [
      ['reject', 'rejected'],
      ['cancel', 'canceled'],
      ['expire', 'expired'],
    ] as const) {
      const id = floor.accepted(gtcLimit);
      expect(act(floor, id, { kind })).toBe(true);
      expect(floor.statusOf(id)).toBe(status);
      expect(act(floor, id, { kind })).toBe(false);
    }
  });

  it('a cancel can be refused later, and the order works on', () => {
    const floor = new Floor({ latencies: { cancelMs: 1000 } });
    const id = floor.accepted(gtcLimit);
    expect(act(floor, id, { kind: 'refuse_cancel' })).toBe(false);
    floor.cancel(id);
    expect(act(floor, id, { kind: 'refuse_cancel' })).toBe(true);
    expect(floor.eventNames(id).at(-1)).toBe('order_cancel_rejected');
    floor.advanceBy(5000);
    expect(floor.statusOf(id)).toBe('new');
  });

  it('a replacement can be refused later, and the order works on', () => {
    const floor = new Floor({ latencies: { replaceMs: 1000 } });
    const id = floor.accepted(gtcLimit);
    const successor = floor.replace(id, { limit_price: '91' }).body.id;
    expect(act(floor, id, { kind: 'refuse_replace' })).toBe(true);
    floor.advanceBy(5000);
    expect([floor.statusOf(id), floor.statusOf(successor)]).toEqual(['new', 'rejected']);
    expect(floor.orderById(id).replaced_by).toBeNull();
    expect(act(floor, id, { kind: 'refuse_replace' })).toBe(false);
  });

  it('an order can be restated in place', () => {
    const floor = new Floor();
    const id = floor.accepted(gtcLimit);
    const change = { limitPrice: decimal('95'), qty: decimal('3') };
    expect(act(floor, id, { kind: 'restate', change })).toBe(true);
    expect(floor.orderById(id)).toMatchObject({ status: 'new', limit_price: '95', qty: '3' });
    expect(floor.eventNames(id).at(-1)).toBe('restated');
    floor.quote('AAPL', '94', '94.5');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_qty: '3' });
  });

  it('an order is restated neither with a price that its type has not nor with more', () => {
    const floor = new Floor();
    const stop = floor.accepted({ side: 'sell', type: 'stop', stop_price: '95', qty: '4' });
    const trailing = floor.accepted({ side: 'sell', type: 'trailing_stop', trail_price: '5' });
    const limit = floor.accepted({ ...gtcLimit, side: 'sell', limit_price: '120' });
    const restate = (id: string, change: (VenueAction & { kind: 'restate' })['change']) =>
      act(floor, id, { kind: 'restate', change });
    expect(restate(stop, { limitPrice: decimal('94') })).toBe(false);
    expect(restate(trailing, { stopPrice: decimal('94') })).toBe(false);
    expect(restate(limit, { limitPrice: null })).toBe(false);
    expect(restate(limit, { qty: decimal('5') })).toBe(false);
    expect(restate(limit, { qty: 0n })).toBe(false);
    expect(restate(stop, { stopPrice: decimal('94') })).toBe(true);
  });

  it('what is not open, or about to end, is in no state for any of it', () => {
    const floor = new Floor({ latencies: { cancelMs: 1000 } });
    const filled = floor.accepted({});
    const leaving = floor.accepted(gtcLimit);
    floor.cancel(leaving);
    for (const id of [filled, leaving, 'nothing']) {
      expect(act(floor, id, { kind: 'set_aside', status: 'suspended' })).toBe(false);
      expect(act(floor, id, { kind: 'put_back' })).toBe(false);
      expect(act(floor, id, { kind: 'reject' })).toBe(false);
      expect(act(floor, id, { kind: 'restate', change: {} })).toBe(false);
    }
  });
});

describe('trades that are taken back', () => {
  const executionOf = (floor: Floor) => floor.updates().at(-1)?.execution?.id ?? '';

  it('a bust reverses cash, shares, the order and its activity', () => {
    const floor = new Floor();
    const id = floor.accepted({ qty: '5' });
    const executionId = executionOf(floor);
    expect(floor.account().cash).toBe('98499.95');
    expect(floor.core.bustTrade(floor.accountId, executionId)).toBe(true);
    expect(floor.account().cash).toBe('99000');
    expect(floor.position().qty).toBe('10');
    expect(floor.orderById(id)).toMatchObject({
      status: 'filled',
      filled_qty: '0',
      filled_avg_price: null,
    });
    expect(floor.updates().at(-1)).toMatchObject({
      event: 'trade_bust',
      execution: { id: executionId, positionQty: decimal('10') },
    });
    expect(floor.core.fills(floor.accountId).map(({ status }) => status)).toEqual(['canceled']);
    expect(floor.list('/v2/account/activities')).toEqual([]);
    expect(floor.core.bustTrade(floor.accountId, executionId)).toBe(false);
  });

  it('a correction changes price and quantity, and with them cash, shares and the average', () => {
    const floor = new Floor();
    const id = floor.accepted({ qty: '5' });
    const correction = { price: decimal('99'), qty: decimal('4') };
    expect(floor.core.correctTrade(floor.accountId, executionOf(floor), correction)).toBe(true);
    expect(floor.account().cash).toBe('98604');
    expect(floor.position().qty).toBe('14');
    expect(floor.orderById(id)).toMatchObject({ filled_qty: '4', filled_avg_price: '99' });
    expect(floor.updates().at(-1)).toMatchObject({ event: 'trade_correct' });
    expect(floor.list('/v2/account/activities')).toMatchObject([{ price: '99', qty: '4' }]);
  });

  it('reaches trades and orders that were archived long ago', () => {
    const floor = new Floor({ account: { cash: '10000000' } });
    const first = floor.accepted({});
    const executionId = executionOf(floor);
    for (let count = 0; count < 6000; count += 1) floor.accepted({});
    const before = Number(floor.account().cash);
    expect(floor.core.bustTrade(floor.accountId, executionId)).toBe(true);
    expect(Number(floor.account().cash)).toBeCloseTo(before + 100.01, 6);
    expect(floor.orderById(first).filled_qty).toBe('0');
    expect(floor.core.fills(floor.accountId)[0]?.status).toBe('canceled');
  });

  it('an unknown execution cannot be taken back or corrected', () => {
    const floor = new Floor();
    expect(floor.core.bustTrade(floor.accountId, 'nothing')).toBe(false);
    expect(floor.core.correctTrade(floor.accountId, 'nothing', {})).toBe(false);
  });
});
