import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/domain/canonical.ts';
import { countPairs, faultsWithoutGate } from './count-pairs.ts';
import { pair, think } from './hostile-advice.ts';

const SEEDS = [1, 2, 3, 4];
const PAIRS_PER_SEED = 5_000;

describe('advice, whoever wrote it', () => {
  it.each(SEEDS)(
    'makes nothing riskier in 5,000 pairs of states, seed %i',
    (seed) => {
      // Advice that never changed anything would prove nothing.
      expect(countPairs(seed, PAIRS_PER_SEED)).toBeGreaterThan(PAIRS_PER_SEED / 200);
    },
    60_000,
  );

  it("changes nothing at all where it comes as the opinion of a host's model", () => {
    for (const state of fc.sample(pair, { numRuns: 2_000, seed: 3 })) {
      const plain = think(state, []);
      const heard = think(state, state.advice, 'opinion_noted');
      expect(toJson([heard.thought, heard.plan])).toEqual(toJson([plain.thought, plain.plan]));
    }
  });

  it('is tried on 20,000 pairs, and would be found out without the gate', () => {
    expect(SEEDS.length * PAIRS_PER_SEED).toBe(20_000);
    expect(faultsWithoutGate(7, 1_500)).toEqual(
      expect.arrayContaining(['an exit is suppressed', 'no stop is wanted', 'more is held']),
    );
  });
});
