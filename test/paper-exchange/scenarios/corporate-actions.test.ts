import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { Floor } from '../core/floor.ts';
import { bracket, priceAt, sellStop } from './given.ts';

/** The morning after 8 October, one minute into regular hours. */
const NEXT_MORNING = '2026-10-09T13:31:00Z';

const gtcStop = { ...sellStop, time_in_force: 'gtc' };

function splitTenForOne(floor: Floor): void {
  const terms = { kind: 'forward_split', symbol: 'AAPL', newRate: 10, oldRate: 1 } as const;
  floor.core.announce({ terms, exDate: '2026-10-09' });
}

describe('corporate actions', () => {
  it('scenario 33: a split leaves the prices of a bracket alone, and its stop fires at the open', () => {
    const floor = new Floor({ account: { positions: [] }, switches: { ordersAtSplit: 'leave' } });
    const id = floor.accepted({ ...bracket, stop_loss: { stop_price: '90' } });
    priceAt(floor, 98.99);
    splitTenForOne(floor);
    floor.advanceTo(NEXT_MORNING);
    expect(floor.position().qty).toBe('100');
    const [, stop] = floor.legsOf(id);
    expect(stop).toMatchObject({ status: 'held', qty: '10', stop_price: '90' });
    priceAt(floor, 9.95);
    expect(floor.legsOf(id)[1]).toMatchObject({ status: 'filled', filled_avg_price: '9.94' });
    expect(floor.position().qty).toBe('90');
  });

  it('scenario 33: by default the split takes the orders away, and the shares are unguarded', () => {
    const floor = new Floor();
    const id = floor.accepted(gtcStop);
    splitTenForOne(floor);
    floor.advanceTo(NEXT_MORNING);
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.position()).toMatchObject({ qty: '100', qty_available: '100' });
  });

  it('scenario 34: orders are adjusted to a split, which shows as a replacement', () => {
    const floor = new Floor({ switches: { ordersAtSplit: 'adjust' } });
    const stop = floor.accepted({ ...gtcStop, qty: '6' });
    const trailing = floor.accepted({
      ...{ side: 'sell', type: 'trailing_stop', qty: '4' },
      ...{ trail_price: '5', time_in_force: 'gtc' },
    });
    splitTenForOne(floor);
    floor.advanceTo(NEXT_MORNING);
    const [stopNow, trailingNow] = [stop, trailing].map((id) => {
      const before = floor.orderById(id);
      expect(before).toMatchObject({ status: 'replaced' });
      return floor.orderById(before.replaced_by);
    });
    expect(stopNow).toMatchObject({ status: 'new', qty: '60', stop_price: '9.5' });
    expect(trailingNow).toMatchObject({ status: 'new', qty: '40', trail_price: '0.5', hwm: '10' });
    expect(floor.eventNames(stop)).not.toContain('pending_replace');
    expect(floor.eventNames(stop).at(-1)).toBe('replaced');
  });

  it('scenario 34: or as a restatement, under the same id', () => {
    const floor = new Floor({
      switches: { ordersAtSplit: 'adjust', adjustedOrderShows: 'restated' },
    });
    const id = floor.accepted(gtcStop);
    splitTenForOne(floor);
    floor.advanceTo(NEXT_MORNING);
    expect(floor.orderById(id)).toMatchObject({ status: 'new', qty: '100', stop_price: '9.5' });
    expect(floor.eventNames(id).at(-1)).toBe('restated');
  });

  it('scenario 34: a trailing stop goes with the split, where orders are taken away', () => {
    const floor = new Floor();
    const id = floor.accepted({
      ...{ side: 'sell', type: 'trailing_stop', qty: '10' },
      ...{ trail_percent: '5', time_in_force: 'gtc' },
    });
    splitTenForOne(floor);
    floor.advanceTo(NEXT_MORNING);
    expect(floor.statusOf(id)).toBe('canceled');
  });

  it('scenario 34: a dividend lowers the price of GTC stops and buy limits', () => {
    const floor = new Floor();
    const id = floor.accepted(gtcStop);
    const rate = decimal('1.255');
    const terms = { kind: 'cash_dividend', symbol: 'AAPL', rate, special: false } as const;
    floor.core.announce({ terms, exDate: '2026-10-09' });
    floor.advanceTo(NEXT_MORNING);
    const { status, replaced_by: next } = floor.orderById(id);
    expect(status).toBe('replaced');
    expect(floor.orderById(next)).toMatchObject({ status: 'new', stop_price: '93.74' });
  });
});
