import { describe, expect, it } from 'vitest';
import type { ApprovalChannel } from '../../src/domain/approval.ts';
import { ApprovedPlan } from '../../src/domain/approved-plan.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, Intent } from '../../src/domain/plan.ts';
import { hashOf, sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { review } from '../../src/engine/review/review.ts';
import {
  defaultRuntimeSettings,
  type RuntimeSettings,
} from '../../src/runtime/settings/settings.ts';
import {
  AAPL,
  type Guarded,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const EXIT: Intent = { kind: 'exit', symbol: AAPL };
const reduce = (quantity: string): Intent => ({
  kind: 'reduce',
  symbol: AAPL,
  amount: { kind: 'quantity', quantity },
});
const { approvals } = defaultRuntimeSettings;

/** Every sale of a host's needs a person, unless said otherwise. */
const strict = (more: Partial<RuntimeSettings> = {}): Partial<RuntimeSettings> => ({
  approvals: { ...approvals, limits: { ...approvals.limits, saleDollarsPerDay: '0' } },
  ...more,
});

async function given(settings: Partial<RuntimeSettings> = strict()): Promise<Guarded> {
  const guarded = await loopedAccount({ settings });
  await guarded.clock.advanceBy(5_000);
  return guarded;
}

async function proposed(guarded: Guarded, intent: Intent = EXIT): Promise<ActionPlan> {
  const proposal = await settle(guarded.clock, guarded.bigBrother.propose(intent, 'host'));
  if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
  return proposal.plan;
}

const executed = (guarded: Guarded, plan: ActionPlan, person: ApprovalChannel | null = null) =>
  settle(
    guarded.clock,
    guarded.bigBrother.execute(plan.id, plan.hash, {
      person,
      signal: new AbortController().signal,
    }),
  );

const answering = (answer: 'yes' | 'no' | 'silence'): ApprovalChannel => ({
  ask: () => Promise.resolve(answer),
});

/** What a person in a terminal says of the only plan that waits. */
function yes(guarded: Guarded, more: { readonly code?: string; readonly hash?: string } = {}) {
  const [waiting] = guarded.approvals.pending();
  if (waiting === undefined) throw new Error('nothing waits');
  const { planId, hash, code } = waiting;
  return guarded.approvals.approve({
    planId,
    hash,
    code,
    by: 'klaus',
    channel: 'terminal',
    ...more,
  });
}

const sentFor = (guarded: Guarded, plan: ActionPlan) =>
  guarded.records('step_intended').filter(({ planId }) => planId === plan.id);

describe('a plan beyond the limits', () => {
  it('is not executed without a person, and says how one is asked', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    expect(plan.approval.tier).toBe('T2');
    const report = await executed(guarded, plan);
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'approval_needed' });
    expect(report.because).toContain('bigbrother approve');
    expect(sentFor(guarded, plan)).toEqual([]);
    expect(guarded.held()).toBe('long 10');
  });

  it('runs once a person approved it in a terminal, once', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    await executed(guarded, plan);
    expect(yes(guarded)).toBeNull();
    expect(await executed(guarded, plan)).toMatchObject({ outcome: 'completed' });
    expect(guarded.held()).toBeNull();
    expect(await executed(guarded, plan)).toMatchObject({ refusal: 'plan_already_used' });
    expect(guarded.records('approval_requested')[0]).toMatchObject({
      actor: 'host',
      planId: plan.id,
    });
    expect(guarded.records('approval_given')[0]).toMatchObject({
      actor: 'person',
      planId: plan.id,
      body: { hash: plan.hash, by: 'klaus', channel: 'terminal' },
    });
    expect(guarded.records('plan_spent').at(-1)?.body).toMatchObject({
      tier: 'T2',
      approvedBy: { by: 'klaus', channel: 'terminal' },
      soldUnasked: [],
    });
  });

  it('runs at once where the person of the host says yes', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    expect(await executed(guarded, plan, answering('yes'))).toMatchObject({ outcome: 'completed' });
    expect(guarded.records('approval_given')[0]?.body).toMatchObject({ channel: 'elicitation' });
  });

  it('is dead after a no, and so is a new one that would do the same', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    expect(await executed(guarded, plan, answering('no'))).toMatchObject({
      refusal: 'approval_rejected',
    });
    expect(await executed(guarded, plan, answering('yes'))).toMatchObject({
      refusal: 'approval_rejected',
    });
    const again = await settle(guarded.clock, guarded.bigBrother.propose(EXIT, 'host'));
    expect(again).toMatchObject({ outcome: 'impossible', code: 'veto_stands' });
    expect(guarded.records('approval_refused')[0]).toMatchObject({ actor: 'person' });
    await guarded.clock.advanceBy(3_600_000);
    await expect(proposed(guarded)).resolves.toMatchObject({ approval: { tier: 'T2' } });
  });

  it('waits on for the terminal where the host stays silent, and asks the host once only', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    let asked = 0;
    const silent: ApprovalChannel = {
      ask: () => {
        asked += 1;
        return Promise.resolve('silence');
      },
    };
    expect(await executed(guarded, plan, silent)).toMatchObject({ refusal: 'approval_needed' });
    expect(await executed(guarded, plan, silent)).toMatchObject({ refusal: 'approval_needed' });
    expect(asked).toBe(1);
    expect(yes(guarded)).toBeNull();
    expect(await executed(guarded, plan, silent)).toMatchObject({ outcome: 'completed' });
  });

  it('is answered by whichever channel is first', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    const slow: ApprovalChannel = {
      ask: (_, __, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve('silence'));
        }),
    };
    const { signal } = new AbortController();
    const running = guarded.bigBrother.execute(plan.id, plan.hash, { person: slow, signal });
    await guarded.clock.advanceBy(1_000);
    expect(yes(guarded)).toBeNull();
    expect(await settle(guarded.clock, running)).toMatchObject({ outcome: 'completed' });
  });

  it('is not executed for a host that has gone away meanwhile', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    const gone = new AbortController();
    const leaves: ApprovalChannel = {
      ask: () => {
        gone.abort();
        return Promise.resolve('yes');
      },
    };
    const caller = { person: leaves, signal: gone.signal };
    const work = guarded.bigBrother.execute(plan.id, plan.hash, caller);
    expect(await settle(guarded.clock, work)).toMatchObject({ refusal: 'approval_needed' });
    expect(sentFor(guarded, plan)).toEqual([]);
  });

  it('lapses with its time, and a yes that comes late finds nothing', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    await executed(guarded, plan);
    const [waiting] = guarded.approvals.pending();
    await guarded.clock.advanceBy(approvals.lifetimeMs + 1);
    expect(guarded.approvals.pending()).toEqual([]);
    expect(
      guarded.approvals.approve({
        ...{ planId: plan.id, hash: plan.hash, code: waiting?.code ?? '', by: 'klaus' },
        channel: 'terminal',
      }),
    ).toContain('no plan of this name waits');
    expect(await executed(guarded, plan)).toMatchObject({ refusal: 'plan_expired' });
    expect(guarded.records('approval_refused')[0]).toMatchObject({ actor: 'system' });
  });

  it('does not outlive the process', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    await executed(guarded, plan);
    expect(yes(guarded)).toBeNull();
    await settle(guarded.clock, guarded.stop());
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    expect(next.approvals.pending()).toEqual([]);
    const report = await settle(guarded.clock, next.bigBrother.execute(plan.id, plan.hash));
    expect(report).toMatchObject({ refusal: 'plan_unknown' });
  });

  it('is not shown to a person while guardrails deny it or the position has moved', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    guarded.price('AAPL', '101');
    await guarded.clock.advanceBy(100);
    const { refusal, because } = await executed(guarded, plan, answering('yes'));
    expect([refusal, because]).toEqual([
      'plan_drifted',
      expect.stringContaining('the price moved'),
    ]);
    expect(guarded.records('approval_requested')).toEqual([]);
  });

  it('stops no other plan while it waits', async () => {
    const positions = [
      { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
      { symbol: 'MSFT', qty: '4', averageEntryPrice: '100' },
    ];
    const guarded = await watchedAccount({ positions, settings: strict() });
    const plan = await proposed(guarded);
    const never: ApprovalChannel = { ask: () => new Promise(() => {}) };
    void guarded.bigBrother.execute(plan.id, plan.hash, {
      person: never,
      signal: new AbortController().signal,
    });
    await guarded.clock.advanceBy(100);
    const protect = await proposed(guarded, { kind: 'protect', symbol: null });
    expect(await executed(guarded, protect)).toMatchObject({ outcome: 'completed' });
    expect(guarded.resting('AAPL')).toHaveLength(1);
  });
});

