import fc from 'fast-check';
import * as statistics from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { type Ticker, ticker } from '../../../src/domain/ids.ts';
import { clustersOf, correlationsOf } from '../../../src/engine/risk/correlation.ts';
import { betaOf, deviation, known, returnsOf } from '../../../src/engine/risk/returns.ts';
import { historicalTail, normalTail } from '../../../src/engine/risk/tail.ts';
import { byName, closesFrom, hasRealBars, REAL_NAMES, realCloses, seededNoise } from './market.ts';

const rowsOf = (count: number, days: number, seed = 1): Map<Ticker, number[]> => {
  const noise = seededNoise(seed);
  const market = Array.from({ length: days }, () => 0.01 * noise());
  return new Map(
    Array.from({ length: count }, (_, name) => [
      ticker(`N${String.fromCharCode(65 + name)}`),
      market.map((move) => move * (0.5 + name / count) + 0.008 * noise()),
    ]),
  );
};

const covariance = (one: readonly number[], other: readonly number[]): number => {
  const [m, n] = [statistics.mean([...one]), statistics.mean([...other])];
  return one.reduce((sum, x, day) => sum + (x - m) * ((other[day] ?? 0) - n), 0) / one.length;
};

/** Appendix B of Ledoit and Wolf (2004) letter by letter, over covariances and all pairs. */
function publishedShrinkage(rows: readonly (readonly number[])[]): number {
  const [size, days] = [rows.length, rows[0]?.length ?? 0];
  const y = rows.map((row) => row.map((value) => value - statistics.mean([...row])));
  const s = y.map((one) => y.map((other) => covariance(one, other)));
  const at = (table: readonly (readonly number[])[], i: number, j: number) => table[i]?.[j] ?? 0;
  const pairs = y.flatMap((_, i) => y.map((__, j) => [i, j] as const));
  const unequal = pairs.filter(([i, j]) => i !== j);
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  const average =
    sum(unequal.map(([i, j]) => at(s, i, j) / Math.sqrt(at(s, i, i) * at(s, j, j)))) /
    (size * (size - 1));
  const f = (i: number, j: number) =>
    i === j ? at(s, i, i) : average * Math.sqrt(at(s, i, i) * at(s, j, j));
  const overDays = (value: (day: number) => number) =>
    sum(Array.from({ length: days }, (_, day) => value(day))) / days;
  const pi = (i: number, j: number) =>
    overDays((t) => (at(y, i, t) * at(y, j, t) - at(s, i, j)) ** 2);
  const theta = (k: number, i: number, j: number) =>
    overDays((t) => (at(y, k, t) ** 2 - at(s, k, k)) * (at(y, i, t) * at(y, j, t) - at(s, i, j)));
  const rho =
    sum(y.map((_, i) => pi(i, i))) +
    sum(
      unequal.map(
        ([i, j]) =>
          (average / 2) *
          (Math.sqrt(at(s, j, j) / at(s, i, i)) * theta(i, i, j) +
            Math.sqrt(at(s, i, i) / at(s, j, j)) * theta(j, i, j)),
      ),
    );
  const gamma = sum(pairs.map(([i, j]) => (f(i, j) - at(s, i, j)) ** 2));
  return Math.max(0, Math.min(1, (sum(pairs.map(([i, j]) => pi(i, j))) - rho) / gamma / days));
}

/** The two losses between which simple-statistics puts the quantile. */
function bracketOf(losses: readonly number[], level: number): readonly number[] {
  const quantile = statistics.quantile([...losses], level / 100);
  const below = losses.filter((one) => one <= quantile + 1e-12);
  const above = losses.filter((one) => one >= quantile - 1e-12);
  return [Math.max(...below), Math.min(...above)];
}

describe('correlations', () => {
  it('are shrunk exactly as Ledoit and Wolf published it', () => {
    for (const [names, days] of [
      [3, 40],
      [6, 90],
      [10, 252],
    ] as const) {
      const rows = rowsOf(names, days, names);
      const { shrinkage } = correlationsOf(rows);
      expect(shrinkage).toBeCloseTo(publishedShrinkage([...rows.values()]), 10);
      expect(shrinkage).toBeGreaterThan(0);
      expect(shrinkage).toBeLessThan(1);
    }
  });

  it('before the shrinkage are those of simple-statistics', () => {
    const rows = rowsOf(5, 120);
    const { names, values, shrinkage } = correlationsOf(rows);
    const sample = names.map((one) =>
      names.map((other) =>
        statistics.sampleCorrelation(rows.get(one) ?? [], rows.get(other) ?? []),
      ),
    );
    const average = (sample.flat().reduce((sum, one) => sum + one, 0) - 5) / 20;
    for (const [row, line] of sample.entries()) {
      for (const [column, value] of line.entries()) {
        const expected = row === column ? 1 : shrinkage * average + (1 - shrinkage) * value;
        expect(values[row * 5 + column]).toBeCloseTo(expected, 12);
      }
    }
  });

  it('of a name that never moved are only what its neighbours have in common', () => {
    const rows = new Map([...rowsOf(2, 60), [ticker('FLAT'), Array(60).fill(0)]]);
    for (const value of correlationsOf(rows).values) expect(Number.isFinite(value)).toBe(true);
    expect(correlationsOf(new Map()).values).toHaveLength(0);
  });

  it('join names in clusters that reach the threshold, over a third name as well', () => {
    const names = ['C', 'A', 'B', 'Z'].map(ticker);
    const near = [1, 0.8, 0.1, 0, 0.8, 1, 0.7, 0, 0.1, 0.7, 1, 0, 0, 0, 0, 1];
    const correlations = { names, values: Float64Array.from(near), shrinkage: 0 };
    const clusters = (threshold: number) => Object.fromEntries(clustersOf(correlations, threshold));
    expect(clusters(0.7)).toEqual({ A: 'A', B: 'A', C: 'A' });
    expect(clusters(0.75)).toEqual({ A: 'A', C: 'A' });
    expect(clusters(0.9)).toEqual({});
  });
});

