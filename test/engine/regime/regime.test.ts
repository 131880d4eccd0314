import fc from 'fast-check';
import { sampleStandardDeviation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import type { Regime, RegimeFeatures, RegimeLook } from '../../../src/domain/regime.ts';
import { regimeOf } from '../../../src/engine/regime/classify.ts';
import {
  drawdownPercent,
  efficiencyRatio,
  percentileOfLast,
  regimeFeatures,
} from '../../../src/engine/regime/features.ts';
import { chooseStrategy, type StrategyRules } from '../../../src/engine/regime/strategy-choice.ts';

const DAY_MS = 86_400_000;
const closesOf = (values: readonly number[]) =>
  new Map(values.map((value, index) => [index * DAY_MS, value]));

describe('a feature of the market', () => {
  it('is what its definition says, by hand', () => {
    // Up 3, down 1, up 2: 4 of a way of 6.
    expect(efficiencyRatio([10, 13, 12, 14])).toBeCloseTo(4 / 6, 12);
    expect(efficiencyRatio([14, 12, 13, 10])).toBeCloseTo(-4 / 6, 12);
    expect(efficiencyRatio([5, 5, 5])).toBe(0);
    expect(drawdownPercent([80, 100, 90])).toBeCloseTo(10, 12);
    expect(percentileOfLast([1, 2, 3, 4, 2.5])).toBe(50);
    expect(percentileOfLast([1, 2, 2, 2])).toBeCloseTo((100 * 2) / 3, 12);
  });

  it('agrees with a deviation computed elsewhere', () => {
    const closes = Array.from({ length: 254 }, (_, day) => 100 + 10 * Math.sin(day / 3) + day / 20);
    const returns = closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? 1)));
    const windows = returns
      .slice(19)
      .map((_, start) => sampleStandardDeviation(returns.slice(start, start + 20)));
    const last = windows.at(-1) ?? 0;
    const below = windows.slice(0, -1).filter((value) => value < last).length;
    const seen = regimeFeatures(closesOf(closes), []);
    const percentile = (100 * below) / (windows.length - 1);
    expect(seen?.features.volatilityPercentile).toBeCloseTo(percentile, 6);
    expect(seen?.day).toBe(253 * DAY_MS);
  });

  it('is not made up out of too few closes', () => {
    const some = Array.from({ length: 119 }, (_, day) => 100 + day);
    expect(regimeFeatures(closesOf(some), [])).toBeNull();
    expect(regimeFeatures(closesOf([...some, 219, 220]), [])).not.toBeNull();
  });

  it('depends on neither the scale of prices nor the order of days or names', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), {
          minLength: 130,
          maxLength: 300,
        }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (values, scale) => {
          const closes = closesOf(values);
          const reversed = new Map([...closes].reverse());
          const one = regimeFeatures(closes, [closes, closesOf([...values].reverse())]);
          const other = regimeFeatures(reversed, [closesOf([...values].reverse()), reversed]);
          expect(other).toEqual(one);
          const scaled = regimeFeatures(closesOf(values.map((value) => value * scale)), []);
          const [was, is] = [one?.features.trendStrength, scaled?.features.trendStrength];
          expect(is).toBeCloseTo(was ?? 0, 6);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a regime', () => {
  const calm: RegimeFeatures = {
    ...{ trendStrength: 0, volatilityPercentile: 50, drawdownPercent: 2, breadthPercent: 60 },
  };
  const told = (change: Partial<RegimeFeatures>, before: Regime = 'unknown') =>
    regimeOf({ ...calm, ...change }, before).regime;

  it.each<[Partial<RegimeFeatures>, Regime]>([
    [{}, 'sideways'],
    [{ trendStrength: 0.35 }, 'rising'],
    [{ trendStrength: -0.35 }, 'falling'],
    [{ trendStrength: 0.35, breadthPercent: 30 }, 'sideways'],
    [{ trendStrength: 0.35, breadthPercent: null }, 'rising'],
    [{ trendStrength: 0.9, volatilityPercentile: 95 }, 'stressed'],
    [{ trendStrength: 0.9, drawdownPercent: 20 }, 'stressed'],
  ])('of %j is %s', (change, regime) => {
    expect(told(change)).toBe(regime);
  });

  it('ends later than it begins', () => {
    expect([told({ trendStrength: 0.25 }), told({ trendStrength: 0.25 }, 'rising')]).toEqual([
      'sideways',
      'rising',
    ]);
    expect([told({ drawdownPercent: 12 }), told({ drawdownPercent: 12 }, 'stressed')]).toEqual([
      'sideways',
      'stressed',
    ]);
    expect(told({ volatilityPercentile: 80 }, 'stressed')).toBe('stressed');
    expect(told({ volatilityPercentile: 70, drawdownPercent: 9 }, 'stressed')).toBe('sideways');
  });

  it('told from the same features again is the same', () => {
    fc.assert(
      fc.property(
        fc.record({
          trendStrength: fc.double({ min: -1, max: 1, noNaN: true }),
          volatilityPercentile: fc.double({ min: 0, max: 100, noNaN: true }),
          drawdownPercent: fc.double({ min: 0, max: 60, noNaN: true }),
          breadthPercent: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        }),
        fc.constantFrom<Regime>('rising', 'falling', 'sideways', 'stressed', 'unknown'),
        (features, before) => {
          const { regime } = regimeOf(features, before);
          expect(regimeOf(features, regime).regime).toBe(regime);
        },
      ),
    );
  });
});

