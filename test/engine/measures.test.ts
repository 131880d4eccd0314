import { describe, expect, it } from 'vitest';
import { price, quantity } from '../../src/domain/decimal.ts';
import { averageTrueRange } from '../../src/engine/account/atr.ts';
import { measureNaked, nakedTimeOf, unmeasured } from '../../src/engine/account/naked-time.ts';
import { bookOf } from '../../src/engine/planning/book.ts';
import { worstLoss } from '../../src/engine/planning/worst-loss.ts';
import { bars, holding, NOW, stopLimit } from '../support/given.ts';

describe('average true range', () => {
  it('needs one bar more than it has periods', () => {
    const three = bars(['10', '11', '9', '10'], ['10', '12', '10', '11'], ['11', '12', '10', '11']);
    expect(averageTrueRange(three, 2)?.toFixed()).toBe('2');
    expect(averageTrueRange(three, 3)).toBeNull();
    expect(averageTrueRange([], 14)).toBeNull();
  });

  it('counts a gap from the close before', () => {
    const up = bars(['10', '10', '10', '10'], ['15', '16', '15', '16']);
    const down = bars(['10', '10', '10', '10'], ['5', '5', '4', '4']);
    expect(averageTrueRange(up, 1)?.toFixed()).toBe('6');
    expect(averageTrueRange(down, 1)?.toFixed()).toBe('6');
  });

  it('smooths as Wilder did, and rounds up', () => {
    const row = (range: string): [string, string, string, string] => ['10', range, '10', '10'];
    // True ranges 1, 2, 3 over periods of 3: mean 2; then 9 makes (2 x 2 + 9) / 3.
    const series = bars(row('10'), row('11'), row('12'), row('13'), row('19'));
    expect(averageTrueRange(series, 3)?.toFixed()).toBe('4.333334');
  });
});

describe('naked time', () => {
  const OPEN_AT = NOW;
  const CLOSE_AT = NOW + 100_000;
  type Look = Parameters<typeof measureNaked>[1];
  const look = (seconds: number, shares: string, isReachable = true): Look => {
    const at = NOW + seconds * 1000;
    const isOpen = at >= OPEN_AT && at < CLOSE_AT;
    return { at, nakedQuantity: quantity(shares), price: price('100'), isOpen, isReachable };
  };
  const openBetween = (from: number, to: number) =>
    [{ from: Math.max(from, OPEN_AT), to: Math.min(to, CLOSE_AT) }].filter(
      (span) => span.to > span.from,
    );
  const measured = (...looks: Look[]) =>
    nakedTimeOf(
      looks.reduce(
        (meter, each) =>
          measureNaked(meter, each, openBetween(meter.lastLook?.at ?? each.at, each.at)),
        unmeasured,
      ),
    );

  it('counts what was naked for as long as it was', () => {
    expect(measured(look(0, '10'), look(2.5, '4'), look(3.5, '0'), look(9, '0'))).toEqual({
      shareSeconds: '29',
      dollarSeconds: '2900',
      nakedSince: null,
    });
  });

  it('keeps since when it lasts', () => {
    expect(measured(look(0, '0'), look(1, '5'), look(3, '2')).nakedSince).toBe(NOW + 1000);
  });

  it.each([
    ['the first look falls late', [look(-60, '10'), look(8, '10')], '80', OPEN_AT],
    ['it is covered at the first look', [look(-60, '10'), look(8, '0')], '80', null],
    ['the last look falls early', [look(92, '10'), look(160, '10')], '80', null],
    ['one look is before and the next after', [look(-9, '2'), look(160, '2')], '200', null],
    ['nobody looks while it is open', [look(-9, '2'), look(-1, '2')], '0', null],
  ] as const)('counts from the open to the close, although %s', (_, looks, total, since) => {
    const { shareSeconds, nakedSince } = measured(...looks);
    expect([shareSeconds, nakedSince]).toEqual([total, since]);
  });

  it('counts nothing while the broker is out of reach', () => {
    const looks = [look(1, '10'), look(2, '10', false), look(9, '10'), look(10, '0')];
    expect(measured(...looks).shareSeconds).toBe('20');
  });

  it('counts nothing for looks out of order', () => {
    expect(measured(look(5, '10'), look(3, '10')).shareSeconds).toBe('0');
  });
});

describe('worst loss', () => {
  const lossOf = (given: Parameters<typeof holding>[0]) => {
    const book = bookOf(holding(given));
    const { atStop, withGap } = worstLoss(book, book, '10');
    return { atStop: atStop?.toFixed() ?? null, withGap: withGap.toFixed() };
  };

  it('reaches from the price to the limit, and with a gap past the stop', () => {
    expect(lossOf({ orders: [stopLimit()] })).toEqual({ atStop: '55', withGap: '145' });
  });

  it('is the same for a short, upwards', () => {
    const orders = [stopLimit({ side: 'buy', stop: '105', limit: '105.5' })];
    expect(lossOf({ side: 'short', orders })).toEqual({ atStop: '55', withGap: '155' });
  });

  it('has no figure at the stop while shares are naked', () => {
    expect(lossOf({ orders: [stopLimit({ quantity: '4' })] })).toEqual({
      atStop: null,
      withGap: '118',
    });
  });

  it('counts the gap for shares that the plan is selling', () => {
    const before = bookOf(holding());
    const after = bookOf(holding({ quantity: '4', orders: [stopLimit({ quantity: '4' })] }));
    const { atStop, withGap } = worstLoss(before, after, '10');
    expect([atStop?.toFixed(), withGap.toFixed()]).toEqual(['22', '118']);
  });
});
