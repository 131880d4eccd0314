import { describe, expect, it } from 'vitest';
import { countPairs, faultsWithoutGate } from './count-pairs.ts';

const SEEDS = [1, 2, 3, 4];
const PAIRS_PER_SEED = 5_000;

describe('advice, whoever wrote it', () => {
  it.each(SEEDS)('makes nothing riskier in 5,000 pairs of states, seed %i', (seed) => {
    // Advice that never changed anything would prove nothing.
    expect(countPairs(seed, PAIRS_PER_SEED)).toBeGreaterThan(PAIRS_PER_SEED / 200);
  });

  it('is tried on 20,000 pairs, and would be found out without the gate', () => {
    expect(SEEDS.length * PAIRS_PER_SEED).toBe(20_000);
    expect(faultsWithoutGate(5, 500)).toEqual(
      expect.arrayContaining(['an exit is suppressed', 'no stop is wanted', 'more is held']),
    );
  });
});
