import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../src/backtest/block-bootstrap.ts';
import { historicalTail } from '../../src/engine/risk/tail.ts';

/** Returns that swing, the same for the same numbers. */
const swings = (count: number, size: number, shift = 0) =>
  Array.from({ length: count }, (_, day) => shift + size * Math.sin(day * 12.9898) ** 3);

describe('how sure a difference is', () => {
  it('is the difference over all days, with an interval around it', () => {
    const [one, other] = [swings(500, 0.01, 0.001), swings(500, 0.02)];
    const { yearly_log_return: yearly, expected_shortfall_95: tail } = pairedDifference(one, other);
    const mean = (returns: readonly number[]) =>
      (252 * returns.reduce((sum, each) => sum + Math.log1p(each), 0)) / returns.length;
    const shortfall = (returns: readonly number[]) =>
      historicalTail(
        returns.map((each) => -each),
        95,
      ).shortfall;
    expect(yearly.difference).toBeCloseTo(mean(one) - mean(other), 10);
    expect(tail.difference).toBeCloseTo(shortfall(one) - shortfall(other), 10);
    for (const { difference, from, to } of [yearly, tail]) {
      expect(from).toBeLessThan(difference);
      expect(to).toBeGreaterThan(difference);
    }
  });

  it('is certain where one account is the other, or always ahead of it by the same', () => {
    const one = swings(300, 0.01);
    const same = pairedDifference(one, one).yearly_log_return;
    expect(same).toEqual({ difference: 0, from: 0, to: 0 });
    const ahead = one.map((each) => (1 + each) * Math.exp(0.001) - 1);
    const { from, to } = pairedDifference(ahead, one).yearly_log_return;
    expect(from).toBeCloseTo(0.252, 9);
    expect(to).toBeCloseTo(0.252, 9);
  });

  it('is as wide as theory says where days know nothing of one another', () => {
    // Normal by the sum of twelve, out of a linear congruence.
    let state = 7;
    const uniform = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const normal = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6);
    const one = Array.from({ length: 2_000 }, () => Math.expm1(0.01 * normal()));
    const none = one.map(() => 0);
    const { from, to } = pairedDifference(one, none).yearly_log_return;
    const expected = (2 * 1.96 * 252 * 0.01) / Math.sqrt(2_000);
    expect((to - from) / expected).toBeGreaterThan(0.8);
    expect((to - from) / expected).toBeLessThan(1.2);
  });

  it('is drawn alike each time', () => {
    const [one, other] = [swings(200, 0.01), swings(200, 0.02)];
    expect(pairedDifference(one, other)).toEqual(pairedDifference(one, other));
  });
});