describe('a yes', () => {
  it('is for the one plan that was shown', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    await executed(guarded, plan);
    expect(yes(guarded, { hash: 'f'.repeat(64) })).toContain('another plan');
    const other = await proposed(guarded, reduce('5'));
    expect(yes(guarded)).toBeNull();
    expect(await executed(guarded, other)).toMatchObject({ refusal: 'approval_needed' });
  });

  it('takes the code, which the hash does not tell, and five wrong ones end the plan', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    await executed(guarded, plan);
    const [waiting] = guarded.approvals.pending();
    expect(plan.hash).not.toContain(waiting?.code ?? '');
    expect(JSON.stringify(guarded.records('approval_requested'))).not.toContain(waiting?.code);
    for (let time = 1; time < 5; time += 1) {
      expect(yes(guarded, { code: 'wrong' })).toBe('this is not the code of the plan');
    }
    expect(yes(guarded, { code: 'wrong' })).toContain('5 wrong codes');
    expect(await executed(guarded, plan)).toMatchObject({ refusal: 'approval_rejected' });
  });

  it.each([
    ['never', 'simulated', false],
    ['not_live', 'simulated', true],
    ['not_live', 'live', false],
    ['always', 'live', true],
  ] as const)(
    'of the host with elicitation %s in %s counts: %s',
    async (elicitation, environment, counts) => {
      const settings = strict({ environment });
      const more = { approvals: { ...approvals, ...settings.approvals, elicitation } };
      const guarded = await given({ ...settings, ...more });
      const plan = await proposed(guarded);
      const report = await executed(guarded, plan, answering('yes'));
      expect(report.refusal).toBe(counts ? null : 'approval_needed');
    },
  );

  it('is asked for three plans at a time at most', async () => {
    const guarded = await given();
    for (const quantity of ['1', '2', '3']) {
      const plan = await proposed(guarded, reduce(quantity));
      expect(await executed(guarded, plan)).toMatchObject({ refusal: 'approval_needed' });
    }
    const fourth = await proposed(guarded, reduce('4'));
    expect(await executed(guarded, fourth)).toMatchObject({ refusal: 'too_many_approvals' });
    expect(guarded.approvals.pending()).toHaveLength(3);
  });
});

