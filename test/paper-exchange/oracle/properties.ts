import fc from 'fast-check';
import { expect } from 'vitest';
import type { Latencies, Switches } from '../../../src/paper-exchange/core/basics/types.ts';
import { make } from './making.ts';
import { type Move, move } from './moves.ts';
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
  shrinkStopLeg: fc.boolean(),
  outsizedStopLeg: fc.constantFrom('sells_what_is_held', 'never_fires'),
  cancelOutsideHours: fc.constantFrom('at_once', 'next_open'),
  agedGtcEnds: fc.constantFrom('canceled', 'expired'),
  triggeredStopLimitType: fc.constantFrom('stop_limit', 'limit'),
  buyStopCollar: fc.constantFrom('exact', 'rounded_to_cent'),
  auctionFills: fc.constantFrom('reliable', 'as_on_paper'),
  auctionPrice: fc.constantFrom('quote', 'print'),
  electingPrints: fc.constantFrom('all', 'round_lots_inside_quote'),
  shortQtyAvailable: fc.constantFrom('negative', 'positive'),
  ordersAtSplit: fc.constantFrom('cancel', 'adjust'),
  ordersAtDividend: fc.constantFrom('reduce', 'leave'),
  adjustedOrderShows: fc.constantFrom('replaced', 'restated'),
  dividendsPaid: fc.boolean(),
  extendedHoursGtc: fc.boolean(),
  overnightSession: fc.constantFrom(true, true, false),
  overnightActionHalt: fc.boolean(),
  overnightOverspent: fc.constantFrom('reject', 'keep'),
  dayOrderEnds: fc.constantFrom('expired', 'canceled'),
  fractionsAtOpen: fc.constantFrom('opening_print', 'quote'),
  wholeSharesAtOpen: fc.constantFrom('at_once', 'late'),
  unsettledFunds: fc.constantFrom('may_be_spent', 'wait'),
  cryptoFees: fc.boolean(),
});

const pitOptions: fc.Arbitrary<PitOptions> = fc.record({
  seed: fc.string({ maxLength: 4 }),
  latencies: fc.constantFrom<Partial<Latencies>>({}, { cancelMs: 100, replaceMs: 70 }, SLOW),
  switches,
  // Ten in the morning, and nine in the evening before.
  startAt: fc.constantFrom(
    ...[Date.parse('2026-10-08T14:00:00Z'), Date.parse('2026-10-08T01:00:00Z')],
  ),
});

const moves = fc.array(move, { minLength: 1, maxLength: 60, size: 'max' });

/** What a broker that errs may break: it executes when and where it likes. */
const EXCUSED = ['session', 'halt', 'limit'] as const;

function play(pit: Pit, made: readonly Move[], quietMs: number): void {
  for (const one of made) make(pit, one);
  pit.advanceBy(quietMs);
  pit.oracle.verify();
}

/** Whatever clients, the market and time do, no rule of the oracle is broken. */
export const rulesHold = fc.property(moves, pitOptions, (made, options) =>
  play(new Pit(options), made, 1000),
);

/** Nor where the broker errs, but for what its errors break by themselves. */
export const rulesHoldUnderErrors = fc.property(moves, pitOptions, (made, options) => {
  const oracle = { except: EXCUSED };
  play(new Pit({ ...options, oracle, errorsPercent: 15 }), made, 10_000);
});

/** A run that is saved and resumed on the way goes on as the one that was not. */
export const resumingChangesNothing = fc.property(
  ...[moves, moves, pitOptions],
  (before, after, options) => {
    const unbroken = new Pit(options);
    for (const one of before) make(unbroken, one);
    const resumed = unbroken.resumed(options);
    unbroken.forgetLog();
    for (const pit of [unbroken, resumed]) for (const one of after) make(pit, one);
    for (const pit of [unbroken, resumed]) pit.advanceBy(7 * 86_400_000);
    expect(resumed.log).toBe(unbroken.log);
    expect(JSON.stringify(resumed.core.save())).toBe(JSON.stringify(unbroken.core.save()));
  },
);

/** The same seed and the same commands give the same events, byte for byte. */
export const seedDecides = fc.property(moves, pitOptions, (made, options) => {
  const [first, second] = [new Pit(options), new Pit(options)];
  for (const pit of [first, second]) for (const one of made) make(pit, one);
  expect(first.log).toBe(second.log);
});