describe('a strategy', () => {
  const rules: StrategyRules = {
    enabled: true,
    inRegime: {
      rising: 'wide',
      falling: 'tight',
      sideways: null,
      stressed: 'tight',
      unknown: null,
    },
    minimumDays: 3,
    switchesPerMonth: 2,
  };
  const NOW = 100 * DAY_MS;
  const looks = (...regimes: readonly Regime[]): readonly RegimeLook[] =>
    regimes.map((regime, index) => ({
      ...{ day: index * DAY_MS, regime, features: null, because: 'seen' },
    }));
  const choose = (
    active: string | null,
    seen: readonly RegimeLook[],
    switchedAt: readonly number[] = [],
    own: StrategyRules = rules,
  ) => chooseStrategy(own, { active, looks: seen, switchedAt }, NOW);

  it('is taken once its market was seen on so many days in a row', () => {
    const almost = looks('falling', 'rising', 'rising');
    expect(choose(null, almost)).toEqual({
      outcome: 'stay',
      because: 'rising for 2 of 3 days; then wide',
    });
    expect(choose(null, [...almost, ...looks('rising')])).toMatchObject({
      ...{ outcome: 'switch', to: 'wide' },
      because: 'rising for 3 days: seen; the settings without a strategy gives way',
    });
  });

  it('stays while it is the right one, and while nobody can tell', () => {
    expect(choose('wide', looks('rising', 'rising')).outcome).toBe('stay');
    expect(choose('wide', looks('unknown', 'unknown', 'unknown')).outcome).toBe('stay');
    expect(choose('wide', []).outcome).toBe('stay');
  });

  it('is not switched more often than the owner allows in thirty days', () => {
    const falling = looks('falling', 'falling', 'falling');
    const lately = [NOW - DAY_MS, NOW - 29 * DAY_MS];
    expect(choose('wide', falling, lately).outcome).toBe('stay');
    expect(choose('wide', falling, [NOW - DAY_MS, NOW - 31 * DAY_MS])).toMatchObject({
      to: 'tight',
    });
  });

  it('is given up at once when strategies are turned off', () => {
    const off = { ...rules, enabled: false };
    expect(choose('wide', looks('rising'), [], off)).toMatchObject({ outcome: 'switch', to: null });
    expect(choose(null, looks('rising'), [], off).outcome).toBe('stay');
  });
});
