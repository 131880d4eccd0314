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

const switches: fc.Arbitrary<Partial<Switches>> = fc.record({
  randomPartialFills: fc.boolean(),
  replacementInheritsFills: fc.boolean(),
  announceHeldLegCancel: fc.boolean(),
  cancelOutsideHours: fc.constantFrom('at_once', 'next_open'),
  agedGtcEnds: fc.constantFrom('canceled', 'expired'),
  triggeredStopLimitType: fc.constantFrom('stop_limit', 'limit'),
  buyStopCollar: fc.constantFrom('exact', 'rounded_to_cent'),
  auctionFills: fc.constantFrom('reliable', 'as_on_paper'),
  electingPrints: fc.constantFrom('all', 'round_lots_inside_quote'),
  shortQtyAvailable: fc.constantFrom('negative', 'positive'),
  ordersAtSplit: fc.constantFrom('cancel', 'adjust'),
  ordersAtDividend: fc.constantFrom('reduce', 'leave'),
  adjustedOrderShows: fc.constantFrom('replaced', 'restated'),
  dividendsPaid: fc.boolean(),
});

const pitOptions: fc.Arbitrary<PitOptions> = fc.record({
  seed: fc.string({ maxLength: 4 }),
  latencies: fc.constantFrom<Partial<Latencies>>({}, { cancelMs: 100, replaceMs: 70 }, SLOW),
  switches,
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