describe('value at risk', () => {
  it('of a hundred losses of 1 to 100 is 95 at 95 %, with 98 beyond it', () => {
    const losses = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(historicalTail(losses, 95)).toEqual({ loss: 95, shortfall: 98 });
    expect(historicalTail(losses, 99)).toEqual({ loss: 99, shortfall: 100 });
  });

  it('counts the last loss of the tail in part, and is defined for a single loss', () => {
    const losses = Array.from({ length: 50 }, (_, index) => index + 1);
    expect(historicalTail(losses, 95).shortfall).toBeCloseTo((50 + 49 + 0.5 * 48) / 2.5, 12);
    const alone = historicalTail([7], 99);
    expect(alone.loss).toBe(7);
    expect(alone.shortfall).toBeCloseTo(7, 12);
  });

  it('is a loss that happened, next to the quantile that simple-statistics interpolates', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 300 }),
        fc.constantFrom(95 as const, 99 as const),
        (losses, level) => {
          const { loss, shortfall } = historicalTail(losses, level);
          expect(bracketOf(losses, level)).toContain(loss);
          expect(shortfall).toBeGreaterThanOrEqual(loss - 1e-9);
        },
      ),
    );
  });

  it('of a normal day has the factors of McNeil, Frey and Embrechts', () => {
    expect(normalTail(1, 95).loss).toBeCloseTo(1.6449, 4);
    expect(normalTail(1, 95).shortfall).toBeCloseTo(2.0627, 4);
    expect(normalTail(1, 99).loss).toBeCloseTo(2.3263, 4);
    expect(normalTail(1, 99).shortfall).toBeCloseTo(2.6652, 4);
  });
});

describe('returns', () => {
  it('have no day that less than half of the names traded on, and no value over a gap', () => {
    const day = 86_400_000;
    const closes = byName({
      AAA: new Map([0, 1, 2, 3].map((each) => [each * day, 100 + each])),
      BBB: new Map([0, 2, 3].map((each) => [each * day, 50])),
      CCC: new Map([0, 1, 2, 3].map((each) => [each * day, 10])).set(2.5 * day, 11),
    });
    const { days, of } = returnsOf(closes, 10);
    expect(days).toEqual([day, 2 * day, 3 * day]);
    expect(of.get(ticker('BBB'))).toEqual([null, null, 0]);
    expect(returnsOf(closes, 2).days).toEqual([2 * day, 3 * day]);
  });

  it('have a beta only with enough days and a benchmark that moved', () => {
    const market = Array.from({ length: 80 }, (_, index) => Math.sin(index) / 100);
    const twice = market.map((move) => 2 * move);
    expect(betaOf(twice, market, 60)).toBeCloseTo(2, 12);
    expect(betaOf(twice, market, 81)).toBeNull();
    expect(betaOf(twice, Array(80).fill(0), 60)).toBeNull();
  });
});

if (!hasRealBars) {
  describe('without the real bars beside the project', () => {
    it('left out: that statistics of real shares are those of simple-statistics', () => {
      expect(hasRealBars).toBe(false);
    });
  });
} else {
  describe('real shares', () => {
    const closes = byName(
      Object.fromEntries(REAL_NAMES.map((name) => [name, realCloses(name, '2021-04-01', 253)])),
    );
    const { of, days } = returnsOf(closes, 252);
    const row = (name: string) => known(of.get(ticker(name)) ?? []);

    it('have the deviation, beta and quantiles of simple-statistics', () => {
      expect(days).toHaveLength(252);
      const market = row('SPY');
      for (const name of REAL_NAMES) {
        const own = row(name);
        expect(own).toHaveLength(252);
        expect(deviation(own)).toBeCloseTo(statistics.sampleStandardDeviation(own), 14);
        const line = statistics.linearRegression(
          own.map((each, index) => [market[index] ?? 0, each]),
        );
        expect(betaOf(own, market, 60)).toBeCloseTo(line.m, 10);
        const losses = own.map((each) => -each);
        expect(bracketOf(losses, 95)).toContain(historicalTail(losses, 95).loss);
      }
    });

    it('have the shrinkage that Ledoit and Wolf published', () => {
      const rows = new Map(REAL_NAMES.map((name) => [ticker(name), row(name)]));
      const { shrinkage } = correlationsOf(rows);
      expect(shrinkage).toBeCloseTo(publishedShrinkage([...rows.values()]), 10);
    });
  });
}

describe('a row of closes', () => {
  it('gives back the returns it was made of', () => {
    const { of } = returnsOf(byName({ AAA: closesFrom([0.01, -0.02]) }), 10);
    expect(known(of.get(ticker('AAA')) ?? []).map((each) => each.toFixed(10))).toEqual([
      '0.0100000000',
      '-0.0200000000',
    ]);
  });
});
