import { describe, expect, it } from 'vitest';
import { Floor } from '../core/floor.ts';

const limit = { type: 'limit', limit_price: '90' };

describe('how long orders live', () => {
  it('case 57: a day order expires at the close, a gtc order survives it', () => {
    const floor = new Floor();
    const day = floor.accepted(limit);
    const gtc = floor.accepted({ ...limit, time_in_force: 'gtc' });
    expect(floor.orderById(day).expires_at).toBe('2026-10-08T20:00:00.000Z');
    expect(floor.orderById(gtc).expires_at).toBe('2027-01-06T21:00:00.000Z');
    floor.advanceTo('2026-10-08T20:00:00Z');
    expect(floor.orderById(day)).toMatchObject({
      status: 'expired',
      expired_at: '2026-10-08T20:00:00.000Z',
    });
    expect(floor.eventNames(day).at(-1)).toBe('expired');
    expect(floor.statusOf(gtc)).toBe('new');
    floor.quote('AAPL', '89', '89.1');
    expect(floor.statusOf(gtc)).toBe('new');
    floor.advanceTo('2026-10-09T13:30:00Z');
    floor.quote('AAPL', '89', '89.1');
    expect(floor.statusOf(gtc)).toBe('filled');
  });

  it('case 57: a gtc order ends a quarter of an hour after the close of its ninetieth day', () => {
    const floor = new Floor();
    const id = floor.accepted({ ...limit, time_in_force: 'gtc' });
    floor.advanceTo('2027-01-06T21:14:59Z');
    expect(floor.statusOf(id)).toBe('new');
    floor.advanceTo('2027-01-06T21:15:00Z');
    expect(floor.statusOf(id)).toBe('canceled');
    expect(floor.eventNames(id).slice(-2)).toEqual(['pending_cancel', 'canceled']);
  });

  it('a gtc order of ninety days can also expire', () => {
    const floor = new Floor({ switches: { agedGtcEnds: 'expired' } });
    const id = floor.accepted({ ...limit, time_in_force: 'gtc' });
    floor.advanceTo('2027-01-06T21:15:00Z');
    expect(floor.statusOf(id)).toBe('expired');
  });

  it('an extended-hours day order lives until 20:00 in New York', () => {
    const floor = new Floor();
    const id = floor.accepted({ ...limit, extended_hours: true });
    floor.advanceTo('2026-10-08T23:59:59Z');
    expect(floor.statusOf(id)).toBe('new');
    floor.advanceTo('2026-10-09T00:00:00Z');
    expect(floor.statusOf(id)).toBe('expired');
  });

  it('a day order of a short day expires at 13:00', () => {
    const floor = new Floor({ startAt: '2026-11-27T15:00:00Z' });
    const id = floor.accepted(limit);
    floor.advanceTo('2026-11-27T18:00:00Z');
    expect(floor.statusOf(id)).toBe('expired');
  });

  it('a bracket whose entry expires takes its held exits along', () => {
    const floor = new Floor({ account: { positions: [] } });
    const id = floor.accepted({
      ...limit,
      order_class: 'bracket',
      take_profit: { limit_price: '110' },
      stop_loss: { stop_price: '80' },
    });
    floor.advanceTo('2026-10-08T20:00:00Z');
    expect(floor.statusOf(id)).toBe('expired');
    expect(floor.legsOf(id).map(({ status }) => status)).toEqual(['expired', 'expired']);
  });

  it('an order of the weekend waits for Monday, and yesterday’s quote executes nothing', () => {
    const floor = new Floor({ startAt: '2026-10-10T15:00:00Z' });
    const id = floor.accepted({ type: 'market' });
    expect(floor.statusOf(id)).toBe('accepted');
    floor.advanceTo('2026-10-12T13:30:00Z');
    expect(floor.statusOf(id)).toBe('new');
    floor.quote('AAPL', '104', '104.05');
    expect(floor.orderById(id)).toMatchObject({ filled_avg_price: '104.05' });
  });

  it('the stream tells an event after its latency', () => {
    const floor = new Floor({ latencies: { streamMs: 250 } });
    floor.accepted({});
    expect(floor.eventNames()).toEqual([]);
    floor.advanceBy(250);
    expect(floor.eventNames()).toEqual(['pending_new', 'new', 'fill']);
  });
});
