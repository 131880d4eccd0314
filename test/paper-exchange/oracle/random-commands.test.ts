import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Latencies, Switches } from '../../../src/paper-exchange/core/types.ts';
import { Floor } from '../core/floor.ts';
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

const moves = fc.array(move, { minLength: 1, maxLength: 60, size: 'max' });

/** What a broker that errs may break: it executes when and where it likes. */
const EXCUSED = ['session', 'halt', 'limit'] as const;

const RUNS = 1000;

describe('random commands', () => {
  it('never break a rule of the oracle', () => {
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

  it('never break a rule of the oracle where the broker errs', () => {
    fc.assert(
      fc.property(moves, pitOptions, (made, options) => {
        const oracle = { except: EXCUSED };
        const pit = new Pit({ ...options, oracle, errorsPercent: 15 });
        for (const one of made) make(pit, one);
        pit.advanceBy(10_000);
        pit.oracle.verify();
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('equal an unbroken run when it is saved and resumed on the way', () => {
    fc.assert(
      fc.property(moves, moves, pitOptions, (before, after, options) => {
        const unbroken = new Pit(options);
        for (const one of before) make(unbroken, one);
        const resumed = unbroken.resumed(options);
        unbroken.forgetLog();
        for (const pit of [unbroken, resumed]) for (const one of after) make(pit, one);
        for (const pit of [unbroken, resumed]) pit.advanceBy(7 * 86_400_000);
        expect(resumed.log).toBe(unbroken.log);
        expect(JSON.stringify(resumed.core.save())).toBe(JSON.stringify(unbroken.core.save()));
      }),
      { numRuns: 100 },
    );
  });

  it('give the same log of events, byte for byte, for the same seed', () => {
    fc.assert(
      fc.property(moves, pitOptions, (made, options) => {
        const [first, second] = [new Pit(options), new Pit(options)];
        for (const pit of [first, second]) for (const one of made) make(pit, one);
        expect(first.log).toBe(second.log);
      }),
      { numRuns: 100 },
    );
  });

  it('give other ids for another seed', () => {
    const ids = ['one', 'other'].map((seed) => new Floor({ seed }).accepted({}));
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('case 58: random partial fills follow from the seed and add up to their orders', () => {
    const run = (seed: string) => {
      const floor = new Floor({ seed, switches: { randomPartialFills: true } });
      for (let count = 0; count < 100; count += 1) {
        floor.accepted({ qty: '10' });
        floor.quote('AAPL', '99.99', '100.01');
        floor.quote('AAPL', '99.99', '100.01');
      }
      for (let count = 0; count < 5; count += 1) floor.quote('AAPL', '99.99', '100.01');
      return floor;
    };
    const floor = run('partials');
    const partials = floor.eventNames().filter((name) => name === 'partial_fill');
    expect(partials.length).toBeGreaterThan(2);
    expect(partials.length).toBeLessThan(30);
    expect(floor.position().qty).toBe('1010');
    expect(run('partials').transcript()).toBe(floor.transcript());
    expect(run('others').transcript()).not.toBe(floor.transcript());
  });
});
