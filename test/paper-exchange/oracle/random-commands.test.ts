import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Latencies, Switches } from '../../../src/paper-exchange/core/types.ts';
import { make, move } from './moves.ts';
import { Pit, type PitOptions } from './pit.ts';

const SLOW: Latencies = {
  newMs: 20,
  fillMs: 30,
  cancelMs: 100,
  replaceMs: 70,
  positionVisibilityMs: 500,
  streamMs: 5,
};

const pitOptions: fc.Arbitrary<PitOptions> = fc.record({
  seed: fc.string({ maxLength: 4 }),
  latencies: fc.constantFrom<Partial<Latencies>>({}, { cancelMs: 100, replaceMs: 70 }, SLOW),
  switches: fc.constant<Partial<Switches>>({ randomPartialFills: true }),
});

const RUNS = 1000;

describe('random commands', () => {
  it('never break a rule of the oracle', () => {
    const moves = fc.array(move, { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(moves, pitOptions, (made, options) => {
        const pit = new Pit(options);
        for (const one of made) make(pit, one);
        pit.advanceBy(1000);
        pit.oracle.verify();
      }),
      { numRuns: RUNS },
    );
  });

  it('give the same log of events, byte for byte, for the same seed', () => {
    const moves = fc.array(move, { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(moves, pitOptions, (made, options) => {
        const [first, second] = [new Pit(options), new Pit(options)];
        for (const pit of [first, second]) for (const one of made) make(pit, one);
        expect(first.log).toBe(second.log);
      }),
      { numRuns: 100 },
    );
  });
});
