import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, quantity, ZERO } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { PlanPart } from '../../src/domain/plan.ts';
import {
  effectOf,
  needFor,
  type PlanEffect,
  stricterLimits,
} from '../../src/engine/review/approval-tier.ts';
import {
  EQUITY,
  managed,
  NOTHING,
  part,
  rank,
  sale,
  stop,
  tierOf,
  wish,
} from './approval-plans.ts';

const amount = fc.integer({ min: 0, max: 3_000 }).map((cents) => decimal(String(cents)).div('2'));
const effects = fc.record({
  isWish: fc.boolean(),
  soldDollars: amount,
  soldEquityPercent: amount,
  soldPositionPercent: amount,
  sells: fc.boolean(),
  addedDollars: amount,
  loosenedShares: amount,
  turnedShares: fc.oneof(fc.constant(ZERO), amount),
});
const figures = [
  'soldDollars',
  'soldEquityPercent',
  'soldPositionPercent',
  'addedDollars',
  'loosenedShares',
  'turnedShares',
] as const;
const limit = fc.integer({ min: 0, max: 1_500 }).map(String);
const anyLimits = fc.record({
  saleDollarsPerDay: limit,
  saleEquityPercentPerDay: limit,
  salePositionPercentPerDay: limit,
  addedDollars: limit,
});

const counts = fc.integer({ min: 1, max: 12 }).map(String);
const lines = fc.array(
  fc.tuple(counts, fc.integer({ min: 90, max: 99 })).map(([n, at]) => stop(n, String(at))),
  { maxLength: 2 },
);
const parts = fc
  .record({
    left: fc.integer({ min: 0, max: 10 }).map(String),
    sold: fc.option(counts),
    bought: fc.option(counts),
    before: lines,
    after: lines,
  })
  .map(({ left, sold, bought, before, after }) => {
    const entry = { side: 'buy', positionIntent: 'buy_to_open' } as const;
    const steps = [
      ...(sold === null ? [] : [sale(sold)]),
      ...(bought === null ? [] : [sale(bought, entry)]),
    ];
    return part({ left, before, after, steps });
  });

describe('the tier of any plan', () => {
  it('never falls when a plan does more', () => {
    fc.assert(
      fc.property(
        effects,
        anyLimits,
        fc.constantFrom(...figures),
        amount,
        (effect, allowed, name, by) => {
          const more: PlanEffect = { ...effect, [name]: effect[name].plus(by) };
          const before = rank(needFor(effect, allowed).tier);
          expect(rank(needFor(more, allowed).tier)).toBeGreaterThanOrEqual(before);
          for (const each of [
            { ...effect, isWish: true },
            { ...effect, sells: true },
          ]) {
            expect(rank(needFor(each, allowed).tier)).toBeGreaterThanOrEqual(before);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never falls when it gets another part, or another step that sells or adds', () => {
    const symbols = ['AAPL', 'MSFT', 'KO'];
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 2 }),
        parts,
        counts,
        fc.boolean(),
        (some, one, n, buys) => {
          const named = [...some, one].map((each, index) => ({
            ...each,
            symbol: ticker(symbols[index] ?? 'KO'),
          }));
          const without = named.slice(0, -1);
          const last = named.at(-1) ?? one;
          const before = rank(tierOf(wish(...without)));
          expect(rank(tierOf(wish(...named)))).toBeGreaterThanOrEqual(before);
          const entry = { side: 'buy', positionIntent: 'buy_to_open' } as const;
          const extra = buys ? sale(n, entry) : sale(n);
          const longer = { ...last, steps: [...last.steps, extra] };
          const effect = effectOf(wish(last), EQUITY, NOTHING);
          // What is sold needs no stop any more: that is less harm, and told by its own figure.
          if (effect.loosenedShares.eq(ZERO)) {
            expect(rank(tierOf(wish(longer)))).toBeGreaterThanOrEqual(rank(tierOf(wish(last))));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('never falls with lower limits, nor for a wish of a host compared with the same of a policy', () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 3 }), anyLimits, anyLimits, (some, one, other) => {
        const plan = wish(...some);
        const tier = rank(tierOf(plan, NOTHING, one));
        expect(rank(tierOf(plan, NOTHING, stricterLimits(one, other)))).toBeGreaterThanOrEqual(
          tier,
        );
        expect(rank(tierOf(managed(...some), NOTHING, one))).toBeLessThanOrEqual(tier);
      }),
    );
  });

  it('is moved by no text in the plan', () => {
    fc.assert(
      fc.property(parts, fc.string(), (given, words) => {
        const told: PlanPart = {
          ...given,
          recipe: words,
          because: [words],
          episodeId: words as PlanPart['episodeId'],
          naked: { ...given.naked, because: words },
          target: { ...given.target, sale: { quantity: quantity('1'), milestone: words } },
          basis: { ...given.basis, orders: [words] },
          steps: given.steps.map((step) =>
            step.kind === 'cancel' ? step : { ...step, key: words },
          ),
          ordersBefore: given.ordersBefore.map((line) => ({
            ...line,
            type: words,
            timeInForce: words,
          })),
          ordersAfter: given.ordersAfter.map((line) => ({
            ...line,
            type: words,
            timeInForce: words,
          })),
        };
        for (const plan of [wish, managed]) expect(tierOf(plan(told))).toBe(tierOf(plan(given)));
      }),
    );
  });
});
