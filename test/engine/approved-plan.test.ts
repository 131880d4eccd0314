import { describe, expect, it } from 'vitest';
import type { ApprovalTier } from '../../src/domain/approval.ts';
import { ApprovedPlan } from '../../src/domain/approved-plan.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../src/domain/guardrail.ts';
import { mintPersonApproval, PersonApproval } from '../../src/domain/person-approval.ts';
import type { ActionPlan } from '../../src/domain/plan.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { review } from '../../src/engine/review/review.ts';
import { facts, holding, NOW, snapshot } from '../support/given.ts';
import { actionPlan } from '../tools/given-plan.ts';

const YES: Verdict = {
  ...{ guardrail: 'kind', symbol: 'AAPL', outcome: 'pass', code: null, measured: '1', limit: '1' },
  ...{ because: 'a test says so', wouldPass: null },
};
const kind: Guardrail = { name: 'kind', promise: 'A test holds it.', review: () => YES };

const planOf = (tier: ApprovalTier, id = 'plan-1'): ActionPlan => {
  const { hash: _, ...fields } = actionPlan('AAPL');
  return sealPlan({ ...fields, id: id as ActionPlan['id'], approval: { tier, because: ['it'] } });
};
const inputFor = (plan: ActionPlan): ReviewInput[] =>
  plan.parts.map((part) => ({
    ...{ plan, part, context: holding(), snapshot: snapshot(), sent: [], facts: facts() },
    ...{ tradingState: 'active', environment: 'simulated', now: NOW },
  }));
const yesTo = (plan: ActionPlan): PersonApproval =>
  mintPersonApproval({
    ...{ planHash: plan.hash, by: 'klaus', channel: 'terminal', at: NOW, holdsFrom: NOW },
  });
const approvedOf = (plan: ActionPlan, approval: PersonApproval | null = null): ApprovedPlan => {
  const result = review(plan, [kind], inputFor(plan), approval);
  if (result.outcome !== 'approved') throw new Error('it was to be approved');
  return result.approved;
};
const coversAll = (plan: ActionPlan, approval: PersonApproval | null = null): boolean => {
  const approved = approvedOf(plan, approval);
  const steps = plan.parts.flatMap((part) => part.steps);
  const covered = steps.filter((step) => ApprovedPlan.covers(approved, step));
  if (covered.length !== 0 && covered.length !== steps.length) throw new Error('some of them');
  return covered.length > 0;
};

describe('an approved plan', () => {
  const plan = planOf('T1');
  const [step] = plan.parts[0]?.steps ?? [];
  if (step === undefined) throw new Error('a plan has steps');

  it('covers its own steps, and no copy of them', () => {
    const approved = approvedOf(plan);
    expect(ApprovedPlan.covers(approved, step)).toBe(true);
    expect(ApprovedPlan.covers(approved, { ...step })).toBe(false);
  });

  it('is one that the gate has made, and nothing that looks like it', () => {
    const approved = approvedOf(plan);
    const forged = Object.assign(Object.create(ApprovedPlan.prototype), { ...approved });
    for (const other of [null, undefined, 'approved', 7, {}, { ...approved }, forged]) {
      expect(ApprovedPlan.covers(other, step)).toBe(false);
    }
  });

  it('cannot be changed afterwards, and says what was said to it', () => {
    const approved = approvedOf(plan);
    expect(Object.isFrozen(approved)).toBe(true);
    expect(approved).toMatchObject({ plan, verdicts: [YES], approval: null });
  });

  it.each([
    ['T0', true],
    ['T1', true],
    ['T2', false],
    ['T3', false],
    ['T4', false],
  ] as const)('of tier %s runs without a person: %s', (tier, runs) => {
    expect(coversAll(planOf(tier))).toBe(runs);
  });

  it.each([
    ['T2', true],
    ['T3', true],
    ['T4', false],
  ] as const)('of tier %s runs with a person’s yes: %s', (tier, runs) => {
    expect(coversAll(planOf(tier), yesTo(planOf(tier)))).toBe(runs);
  });

  it('runs with no yes to another plan, and with none that nobody gave', () => {
    const asked = planOf('T2');
    const yes = yesTo(asked);
    const forged = Object.assign(Object.create(PersonApproval.prototype), { ...yes });
    const others: unknown[] = [yesTo(planOf('T2', 'plan-2')), undefined, 'yes', 7, {}, { ...yes }];
    for (const other of [...others, forged]) {
      expect(coversAll(asked, other as PersonApproval)).toBe(false);
      expect(PersonApproval.covers(other, asked)).toBe(false);
    }
    expect(PersonApproval.covers(yes, asked)).toBe(true);
    expect(PersonApproval.covers(null, asked)).toBe(false);
    expect(Object.isFrozen(yes)).toBe(true);
    expect(yes).toMatchObject({ by: 'klaus', channel: 'terminal', at: NOW, holdsFrom: NOW });
  });
});

describe('a gate that lets nothing pass says why', () => {
  const plan = planOf('T1');
  const only = (guardrails: readonly Guardrail[], inputs: readonly ReviewInput[]) =>
    review(plan, guardrails, inputs).verdicts;

  it('where a guardrail breaks', () => {
    const broken = {
      ...kind,
      review: () => {
        throw new Error('no figure');
      },
    };
    expect(only([broken], inputFor(plan))).toEqual([
      {
        ...{ guardrail: 'kind', symbol: 'AAPL', outcome: 'deny', code: 'guardrail_failed' },
        ...{ measured: 'no figure', limit: 'an answer', wouldPass: null },
        because: 'the guardrail kind failed and so let nothing pass',
      },
    ]);
  });

  it('where a part has nothing to be judged by', () => {
    expect(only([kind], [])).toEqual([
      {
        ...{ guardrail: 'review', symbol: 'AAPL', outcome: 'deny', code: 'data_missing' },
        ...{ measured: 'nothing to look at', limit: 'a context for each part' },
        because: 'AAPL has no fresh context to review the plan with',
        wouldPass: 'propose the plan again once the position is known',
      },
    ]);
  });

  it('where nobody is there to be asked', () => {
    expect(only([], inputFor(plan))).toEqual([
      {
        ...{ guardrail: 'review', symbol: 'AAPL', outcome: 'deny', code: 'guardrail_failed' },
        ...{ measured: '0 guardrails', limit: 'at least 1 guardrail' },
        because: 'no guardrail was there to ask, and nothing passes unasked',
        wouldPass: 'the same plan with the guardrails in place',
      },
    ]);
  });
});
