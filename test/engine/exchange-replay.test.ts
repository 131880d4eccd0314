import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/domain/canonical.ts';
import type { PlanPart } from '../../src/domain/plan.ts';
import type { Evaluation } from '../../src/domain/policy.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import { planFor } from '../../src/engine/planning/plan.ts';
import { defaultPlanning, type PlanningSettings } from '../../src/engine/planning-settings.ts';
import { exit, protect, reduce, reprice, takeProfit, wants } from '../support/given.ts';
import { Desk } from './desk.ts';

type Happening =
  | { readonly kind: 'move'; readonly to: number }
  | { readonly kind: 'stranger'; readonly order: number; readonly at: number }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'fill'; readonly nth: number; readonly shares: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), to: fc.integer({ min: 85, max: 120 }) }),
  fc.record({ kind: fc.constant('move' as const), to: fc.integer({ min: 96, max: 106 }) }),
  fc.record({
    kind: fc.constant('stranger' as const),
    order: fc.integer({ min: 0, max: 8 }),
    at: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.constantFrom(1, 7, 20) }),
  fc.record({
    kind: fc.constant('fill' as const),
    nth: fc.nat({ max: 5 }),
    shares: fc.integer({ min: 1, max: 3 }),
  }),
);

/** What is wanted, as distances from the price that stands when it is asked. */
const wish = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('protect' as const),
      below: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reduce' as const),
      shares: fc.constantFrom('1', '5', '0.4'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reprice' as const),
      below: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('take_profit' as const),
      shares: fc.constantFrom('1', '5', '0.4'),
      beyond: fc.integer({ min: 1, max: 9 }),
    }),
  },
);

const cycle = fc.record({
  happenings: fc.array(happening, { maxLength: 2 }),
  wishes: fc.array(wish, { minLength: 1, maxLength: 3 }),
});

const day = fc.record({
  side: fc.constantFrom('long' as const, 'short' as const),
  whole: fc.integer({ min: 1, max: 30 }),
  fraction: fc.constantFrom('', '', '.7', '.25'),
  latencies: fc.constantFrom(
    {},
    { newMs: 5, fillMs: 20, cancelMs: 300, replaceMs: 10 },
    { newMs: 40, cancelMs: 1_500 },
  ),
  cycles: fc.array(cycle, { minLength: 1, maxLength: 6 }),
  foreignOrders: fc.constantFrom('respect' as const, 'respect' as const, 'manage' as const),
});

/** Ways that have to come up, or the property says too little; rarer ones come up now and then. */
const RECIPES = [
  'cancel-and-close',
  'close',
  'marketable-take-profit',
  'patch-group-stop',
  'patch-stop',
  'place-fraction-stop',
  'place-stop',
  'place-stop-as-oco',
  'place-tranches',
  'renew-fraction-stop',
  'renew-stop',
  'reprice-triggered-stop',
  'sell',
];

describe('plans carried out at the paper exchange', () => {
  it('are never refused, never turn a position over, sell a profit once, and leave nothing to do', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(day, ({ side, whole, fraction, latencies, cycles, foreignOrders }) => {
        const shares = side === 'long' ? `${whole}${fraction}` : `-${whole}`;
        const settings = { ...defaultPlanning, foreignOrders };
        const desk = new Desk({ shares, price: '100', latencies });
        for (const { happenings, wishes } of cycles) {
          for (const one of happenings) happen(desk, one, side);
          // A stranger may have closed the position, or even opened another.
          if (desk.look()?.position.side !== side) return;
          const evaluations = wishes.map((one) => evaluationOf(one, Number(desk.trade), side));
          const part = manage(desk, evaluations, settings);
          if (part !== null) {
            for (const recipe of part.recipe.split(' + ')) seen.add(recipe);
            // Once a new limit has filled, other shares may come into their own.
            if (part.target.repriceLimit === null) expectNothingToDo(desk, evaluations, settings);
          }
          expect(side === 'long' ? desk.held >= 0n : desk.held <= 0n).toBe(true);
        }
        const profits = desk.filledKeys().filter((key) => key.endsWith('|partial@2R'));
        expect(new Set(profits).size).toBe(profits.length);
      }),
      { numRuns: 1_000 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(RECIPES));
  });
});

