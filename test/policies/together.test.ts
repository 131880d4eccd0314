import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardrails, tradingPolicies } from '../../policies/registry.ts';
import type { ReviewInput } from '../../src/domain/guardrail.ts';
import type { Order } from '../../src/domain/order.ts';
import type { PlanPart } from '../../src/domain/plan.ts';
import type { PortfolioSnapshot, PositionContext } from '../../src/domain/portfolio.ts';
import { contextFor } from '../../src/engine/account/context.ts';
import { DecisionEngine } from '../../src/engine/decision/decision-engine.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { exit, facts, oco, reduce, snapshot, stopLimit, wants } from '../support/given.ts';
import { planOf, settings } from './support.ts';

const guards = guardrails(settings());
const engine = new DecisionEngine({
  policies: tradingPolicies(settings()),
  planning: defaultPlanning,
});

const cents = (amount: number) => (amount / 100).toFixed(2);

/** Holdings as they come: bare, half covered, covered, in tranches, triggered, far in gain. */
const anyHolding: fc.Arbitrary<PortfolioSnapshot> = fc
  .record({
    long: fc.boolean(),
    quantity: fc.oneof(fc.integer({ min: 1, max: 400 }).map(String), fc.constant('10.7')),
    // Percent of the entry at 100.00, so that stops at 95 or 105 are hit often.
    price: fc.integer({ min: 8_000, max: 13_000 }),
    best: fc.integer({ min: 0, max: 3_000 }),
    spread: fc.integer({ min: 1, max: 20 }),
    orders: fc.constantFrom('none', 'part', 'all', 'raised', 'tranches', 'tight limit'),
    status: fc.constantFrom('new', 'accepted', 'partially_filled' as const),
    hasInitialStop: fc.boolean(),
    averageTrueRange: fc.option(fc.constant('2'), { nil: null }),
    taken: fc.boolean(),
  })
  .map((given) => {
    const { long, quantity, price, best } = given;
    const side = long ? 'long' : 'short';
    const held = long ? quantity : String(Math.ceil(Number(quantity)));
    return snapshot({
      holdings: [
        {
          side,
          quantity: held,
          price: cents(price),
          bid: cents(price - given.spread),
          ask: cents(price + given.spread),
          highWater: cents(long ? Math.max(10_000, price) + best : Math.min(10_000, price) - best),
          initialStop: given.hasInitialStop ? (long ? '95' : '105') : null,
          averageTrueRange: given.averageTrueRange,
          milestones: given.taken ? ['partial@2R'] : [],
          orders: ordersOf(given.orders, long, held, given.status),
        },
      ],
    });
  });

function ordersOf(
  kind: string,
  long: boolean,
  held: string,
  status: Order['status'],
): readonly Order[] {
  const whole = String(Math.floor(Number(held)));
  const half = String(Math.floor(Number(held) / 2));
  const side = long ? 'sell' : 'buy';
  const at = (stop: number, room: number) =>
    ({
      side,
      status,
      filled: '0',
      stop: cents(long ? stop : 20_000 - stop),
      limit: cents(long ? stop - room : 20_000 - stop + room),
    }) as const;
  switch (kind) {
    case 'part':
      return half === '0' ? [] : [stopLimit({ ...at(9_500, 50), quantity: half })];
    case 'all':
      return [stopLimit({ ...at(9_500, 50), quantity: whole })];
    case 'raised':
      return [stopLimit({ ...at(9_900, 50), quantity: whole })];
    case 'tight limit':
      return [stopLimit({ ...at(9_500, 1), quantity: whole })];
    case 'tranches': {
      if (half === '0') return [];
      const { stop, limit } = at(9_500, 50);
      const takeProfit = cents(long ? 11_000 : 9_000);
      return [
        ...oco({ side, quantity: half, stop, limit, takeProfit }),
        stopLimit({ ...at(9_500, 50), quantity: String(Number(whole) - Number(half)) }),
      ];
    }
    default:
      return [];
  }
}

function inputFor(
  part: PlanPart,
  context: PositionContext,
  portfolio: PortfolioSnapshot,
): ReviewInput {
  return {
    plan: planOf([part], context),
    part,
    context,
    snapshot: portfolio,
    sent: [],
    facts: facts(),
    tradingState: 'active',
    environment: 'simulated',
    now: portfolio.at,
  };
}

const denialsOf = (input: ReviewInput) =>
  guards.map((guard) => guard.review(input)).filter(({ outcome }) => outcome === 'deny');

describe('policies, engine and guardrails together', () => {
  it('plan nothing for a position that a guardrail would have to stop', () => {
    const counts = { plans: 0 };
    fc.assert(
      fc.property(anyHolding, (portfolio) => {
        const [position] = portfolio.positions;
        const context = position ? contextFor(portfolio, position.symbol) : null;
        if (context === null) throw new Error('a holding always has a context');
        const decision = engine.prioritizeActions(context, engine.evaluatePosition(context));
        const { part } = engine.createActionPlan(decision, context);
        if (part === null) return;
        counts.plans += 1;
        expect(denialsOf(inputFor(part, context, portfolio))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    expect(counts.plans).toBeGreaterThan(200);
  });

  it.each([
    { what: 'an exit', action: exit() },
    { what: 'a reduction by three', action: reduce('3', 'host@1') },
  ])('let the owner have $what of whatever is held', ({ action }) => {
    const counts = { plans: 0 };
    fc.assert(
      fc.property(anyHolding, (portfolio) => {
        const [position] = portfolio.positions;
        const context = position ? contextFor(portfolio, position.symbol) : null;
        if (context === null) throw new Error('a holding always has a context');
        const evaluations = [
          ...engine.evaluatePosition(context),
          wants(action, { policy: 'host' }),
        ];
        const { part } = engine.createActionPlan(
          engine.prioritizeActions(context, evaluations),
          context,
        );
        if (part === null) return;
        counts.plans += 1;
        expect(denialsOf(inputFor(part, context, portfolio))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    expect(counts.plans).toBeGreaterThan(200);
  });
});
