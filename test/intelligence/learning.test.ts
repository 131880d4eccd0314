import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleOf, shrunkMeans } from '../../src/engine/learning/shrinkage.ts';
import {
  gainFrom,
  type LearningBounds,
  learnFrom,
  normalQuantile,
  type Trade,
} from '../../src/engine/learning/track-record.ts';

const bounds: LearningBounds = {
  tightenPercents: [10, 20, 30, 40, 50],
  partialPercents: [50, 75],
  leastTrades: 20,
};
const trade = (given: Partial<Trade> = {}): Trade => ({
  id: 'AAPL#1',
  group: { policy: 'stop-loss', symbolClass: 'us_equity', regime: 'calm', setting: 'a' },
  ...{ resultR: -1, adverseR: 1, favourableR: 0.2 },
  ...{ partialFraction: 0.5, targetR: 2, restR: -1, slippageR: null },
  ...given,
});

/** Even draws that a seed repeats. */
function draws(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
const normal = (draw: () => number): number =>
  Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw());

const figures = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
  minLength: 2,
  maxLength: 40,
});

describe('the estimator', () => {
  it('draws every mean towards nothing, never past it, and calls none surer than it is', () => {
    fc.assert(
      fc.property(fc.array(figures, { minLength: 1, maxLength: 8 }), (groups) => {
        const samples = groups.map(sampleOf);
        for (const [index, estimate] of (shrunkMeans(samples) ?? []).entries()) {
          const { mean, variance, count } = samples[index] ?? sampleOf([]);
          expect(Math.abs(estimate.mean)).toBeLessThanOrEqual(Math.abs(mean) + 1e-12);
          expect(estimate.mean * mean).toBeGreaterThanOrEqual(0);
          expect(estimate.deviation).toBeGreaterThanOrEqual(Math.sqrt(variance / count) - 1e-12);
        }
      }),
    );
  });

  it('is the same in whatever order groups and figures come', () => {
    fc.assert(
      fc.property(fc.array(figures, { minLength: 2, maxLength: 6 }), (groups) => {
        const forth = shrunkMeans(groups.map(sampleOf)) ?? [];
        const back =
          shrunkMeans([...groups].reverse().map((each) => sampleOf([...each].reverse()))) ?? [];
        for (const [index, { mean }] of forth.entries()) {
          expect(back.at(-1 - index)?.mean).toBeCloseTo(mean, 9);
        }
      }),
    );
  });

  it('leaves more of a mean the more it rests on', () => {
    const values = [0.4, 1.6, 0.2, 1.8];
    const twice = [...values, ...values, ...values, ...values];
    const [few] = shrunkMeans([sampleOf(values)]) ?? [];
    const [many] = shrunkMeans([sampleOf(twice)]) ?? [];
    expect(few?.mean).toBeLessThan(many?.mean ?? 0);
    expect(many?.mean).toBeLessThan(1);
  });

  it('knows nothing of groups of one, and believes nothing that noise could do', () => {
    expect(shrunkMeans([sampleOf([5]), sampleOf([])])).toBeNull();
    expect(shrunkMeans([sampleOf([0.1, -0.1, 0.12, -0.11])])?.[0]?.mean).toBe(0);
  });

  it.each([
    [0.5, 0],
    [0.975, 1.959964],
    [0.95, 1.644854],
    [0.001, -3.090232],
  ])('has the quantile of %d at %d', (chance, at) => {
    expect(normalQuantile(chance)).toBeCloseTo(at, 5);
  });
});

describe('what a change would have come to', () => {
  it.each<[Partial<Trade>, number, number, string]>([
    [{ adverseR: 1, resultR: -1 }, 30, 0.3, 'a loser is cut earlier'],
    [{ adverseR: 0.8, resultR: 2 }, 30, -2.7, 'a winner that dipped is lost'],
    [{ adverseR: 0.6, resultR: 2 }, 30, 0, 'one that never dipped so far stays'],
  ])('%j, %d percent tighter, is %d R: %s', (given, tightenPercent, gain) => {
    const figures = { tightenPercent, partialPercent: 100 };
    expect(gainFrom(trade(given), figures, 0)).toBeCloseTo(gain, 9);
  });

  it('slips as the stops of its group do', () => {
    const figures = { tightenPercent: 30, partialPercent: 100 };
    expect(gainFrom(trade(), figures, 0.1)).toBeCloseTo(0.2, 9);
  });

  it.each<[Partial<Trade>, number, string]>([
    [{ favourableR: 1.4, restR: -1 }, 1, 'half is banked before it turned'],
    [{ favourableR: 3, restR: 2.5 }, -0.5, 'half leaves too early'],
    [{ favourableR: 0.9, restR: -1 }, 0, 'never reached'],
    [{ favourableR: 3, partialFraction: 0 }, 0, 'no profit is taken in parts'],
  ])('%j with half the target is %d R: %s', (given, gain) => {
    const figures = { tightenPercent: 0, partialPercent: 50 };
    expect(gainFrom(trade(given), figures, 0.1)).toBeCloseTo(gain, 9);
  });
});