describe('what hosts sell without a person', () => {
  const small = { ...approvals, limits: { ...approvals.limits, saleDollarsPerDay: '500' } };

  it('is counted over many small plans and over a restart', async () => {
    const guarded = await given({ approvals: small });
    for (const quantity of ['2', '3']) {
      const plan = await proposed(guarded, reduce(quantity));
      expect(plan.approval.tier).toBe('T1');
      const { outcome, because } = await executed(guarded, plan);
      expect([outcome, because]).toEqual(['completed', expect.any(String)]);
      await guarded.clock.advanceBy(20_000);
    }
    expect((await proposed(guarded, reduce('1'))).approval.tier).toBe('T2');
    await settle(guarded.clock, guarded.stop());
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    const proposal = await settle(guarded.clock, next.bigBrother.propose(reduce('1'), 'host'));
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    expect(proposal.plan.approval.tier).toBe('T2');
  });

  it('cannot be doubled by two plans that were both inside the limit when they were made', async () => {
    const positions = ['AAPL', 'MSFT'].map((symbol) => ({
      ...{ symbol, qty: '10', averageEntryPrice: '100' },
    }));
    const guarded = await watchedAccount({ positions, settings: { approvals: small } });
    const first = await proposed(guarded, reduce('4'));
    const second = await proposed(guarded, { ...reduce('3'), symbol: ticker('MSFT') } as Intent);
    expect([first, second].map(({ approval }) => approval.tier)).toEqual(['T1', 'T1']);
    const { bigBrother, clock } = guarded;
    const work = [first, second].map(({ id, hash }) => bigBrother.execute(id, hash));
    const reports = await settle(clock, Promise.all(work));
    expect(reports.map(({ refusal }) => refusal).sort()).toEqual([null, 'plan_void']);
  });

  it('does not hold back what the policies of the owner want, whoever asks for it', async () => {
    const guarded = await watchedAccount({ settings: strict() });
    const plan = await proposed(guarded, { kind: 'manage', symbol: null });
    expect(plan.approval.tier).toBe('T0');
    expect(await executed(guarded, plan)).toMatchObject({ outcome: 'completed' });
  });
});

