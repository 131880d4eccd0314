import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, toJson } from '../../src/domain/canonical.ts';
import { type Decimal, ZERO } from '../../src/domain/decimal.ts';
import type { PlanPart, Step } from '../../src/domain/plan.ts';
import type { Evaluation } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import { brokenRules } from '../../src/engine/planning/constraints.ts';
import { type Planning, planFor } from '../../src/engine/planning/plan.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { type Scene, scene } from './scenes.ts';

const runs = { numRuns: 1_500 };

const planned = ({ context, evaluations }: Scene): Planning =>
  planFor(decide(context, evaluations), context, defaultPlanning);

/** Runs `check` for every plan that comes out, and demands that enough of them did. */
function forEveryPlan(check: (part: PlanPart, given: Scene) => void, least = 300): void {
  let plans = 0;
  fc.assert(
    fc.property(scene, (given) => {
      const { part } = planned(given);
      if (part === null) return;
      plans += 1;
      check(part, given);
    }),
    runs,
  );
  expect(plans).toBeGreaterThan(least);
}

/** A second opinion on what exits hold, that shares no code with the engine. */
class ExitLedger {
  readonly #held = new Map<string, Decimal>();
  position: Decimal;

  constructor({ position, orders }: PositionContext) {
    this.position = position.quantity;
    for (const { id, parentId, side, quantity, filledQuantity } of orders) {
      const closes = side === (position.side === 'long' ? 'sell' : 'buy');
      if (closes && parentId === null && quantity !== null) {
        this.#held.set(id, quantity.minus(filledQuantity));
      }
    }
  }

  get held(): Decimal {
    return [...this.#held.values()].reduce((sum, shares) => sum.plus(shares), ZERO);
  }

  follow(step: Step): void {
    switch (step.kind) {
      case 'cancel':
        this.#held.delete(step.before.parentId ?? step.orderId);
        return;
      case 'replace':
        if (step.change.quantity !== null) this.#held.set(step.orderId, step.change.quantity);
        return;
      case 'submit':
        this.#held.set(step.clientOrderId, step.order.quantity);
    }
  }

  fill(step: Step): void {
    if (step.kind !== 'submit' || step.until !== 'filled') return;
    this.position = this.position.minus(step.order.quantity);
    this.#held.delete(step.clientOrderId);
  }
}

const isTighterOrEqual = (side: 'long' | 'short', a: Decimal, b: Decimal): boolean =>
  side === 'long' ? a.gte(b) : a.lte(b);

describe('whatever the position, its orders and what is wanted of it', () => {
  it('there are never two exits for one share', () => {
    forEveryPlan((part, { context }) => {
      const ledger = new ExitLedger(context);
      for (const step of part.steps) {
        ledger.follow(step);
        expect(ledger.held.lte(ledger.position)).toBe(true);
        ledger.fill(step);
        expect(ledger.position.gte(ZERO)).toBe(true);
      }
    });
  });

  it('a stop never loosens', () => {
    forEveryPlan((part, { context }) => {
      const { side } = context.position;
      const live = context.orders.filter(
        ({ stopPrice, clientOrderId, side: direction }) =>
          stopPrice !== null &&
          direction === (side === 'long' ? 'sell' : 'buy') &&
          !clientOrderId.startsWith('app-') &&
          !isTighterOrEqual(side, stopPrice, context.price),
      );
      for (const step of part.steps) {
        if (step.kind === 'replace' && step.change.stopPrice !== null) {
          expect(step.before.stopPrice).not.toBeNull();
          const before = step.before.stopPrice ?? ZERO;
          expect(isTighterOrEqual(side, step.change.stopPrice, before)).toBe(true);
        }
        const placed = step.kind === 'submit' ? step.order.stopPrice : null;
        if (placed === null) continue;
        for (const { stopPrice } of live) {
          expect(isTighterOrEqual(side, placed, stopPrice ?? placed)).toBe(true);
        }
      }
    });
  });

  it('what is kept stays covered: no stop goes without its shares being sold or covered', () => {
    forEveryPlan((part, { context }) => {
      if (part.target.cover === null) return;
      type Lines = PlanPart['ordersAfter'];
      const sum = (lines: Lines) => lines.reduce((all, { quantity }) => all.plus(quantity), ZERO);
      const covered = (lines: Lines) => sum(lines.filter(({ stopPrice }) => stopPrice !== null));
      const others = sum(
        part.ordersAfter.filter(({ stopPrice, type }) => stopPrice === null && !/oco/.test(type)),
      );
      const sold = part.target.sale?.quantity ?? ZERO;
      const before = covered(part.ordersBefore);
      const left = context.position.quantity.minus(sold).minus(others);
      const bound = before.lt(left) ? before : left;
      expect(covered(part.ordersAfter).gte(bound)).toBe(true);
    });
  });

  it('every step is legal where it stands', () => {
    forEveryPlan((part, { context }) => {
      const drafts = part.steps.map((step) =>
        step.kind === 'cancel' ? step : { ...step, meaning: step.key },
      );
      expect(brokenRules(drafts, context, defaultPlanning)).toEqual([]);
    });
  });

  it('only orders of ours are touched, and nothing but closing orders is placed', () => {
    forEveryPlan((part, { context }) => {
      for (const step of part.steps) {
        if (step.kind === 'submit') {
          expect(step.order.positionIntent.endsWith('_to_close')).toBe(true);
          expect(step.order.side).toBe(context.position.side === 'long' ? 'sell' : 'buy');
        } else expect(step.before.clientOrderId.startsWith('app-')).toBe(false);
      }
    });
  });

  it('the same input gives the same bytes, in whatever order the orders are listed', () => {
    fc.assert(
      fc.property(scene, ({ context, evaluations }) => {
        const reversed = { ...context, orders: [...context.orders].reverse() };
        const [a, b, c] = [context, context, reversed].map((each) =>
          planned({ context: each, evaluations }),
        );
        expect(canonicalText(a)).toBe(canonicalText(b));
        expect(toJson(a?.part?.steps)).toEqual(toJson(c?.part?.steps));
      }),
      runs,
    );
  });

  it('the target depends on precedence among equals, and on no other order', () => {
    fc.assert(
      fc.property(scene, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (given, keys) => {
        const { context, evaluations } = given;
        const kindOf = (each: Evaluation) =>
          each.outcome === 'recommends' ? each.recommendation.action.kind : '';
        const shuffled = evaluations
          .map((each, index) => ({ each, kind: kindOf(each), key: keys[index] ?? 0 }))
          .sort((a, b) => a.key - b.key);
        // Back into precedence within each kind, but mixed among the kinds.
        const inOrder = shuffled.map(({ kind }, place) => {
          const nth = shuffled.slice(0, place).filter((one) => one.kind === kind).length;
          return evaluations.filter((each) => kindOf(each) === kind)[nth];
        });
        const mixed = inOrder.filter((each) => each !== undefined);
        const [a, b] = [decide(context, evaluations), decide(context, mixed)];
        expect(toJson(a.target)).toEqual(toJson(b.target));
        expect(new Set(a.chosen)).toEqual(new Set(b.chosen));
      }),
      runs,
    );
  });

  it('every recommendation is either chosen or overruled', () => {
    fc.assert(
      fc.property(scene, ({ context, evaluations }) => {
        const { chosen, overruled } = decide(context, evaluations);
        const accounted = [...chosen, ...overruled.map(({ recommendation }) => recommendation)];
        expect(accounted).toHaveLength(evaluations.length);
        expect(new Set(accounted).size).toBe(evaluations.length);
      }),
      runs,
    );
  });
});