/** One cycle: the plan that came out of it and was carried out. */
function manage(
  desk: Desk,
  evaluations: readonly Evaluation[],
  settings: PlanningSettings,
): PlanPart | null {
  const context = desk.look();
  if (context === null) return null;
  const { part } = planFor(decide(context, evaluations, settings.foreignOrders), context, settings);
  if (part === null) return null;
  expect({ done: desk.run(part), refusals: desk.refusals }).toEqual({ done: true, refusals: [] });
  desk.wait(2_000);
  return part;
}

/** Whoever asks for the same again finds it done. */
function expectNothingToDo(
  desk: Desk,
  evaluations: readonly Evaluation[],
  settings: PlanningSettings,
): void {
  const context = desk.look();
  if (context === null) return;
  const { part } = planFor(decide(context, evaluations, settings.foreignOrders), context, settings);
  expect(toJson(part?.steps ?? [])).toEqual([]);
}

function evaluationOf(
  one: typeof wish extends fc.Arbitrary<infer Wish> ? Wish : never,
  at: number,
  side: 'long' | 'short',
): Evaluation {
  const beyond = (distance: number) => (side === 'long' ? at - distance : at + distance).toFixed(2);
  switch (one.kind) {
    case 'protect':
      return wants(protect(beyond(one.below), beyond(one.below + 1)));
    case 'reduce':
      return wants(reduce(one.shares));
    case 'take_profit':
      return wants(takeProfit(one.shares, beyond(-one.beyond)));
    case 'reprice':
      return wants(reprice(beyond(one.below)));
    case 'exit':
      return wants(exit('exit@gap'));
  }
}

function happen(desk: Desk, one: Happening, side: 'long' | 'short'): void {
  const [closing, opening] = side === 'long' ? ['sell', 'buy'] : ['buy', 'sell'];
  const beyond = (from: number, distance: number) =>
    (side === 'long' ? from + distance : from - distance).toFixed(2);
  const far = (distance: number) => beyond(100, distance);
  switch (one.kind) {
    case 'move':
      desk.move(String(one.to));
      return;
    case 'wait':
      desk.wait(one.hours * 3_600_000);
      desk.move(desk.trade);
      return;
    case 'fill':
      desk.fillPart(one.nth, String(one.shares));
      return;
    case 'stranger': {
      const qty = String(one.at);
      const pair = {
        side: closing,
        type: 'limit',
        order_class: 'oco',
        time_in_force: 'gtc',
        qty,
        take_profit: { limit_price: far(30) },
        stop_loss: { stop_price: far(-20), limit_price: far(-21) },
      };
      const orders = [
        { side: closing, type: 'limit', limit_price: far(30), qty, time_in_force: 'gtc' },
        { side: closing, type: 'stop', stop_price: far(-30), qty, time_in_force: 'gtc' },
        { side: closing, type: 'market', qty, time_in_force: 'day' },
        { side: opening, type: 'limit', limit_price: far(-40), qty, time_in_force: 'gtc' },
        { side: opening, type: 'market', qty, time_in_force: 'day' },
        // Close to the price, a simple stop would meet it: a wash trade.
        {
          ...{ side: opening, type: 'limit', qty, time_in_force: 'gtc' },
          limit_price: beyond(Number(desk.trade), -1),
        },
        pair,
        // An OCO of our own, as an earlier version may have left it.
        { ...pair, client_order_id: `bb1-oco-${desk.core.now}` },
        { ...pair, client_order_id: `bb1-oco-${desk.core.now}` },
      ];
      desk.stranger(orders[one.order] ?? {});
    }
  }
}
