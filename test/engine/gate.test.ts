import { describe, expect, it } from 'vitest';
import { ApprovedPlan } from '../../src/domain/approved-plan.ts';
import { quantity } from '../../src/domain/decimal.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, PlanPart } from '../../src/domain/plan.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { DecisionEngine } from '../../src/engine/decision/decision-engine.ts';
import { driftOf } from '../../src/engine/planning/drift.ts';
import { hashOf, sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { review } from '../../src/engine/review/review.ts';
import {
  ACCOUNT_NUMBER,
  facts,
  holding,
  NOW,
  protect,
  snapshot,
  stopLimit,
  wants,
} from '../support/given.ts';
import { anyTerms } from '../support/plan-terms.ts';

const engine = new DecisionEngine({ policies: [], planning: defaultPlanning });

function partFor(context: PositionContext): PlanPart {
  const decision = engine.prioritizeActions(context, [wants(protect('96', '95'))]);
  const { part } = engine.createActionPlan(decision, context);
  if (part === null) throw new Error('a plan was to be made');
  return part;
}

const planOf = (...parts: PlanPart[]): ActionPlan =>
  sealPlan({
    id: 'plan-1' as ActionPlan['id'],
    origin: 'loop',
    intent: { kind: 'manage', symbol: null },
    accountNumber: ACCOUNT_NUMBER,
    environment: 'simulated',
    createdAt: NOW,
    expiresAt: NOW + 60_000,
    ...anyTerms,
    parts,
  });

const inputFor = (plan: ActionPlan, part: PlanPart): ReviewInput => ({
  plan,
  part,
  context: holding(),
  snapshot: snapshot(),
  sent: [],
  facts: facts(),
  tradingState: 'active',
  environment: 'simulated',
  now: NOW,
});

const verdict = (outcome: Verdict['outcome'], guardrail: string): Verdict => ({
  guardrail,
  symbol: 'AAPL',
  outcome,
  code: outcome === 'deny' ? 'oversell' : null,
  measured: '1',
  limit: '0',
  because: 'a test says so',
  wouldPass: null,
});
const guardrail = (name: string, answer: () => Verdict): Guardrail => ({
  name,
  promise: 'A test holds it.',
  review: answer,
});
const passes = guardrail('passes', () => verdict('pass', 'passes'));
const denies = guardrail('denies', () => verdict('deny', 'denies'));
const breaks = guardrail('breaks', () => {
  throw new Error('no figure');
});

describe('the gate', () => {
  const part = partFor(holding());
  const plan = planOf(part);

  it('approves what no guardrail denies, and only its own steps', () => {
    const result = review(plan, [passes, passes], [inputFor(plan, part)]);
    if (result.outcome !== 'approved') throw new Error('it was to be approved');
    expect(result.verdicts).toHaveLength(2);
    expect(part.steps.every((step) => ApprovedPlan.covers(result.approved, step))).toBe(true);
    const [stranger] = partFor(holding()).steps;
    expect(stranger && ApprovedPlan.covers(result.approved, stranger)).toBe(false);
  });

  it('asks every guardrail, also after a denial', () => {
    const result = review(plan, [denies, passes, denies], [inputFor(plan, part)]);
    expect(result).toMatchObject({ outcome: 'denied' });
    expect(result.verdicts.map(({ outcome }) => outcome)).toEqual(['deny', 'pass', 'deny']);
  });

  it('lets nothing pass through a guardrail that breaks, whatever it throws', () => {
    const oddly: unknown = 'a sentence';
    const rail = guardrail('breaks', () => {
      throw oddly;
    });
    const { outcome, verdicts } = review(plan, [rail], [inputFor(plan, part)]);
    expect([outcome, verdicts[0]?.measured]).toEqual(['denied', 'a sentence']);
  });

  it('lets nothing pass through a guardrail that breaks', () => {
    const result = review(plan, [breaks], [inputFor(plan, part)]);
    expect(result).toMatchObject({
      outcome: 'denied',
      denials: [{ code: 'guardrail_failed', measured: 'no figure', guardrail: 'breaks' }],
    });
  });

  it('lets nothing pass when there is no guardrail to ask', () => {
    expect(review(plan, [], [inputFor(plan, part)])).toMatchObject({
      outcome: 'denied',
      denials: [{ code: 'guardrail_failed', measured: '0 guardrails' }],
    });
  });

  it('denies a part that comes without its own input', () => {
    const other = partFor(holding({ symbol: 'MSFT' }));
    const both = planOf(part, other);
    const result = review(both, [passes], [inputFor(both, part)]);
    expect(result).toMatchObject({ outcome: 'denied', denials: [{ code: 'data_missing' }] });
    expect(review(plan, [passes], [inputFor(both, part)]).outcome).toBe('denied');
  });
});

describe('the seal', () => {
  const plan = planOf(partFor(holding()));

  it('covers every field but the hash', () => {
    expect(hashOf(plan)).toBe(plan.hash);
    expect(hashOf({ ...plan, expiresAt: plan.expiresAt + 1 })).not.toBe(plan.hash);
    expect(hashOf({ ...plan, parts: [] })).not.toBe(plan.hash);
  });

  it('freezes the steps, so that nothing can be slipped in afterwards', () => {
    const [step] = plan.parts[0]?.steps ?? [];
    expect(() => Object.assign(step ?? {}, { purpose: 'exit' })).toThrow(TypeError);
  });
});

describe('drift', () => {
  const context = holding({ orders: [stopLimit({ quantity: '4' })] });
  const part = partFor(context);
  const tolerance = { priceBps: 50 };
  const drift = (given: Parameters<typeof holding>[0]) =>
    driftOf(part, holding({ orders: context.orders, ...given }), tolerance);

  it('is none while the world is the same', () => {
    expect(drift({})).toBeNull();
    expect(drift({ price: '100.5' })).toBeNull();
  });

  it.each([
    ['price', { price: '100.51' }, '50 basis points'],
    ['quantity', { quantity: '9' }, 'long 9 shares, not long 10'],
    ['side', { side: 'short' }, 'short 10'],
    ['episode', { episode: 2 }, 'closed and opened again'],
    ['a new order', { orders: [...context.orders, stopLimit({ id: 's2' })] }, 'new s2:new:10'],
    ['a changed order', { orders: [stopLimit({ quantity: '4', status: 'held' })] }, 'gone stop-1'],
  ] as const)('is told when the %s is another', (_, given, because) => {
    expect(drift(given)).toContain(because);
  });

  it('is told when what was to be opened is held by now', () => {
    const flat = { ...part, basis: { ...part.basis, quantity: quantity('0') } };
    expect(driftOf(flat, holding({ episode: 2 }), tolerance)).toContain(
      'AAPL was opened meanwhile',
    );
  });

  it('is told when the position is gone', () => {
    expect(driftOf(part, null, tolerance)).toContain('is gone');
  });
});

describe('the decision engine', () => {
  const policy = (name: string, evaluate = () => wants(protect('96', '95'), { policy: name })) => ({
    name,
    promise: 'A test holds it.',
    evaluate,
  });

  it('asks its policies in order and goes on when one of them breaks', () => {
    const broken = policy('broken', () => {
      throw new Error('no bars');
    });
    const both = new DecisionEngine({
      policies: [broken, policy('sound')],
      planning: defaultPlanning,
    });
    const evaluations = both.evaluatePosition(holding());
    expect(evaluations).toMatchObject([
      { outcome: 'abstains', policy: 'broken', because: 'fault: no bars' },
      { outcome: 'recommends' },
    ]);
    expect(both.prioritizeActions(holding(), evaluations).target.symbol).toBe(ticker('AAPL'));
  });

  it('takes no two policies of one name', () => {
    const one = new DecisionEngine({ policies: [policy('a')], planning: defaultPlanning });
    one.addPolicy(policy('b'));
    expect(() => one.addPolicy(policy('a'))).toThrow('names must differ');
  });
});
