import { describe, expect, it } from 'vitest';
import { price, quantity, text } from '../../../src/domain/decimal.ts';
import type { JournalRecord } from '../../../src/domain/event.ts';
import { Courses } from '../../../src/engine/shadow/course.ts';
import type { Deed } from '../../../src/engine/shadow/deeds.ts';
import { scoreAll } from '../../../src/engine/shadow/score.ts';
import type { Wish } from '../../../src/engine/shadow/wishes.ts';

const wish = (more: Partial<Wish> = {}): Wish => ({
  ...{ symbol: 'AAPL', episodeId: 'AAPL#1', side: 'long', policy: 'stop-loss', kind: 'protect' },
  ...{ seq: 1, from: 100_000, until: 110_000, quantity: quantity('10'), price: price('100') },
  ...{ stopPrice: price('92'), limitPrice: price('91.54') },
  ...more,
});

const sale = (more: Partial<Wish> = {}): Wish =>
  wish({ policy: 'partial-profit', kind: 'reduce', stopPrice: null, limitPrice: null, ...more });

const deed = (more: Partial<Deed> = {}): Deed => ({
  ...{ symbol: 'AAPL', kind: 'stop', at: 102_000, orderId: 'x', quantity: quantity('10') },
  price: price('92'),
  ...more,
});

/** Prices of AAPL, each told by a snapshot. */
function courses(...marks: readonly (readonly [number, string])[]): Courses {
  const known = new Courses();
  for (const [at, AAPL] of marks) {
    const record = { type: 'snapshot_taken', at, symbol: null, body: { marks: { AAPL } } };
    known.read(record as unknown as JournalRecord);
  }
  return known;
}

const scored = (one: Wish, deeds: readonly Deed[], known: Courses = courses()) => {
  const { scores, extra } = scoreAll([one], deeds, known);
  const [score] = scores;
  return { ...score, money: text(score?.money ?? price('0')), extra: extra.length };
};

describe('a wish beside what the other did', () => {
  it('is matched by the same within its window, however the ids are called', () => {
    const found = scored(wish(), [deed()]);
    expect(found).toMatchObject({ verdict: 'matched', delayMs: 2_000, extra: 0 });
  });

  it('is matched as well where the other was a little earlier', () => {
    expect(scored(wish(), [deed({ at: 90_000 })])).toMatchObject({ delayMs: -10_000 });
  });

  it('is missed where the same came in another symbol, or much too late', () => {
    expect(scored(wish(), [deed({ symbol: 'KO' })])).toMatchObject({ verdict: 'missed', extra: 1 });
    expect(scored(wish(), [deed({ at: 200_000 })])).toMatchObject({ verdict: 'missed', extra: 1 });
  });

  it('conflicts with a stop that guards less than half a percent below it', () => {
    expect(scored(wish(), [deed({ price: price('91.60') })])).toMatchObject({ verdict: 'matched' });
    const looser = scored(wish(), [deed({ price: price('91.50') })]);
    expect(looser).toMatchObject({
      verdict: 'conflicting',
      because: 'the stop of the other guards less',
    });
  });

  it('conflicts with a purchase where shares were to be sold', () => {
    const found = scored(sale(), [deed({ kind: 'entry' })]);
    expect(found).toMatchObject({ verdict: 'conflicting' });
  });

  it('does not conflict with the cancel that made a stop necessary', () => {
    const before = deed({ kind: 'unprotect', at: 100_000 });
    expect(scored(wish(), [before])).toMatchObject({ verdict: 'missed', extra: 1 });
    const after = deed({ kind: 'unprotect', at: 105_000 });
    expect(scored(wish(), [after])).toMatchObject({ verdict: 'conflicting', extra: 0 });
  });

  it('is answered once for each policy that wanted it', () => {
    const trailing = wish({ policy: 'trailing-stop' });
    const again = wish({ from: 103_000 });
    const { scores, extra } = scoreAll([trailing, wish(), again], [deed()], courses());
    expect(scores.map(({ verdict }) => verdict)).toEqual(['matched', 'matched', 'missed']);
    expect(extra).toEqual([]);
  });
});

describe('the money of a wish', () => {
  it('is the difference of the prices where both sold, for the shares of both', () => {
    const sold = deed({ kind: 'reduce', price: price('98.5'), quantity: quantity('4') });
    expect(scored(sale(), [sold])).toMatchObject({ verdict: 'matched', money: '6' });
  });

  it('counts the other way for a short position', () => {
    const bought = deed({ kind: 'reduce', price: price('98.5'), quantity: quantity('4') });
    expect(scored(sale({ side: 'short' }), [bought])).toMatchObject({ money: '-6' });
  });

  it('is measured against the last price where the other kept the shares', () => {
    expect(scored(sale(), [], courses([300_000, '103']))).toMatchObject({
      ...{ verdict: 'missed', money: '-30' },
    });
  });

  it('of a stop is what it would have sold at once the market was there, and else nothing', () => {
    const fell = courses([105_000, '91'], [300_000, '80']);
    expect(scored(wish(), [], fell)).toMatchObject({ verdict: 'missed', money: '115.4' });
    const held = courses([105_000, '93'], [300_000, '80']);
    expect(scored(wish(), [], held)).toMatchObject({ verdict: 'missed', money: '0' });
  });

  it('is nothing for a limit, of which nobody knows whether it would have filled', () => {
    const profit = sale({ kind: 'take_profit', limitPrice: price('116') });
    expect(scored(profit, [], courses([300_000, '120']))).toMatchObject({ money: '0' });
  });
});
