import { describe, expect, it } from 'vitest';
import { Floor } from '../core/floor.ts';

/** Wednesday, 7 October 2026, 17:00 in New York. */
const EVENING = '2026-10-07T21:00:00Z';
const OPEN = '2026-10-08T13:30:00Z';

type FloorOptions = NonNullable<ConstructorParameters<typeof Floor>[0]>;

/** What waits is quoted at the open, one cent above and below the print that then comes. */
function opened(switches: NonNullable<FloorOptions['switches']>, order: object) {
  const floor = new Floor({ startAt: EVENING, switches });
  const id = floor.accepted({ ...order });
  floor.advanceTo(OPEN);
  floor.quote('AAPL', '101.99', '102.01');
  const atQuote = floor.statusOf(id);
  floor.trade('AAPL', '102');
  return { floor, id, atQuote };
}

describe('market orders that wait for the open', () => {
  it.each([
    { fractionsAtOpen: 'opening_print', atQuote: 'new', price: '102' },
    { fractionsAtOpen: 'quote', atQuote: 'filled', price: '102.01' },
  ] as const)('fill fractions at $fractionsAtOpen', ({ fractionsAtOpen, atQuote, price }) => {
    for (const amount of [{ qty: '1.5' }, { notional: '51' }]) {
      const waited = opened({ fractionsAtOpen }, amount);
      expect(waited.atQuote).toBe(atQuote);
      expect(waited.floor.orderById(waited.id)).toMatchObject({
        ...{ status: 'filled', filled_avg_price: price },
      });
    }
  });

  it('let fractions that came after the open fill at the quote', () => {
    const { floor } = opened({ fractionsAtOpen: 'opening_print' }, { qty: '1.5' });
    const late = new Floor({ startAt: OPEN });
    for (const one of [floor, late]) {
      one.quote('AAPL', '101.99', '102.01');
      const id = one.accepted({ qty: '0.5' });
      expect(one.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '102.01' });
    }
  });

  it('let fractions of a halted share wait for the print that reopens it', () => {
    const floor = new Floor({ startAt: EVENING });
    const id = floor.accepted({ qty: '1.5' });
    floor.core.halt('AAPL');
    floor.advanceTo(OPEN);
    floor.market('AAPL', '101.99', '102.01', '102');
    expect(floor.statusOf(id)).toBe('new');
    floor.core.resume('AAPL');
    expect(floor.statusOf(id)).toBe('new');
    floor.market('AAPL', '103.99', '104.01', '104');
    expect(floor.orderById(id)).toMatchObject({ status: 'filled', filled_avg_price: '104' });
  });

  it.each([
    { wholeSharesAtOpen: 'at_once', lateMs: [0, 0] },
    { wholeSharesAtOpen: 'late', lateMs: [17_000, 118_000] },
  ] as const)(
    'fill whole shares at the ask: $wholeSharesAtOpen',
    ({ wholeSharesAtOpen, lateMs }) => {
      const [from, to] = lateMs;
      const { floor, id } = opened({ wholeSharesAtOpen }, { qty: '2' });
      if (from > 0) {
        floor.advanceTo('2026-10-08T13:30:16.999Z');
        expect(floor.statusOf(id)).toBe('new');
        floor.quote('AAPL', '102.99', '103.01');
      }
      floor.advanceTo('2026-10-08T13:31:58Z');
      const { status, filled_at: at, filled_avg_price: price } = floor.orderById(id);
      expect([status, price]).toEqual(['filled', from > 0 ? '103.01' : '102.01']);
      const afterOpenMs = Date.parse(String(at)) - Date.parse(OPEN);
      expect(afterOpenMs).toBeGreaterThanOrEqual(from);
      expect(afterOpenMs).toBeLessThanOrEqual(to);
    },
  );
});