describe('a plan is void', () => {
  it.each([
    ['the mode', { mode: 'propose' }],
    ['the settings', { settingsHash: 'e'.repeat(64) }],
    ['the code', { codeVersion: '99.0.0' }],
  ] as const)('when %s changed since it was made', async (_, change) => {
    const guarded = await given({});
    const made = await proposed(guarded, reduce('1'));
    const { hash: __, ...fields } = made;
    const other = sealPlan({ ...fields, terms: { ...fields.terms, ...change } });
    const report = await settle(guarded.clock, guarded.coordinator.execute(other));
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'plan_void' });
    expect(sentFor(guarded, made)).toEqual([]);
  });

  it.each([
    ['another account', { accountNumber: 'PA-OTHER' }, 'account PA-OTHER'],
    ['real money', { environment: 'live' }, 'the plan is for live account'],
  ] as const)('where it was made for %s', async (_, change, because) => {
    const guarded = await given({});
    const made = await proposed(guarded, reduce('1'));
    const { hash: __, ...fields } = made;
    const other = sealPlan({ ...fields, ...change });
    const report = await settle(guarded.clock, guarded.coordinator.execute(other));
    expect(report).toMatchObject({
      ...{ outcome: 'denied', refusal: 'plan_wrong_account' },
      because: expect.stringContaining(because),
    });
    expect(sentFor(guarded, made)).toEqual([]);
  });

  it('in every other hash than its own', async () => {
    const guarded = await given();
    const plan = await proposed(guarded);
    const milder = { ...plan, approval: { tier: 'T1', because: [] } } as const;
    expect(await settle(guarded.clock, guarded.coordinator.execute(milder))).toMatchObject({
      refusal: 'plan_hash_mismatch',
    });
    const resealed = { ...milder, hash: hashOf(milder) };
    expect(await settle(guarded.clock, guarded.coordinator.execute(resealed))).toMatchObject({
      refusal: 'plan_void',
    });
  });
});

describe('at the broker', () => {
  it('no step of a plan that needs a person is covered without one, nor with one for another plan', async () => {
    const guarded = await given();
    const [plan, other] = [await proposed(guarded), await proposed(guarded, reduce('5'))];
    const [step] = plan.parts[0]?.steps ?? [];
    if (step === undefined) throw new Error('a plan has steps');
    const passes = {
      name: 'passes',
      promise: 'lets all pass',
      review: () => ({
        ...({ guardrail: 'passes', symbol: 'AAPL', outcome: 'pass', code: null } as const),
        ...{ measured: '', limit: '', because: '', wouldPass: null },
      }),
    };
    const approvedWith = (hashed: ActionPlan | null) => {
      const approval = hashed === null ? null : guarded.approvals.approvalOf(hashed);
      const inputs = guarded.reviewer.reviewInputs(plan);
      const reviewed = review(plan, [passes], inputs, approval);
      return reviewed.outcome === 'approved' ? reviewed.approved : null;
    };
    await executed(guarded, other);
    expect(yes(guarded)).toBeNull();
    expect(guarded.approvals.approvalOf(other)).not.toBeNull();
    expect(ApprovedPlan.covers(approvedWith(null), step)).toBe(false);
    expect(ApprovedPlan.covers(approvedWith(other), step)).toBe(false);
    await executed(guarded, plan);
    expect(yes(guarded)).toBeNull();
    expect(ApprovedPlan.covers(approvedWith(plan), step)).toBe(true);
  });
});
