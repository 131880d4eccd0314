import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrailingStopPolicy, trailingLevel } from '../../../policies/trading/trailing-stop.ts';
import { decimal } from '../../../src/domain/decimal.ts';
import { holding, stopLimit } from '../../support/given.ts';
import { because, settings, wish } from '../support.ts';

const policy = new TrailingStopPolicy(settings());
const trailing = (trailingStop: object) => new TrailingStopPolicy(settings({ trailingStop }));
const stopAt = (stop: string) => stopLimit({ stop, limit: String(Number(stop) - 0.5) });
const buyStopAt = (stop: string) =>
  stopLimit({ side: 'buy', stop, limit: String(Number(stop) + 0.5) });

describe('trailing stop', () => {
  it.each([
    { highWater: '104.99', wants: '-', why: 'a cent short of 1R' },
    { highWater: '105', wants: 'protect 99.75/99.25', why: 'exactly 1R' },
    { highWater: '130', wants: 'protect 123.5/122.88', why: 'a gap past it' },
  ])('begins at the trigger: best price $highWater, $why', ({ highWater, wants }) => {
    const context = holding({ price: highWater, highWater, orders: [stopAt('95')] });
    expect(wish(policy.evaluate(context))).toBe(wants);
  });

  it.each([
    { highWater: '95.01', wants: '-' },
    { highWater: '95', wants: 'protect 99.75/100.25' },
    { highWater: '80', wants: 'protect 84/84.5' },
  ])('mirrors itself for a short: best price $highWater', ({ highWater, wants }) => {
    const context = holding({
      side: 'short',
      price: highWater,
      highWater,
      orders: [buyStopAt('105')],
    });
    expect(wish(policy.evaluate(context))).toBe(wants);
  });

  it('stays where it is when the market falls back', () => {
    const context = holding({ price: '115', highWater: '120', orders: [stopAt('114')] });
    expect(wish(policy.evaluate(context))).toBe('-');
  });

  it('follows the best price although the market has fallen back since', () => {
    const context = holding({ price: '115', highWater: '120', orders: [stopAt('100')] });
    const evaluation = policy.evaluate(context);
    expect(wish(evaluation)).toBe('protect 114/113.43');
    expect(because(evaluation)).toBe(
      '5 % behind the best price 120.00 is 114.00; the stop moves there from 100.00, ' +
        'limit at 113.43, 50 bps beyond it',
    );
  });

  it('never loosens a stop that is tighter already', () => {
    const context = holding({ price: '119', highWater: '120', orders: [stopAt('116')] });
    expect(wish(policy.evaluate(context))).toBe('-');
  });

  it.each([
    { rests: '113.72', wants: '-', why: 'under the smallest step' },
    { rests: '113.71', wants: 'protect 114/113.43', why: 'the smallest step' },
  ])('is not moved for a cent: from $rests, $why', ({ rests, wants }) => {
    const context = holding({ price: '118', highWater: '120', orders: [stopAt(rests)] });
    expect(wish(policy.evaluate(context))).toBe(wants);
  });

  it('raises every tranche when the loosest has fallen behind', () => {
    const orders = [
      stopLimit({ id: 'a', quantity: '5', stop: '114', limit: '113.4' }),
      stopLimit({ id: 'b', quantity: '5', stop: '100', limit: '99.4' }),
    ];
    const context = holding({ price: '118', highWater: '120', orders });
    expect(wish(policy.evaluate(context))).toBe('protect 114/113.43');
  });

  it('leaves a bare position to stop-loss', () => {
    const evaluation = policy.evaluate(holding({ price: '118', highWater: '120' }));
    expect(because(evaluation)).toContain('stop-loss sets it at this level');
  });

  it('keeps the resting stop when the market is through the new level', () => {
    const context = holding({ price: '113', highWater: '120', orders: [stopAt('110')] });
    const evaluation = policy.evaluate(context);
    expect(wish(evaluation)).toBe('-');
    expect(because(evaluation)).toContain('the stop that rests at 110.00 holds');
  });

  it('trails by average true ranges, and by percent when they are unknown', () => {
    const byRange = trailing({ trailBy: 'atr', trailAtrMultiple: '3' });
    const given = { price: '118', highWater: '120', orders: [stopAt('95')] };
    expect(wish(byRange.evaluate(holding(given)))).toBe('protect 114/113.43');
    const unknown = byRange.evaluate(holding({ ...given, averageTrueRange: null }));
    expect(because(unknown)).toContain('instead of the average true range');
  });

  it.each([
    { range: '5.29', outcome: 'trails', why: 'short of zero' },
    { range: '5.3', outcome: 'waits', why: 'exactly to zero' },
    { range: '90', outcome: 'waits', why: 'below zero' },
  ])('twenty ranges of $range behind 106 reach $why: it $outcome', ({ range, outcome }) => {
    const { trailingStop } = settings({
      trailingStop: { trailBy: 'atr', trailAtrMultiple: '20' },
    });
    const context = holding({ price: '106', highWater: '106', averageTrueRange: range });
    expect(trailingLevel(context, trailingStop).outcome).toBe(outcome);
  });

  it('triggers by percent, and falls back to percent where there is no R', () => {
    const given = { orders: [stopAt('95')], price: '107.99', highWater: '107.99' };
    const byPercent = trailing({ triggerBy: 'percent', triggerPercent: '8' });
    expect(wish(byPercent.evaluate(holding(given)))).toBe('-');
    const reached = { ...given, price: '108', highWater: '108' };
    expect(wish(byPercent.evaluate(holding(reached)))).toBe('protect 102.6/102.08');

    const withoutR = policy.evaluate(holding({ ...given, initialStop: null }));
    expect(because(withoutR)).toContain('instead of R, which needs an initial stop');
    expect(wish(policy.evaluate(holding({ ...reached, initialStop: null })))).not.toBe('-');
  });

  it('rounds to the tighter tick and says so', () => {
    const context = holding({ price: '118', highWater: '118.33', orders: [stopAt('95')] });
    const evaluation = policy.evaluate(context);
    expect(wish(evaluation)).toBe('protect 112.42/111.85');
    expect(because(evaluation)).toContain('112.42, rounded to the tighter tick');
  });

  it('never retreats while the best price advances, long and short', () => {
    const prices = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom('long', 'short' as const), prices, (side, ticks) => {
        const long = side === 'long';
        let best = 10_000;
        let level: string | null = null;
        for (const tick of ticks) {
          best = long ? Math.max(best, tick) : Math.min(best, tick);
          const context = holding({ side, highWater: (best / 100).toFixed(2) });
          const next = trailingLevel(context, settings().trailingStop);
          if (next.outcome === 'waits') {
            expect(level).toBeNull();
            continue;
          }
          const { stopPrice } = next;
          if (level !== null) {
            const retreats = long ? stopPrice.lt(decimal(level)) : stopPrice.gt(decimal(level));
            expect(retreats).toBe(false);
          }
          level = stopPrice.toFixed();
        }
      }),
    );
  });
});