describe('what is learned', () => {
  /** Losers that never come back: a tighter stop saves a part of each. */
  const losers = (count: number, seed = 1): readonly Trade[] => {
    const draw = draws(seed);
    return Array.from({ length: count }, (_, index) => {
      const wins = draw() < 0.4;
      return wins
        ? trade({
            id: `t${index}`,
            resultR: 1 + draw(),
            adverseR: draw() * 0.4,
            favourableR: 1.9,
            restR: 1.5,
          })
        : trade({
            id: `t${index}`,
            resultR: -1 - draw() * 0.2,
            adverseR: 1.1,
            favourableR: draw() * 0.5,
          });
    });
  };

  it('is said with the trades it rests on, where the evidence is plain', () => {
    const [learned] = learnFrom(losers(60), bounds);
    expect(learned?.lesson).toMatchObject({ figures: { tightenPercent: 50 }, trades: 60 });
    expect(learned?.lesson?.lowerR).toBeGreaterThan(0);
    expect(learned?.lesson?.effectR).toBeGreaterThan(learned?.lesson?.lowerR ?? 9);
    expect(learned?.lesson?.from).toHaveLength(60);
  });

  it('is nothing while there is too little', () => {
    expect(learnFrom(losers(19), bounds).map(({ lesson }) => lesson)).toEqual([null]);
    expect(learnFrom([], bounds)).toEqual([]);
  });

  it('counts in its own group alone', () => {
    const other = { policy: 'stop-loss', symbolClass: 'us_equity', regime: 'wild', setting: 'a' };
    const mixed = [...losers(60), ...losers(5).map((each) => ({ ...each, group: other }))];
    const learned = learnFrom(mixed, bounds);
    expect(learned.map(({ group, lesson }) => [group.regime, lesson !== null])).toEqual([
      ['calm', true],
      ['wild', false],
    ]);
  });

  it('is never anything but what the owner allows', () => {
    const narrow = { ...bounds, tightenPercents: [10], partialPercents: [] };
    expect(learnFrom(losers(600), narrow)[0]?.lesson?.figures.tightenPercent).toBe(10);
    const nothing = { ...bounds, tightenPercents: [], partialPercents: [] };
    expect(learnFrom(losers(60), nothing)[0]?.lesson).toBeNull();
  });

  it('is the same however often and in whatever order the trades are told', () => {
    const trades = losers(50);
    const [one] = learnFrom(trades, bounds);
    const [other] = learnFrom([...trades].reverse(), bounds);
    expect(other?.lesson?.figures).toEqual(one?.lesson?.figures);
    expect(other?.lesson?.lowerR).toBeCloseTo(one?.lesson?.lowerR ?? 0, 9);
  });

  it('is nothing where there is nothing to be learned, in at least 95 of 100 histories', () => {
    let lessons = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const draw = draws(seed);
      // A walk without a drift: where it is stopped does not matter on average.
      const trades = Array.from({ length: 60 }, (_, index) => {
        let at = 0;
        let [worst, best] = [0, 0];
        for (let step = 0; step < 200 && at > -1 && at < 4; step += 1) {
          at += normal(draw) * 0.12;
          worst = Math.min(worst, at);
          best = Math.max(best, at);
        }
        const rest = { restR: at, adverseR: -worst, favourableR: best };
        const resultR = best >= 2 ? (2 + at) / 2 : at;
        const slippageR = at <= -1 ? -1 - at : null;
        return trade({ id: `t${index}`, resultR, slippageR, ...rest });
      });
      if (learnFrom(trades, bounds)[0]?.lesson != null) lessons += 1;
    }
    expect(lessons / 200).toBeLessThan(0.05);
  });
});
