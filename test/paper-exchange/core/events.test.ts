import { describe, expect, it } from 'vitest';
import { Floor } from './floor.ts';

const sellStop = { side: 'sell', type: 'stop', stop_price: '95', qty: '10' };

describe('time and events', () => {
  it('a listener that orders on a fill is served after the events before it', () => {
    const floor = new Floor();
    const seen: string[] = [];
    floor.core.subscribe((event) => {
      if (event.kind !== 'trade_update') return;
      seen.push(`${event.order.side} ${event.event}`);
      if (event.event === 'fill' && event.order.side === 'buy') floor.accepted({ side: 'sell' });
    });
    floor.accepted({});
    expect(seen).toEqual([
      'buy pending_new',
      'buy new',
      'buy fill',
      'sell pending_new',
      'sell new',
      'sell fill',
    ]);
  });

  it('an event shows the order as it was then, whatever became of it', () => {
    const floor = new Floor();
    floor.accepted({});
    const updates = floor.updates();
    expect(updates.map(({ order }) => order.status)).toEqual(['pending_new', 'new', 'filled']);
    expect(updates.map(({ order }) => order.filledQty > 0n)).toEqual([false, false, true]);
  });

  it('a fill says what executed and what is held after it, and others say neither', () => {
    const floor = new Floor();
    floor.accepted({ side: 'sell', qty: '4' });
    const lines = floor
      .transcript()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      event: 'fill',
      price: '99.99',
      qty: '4',
      position_qty: '6',
      timestamp: '2026-10-08T14:00:00.000Z',
      order: { status: 'filled', filled_qty: '4' },
    });
    expect(lines.at(-1)?.event_id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(lines[0]).not.toHaveProperty('execution_id');
    expect(new Set(lines.map(({ event_id }) => event_id)).size).toBe(lines.length);
  });

  it('knows when something is due next, and does it at its own time', () => {
    const floor = new Floor({ latencies: { cancelMs: 200 } });
    expect(floor.core.nextDueAt()).toBe(Date.parse('2026-10-08T20:00:00Z'));
    floor.cancel(floor.accepted(sellStop));
    expect(floor.core.nextDueAt()).toBe(floor.core.now + 200);
    floor.advanceBy(10_000);
    expect(floor.updates().at(-1)).toMatchObject({
      event: 'canceled',
      at: Date.parse('2026-10-08T14:00:00.200Z'),
    });
    expect(floor.core.now).toBe(Date.parse('2026-10-08T14:00:10Z'));
  });

  it('time never goes back', () => {
    const floor = new Floor();
    const { now } = floor.core;
    floor.core.advanceTo(now - 5000);
    expect(floor.core.now).toBe(now);
  });

  it('a subscription ends when it is given back', () => {
    const floor = new Floor();
    let count = 0;
    const unsubscribe = floor.core.subscribe(() => {
      count += 1;
    });
    unsubscribe();
    floor.accepted({});
    expect(count).toBe(0);
  });

  it('an account that is not here is a fault of the caller', () => {
    expect(() => new Floor().core.account('nobody')).toThrow('has no account nobody');
  });

  it('refuses to open with a position that no asset is listed for', () => {
    const positions = [{ symbol: 'NOPE', qty: '1', averageEntryPrice: '1' }];
    expect(() => new Floor({ account: { positions } })).toThrow('position NOPE');
  });
});
