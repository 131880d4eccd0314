import { describe, expect, it } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { ApprovalTier } from '../../src/domain/approval.ts';
import type { JournalEvent } from '../../src/domain/event.ts';
import { PersonApproval } from '../../src/domain/person-approval.ts';
import type { ActionPlan } from '../../src/domain/plan.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { ApprovalDesk } from '../../src/runtime/plans/approval-desk.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { NOW } from '../support/given.ts';
import { actionPlan } from '../tools/given-plan.ts';

const planOf = (tier: ApprovalTier, more: Partial<Omit<ActionPlan, 'hash'>> = {}): ActionPlan => {
  const { hash: _, ...fields } = actionPlan('AAPL');
  const approval = { tier, because: ['it is a test'] };
  return sealPlan({ ...fields, approval, expiresAt: NOW + 900_000, ...more });
};

function rig() {
  const clock = new VirtualClock(NOW);
  const events: JournalEvent[] = [];
  const rejected: ActionPlan[] = [];
  const desk = new ApprovalDesk({
    logger: { log: (event: JournalEvent) => events.push(event), commit: () => {} } as never,
    clock,
    ids: new SeededIds('desk'),
    settings: defaultRuntimeSettings,
    vetoes: { rejected: (plan: ActionPlan) => rejected.push(plan) } as never,
  });
  const ask = (plan: ActionPlan) => desk.ask(plan, null, new AbortController().signal);
  const yes = (plan: ActionPlan) => {
    const code = desk.pending().find(({ planId }) => planId === plan.id)?.code ?? '';
    const word = { planId: plan.id, by: 'klaus', channel: 'terminal' } as const;
    return desk.approve({ ...word, hash: plan.hash, code });
  };
  return { clock, desk, events, rejected, ask, yes };
}

describe('the desk', () => {
  it.each(['T0', 'T1'] as const)('has nothing to say to %s', (tier) => {
    const { desk } = rig();
    expect(desk.whyNot(planOf(tier))).toBeNull();
    expect(desk.approvalOf(planOf(tier))).toBeNull();
  });

  it('lets nobody agree to T4', () => {
    const { desk } = rig();
    expect(desk.whyNot(planOf('T4'))).toEqual({
      code: 'approval_impossible',
      because: 'it is a test',
    });
  });

  it('lets T3 run only some time after the yes, and asks no host for it', async () => {
    const { desk, clock, yes } = rig();
    const plan = planOf('T3');
    const eager = { ask: () => Promise.reject(new Error('a host was asked')) };
    await desk.ask(plan, eager, new AbortController().signal);
    expect(yes(plan)).toBeNull();
    expect(desk.whyNot(plan)?.because).toContain('may run from 2026-10-14T14:10:00.000Z on');
    await clock.advanceBy(599_999);
    expect(desk.whyNot(plan)).toMatchObject({ code: 'approval_needed' });
    await clock.advanceBy(1);
    expect(desk.whyNot(plan)).toBeNull();
  });

  it('lets T2 run at once', async () => {
    const { desk, ask, yes } = rig();
    const plan = planOf('T2');
    expect(await ask(plan)).toMatchObject({ code: 'approval_needed' });
    expect(yes(plan)).toBeNull();
    expect(desk.whyNot(plan)).toBeNull();
    expect(await ask(plan)).toBeNull();
    const approval = desk.approvalOf(plan);
    expect(PersonApproval.covers(approval, plan)).toBe(true);
    expect(PersonApproval.covers(approval, planOf('T2', { createdAt: 1 }))).toBe(false);
  });

  it('forgets a yes with its plan, and takes none twice', async () => {
    const { desk, ask, yes } = rig();
    const plan = planOf('T2');
    await ask(plan);
    yes(plan);
    expect(yes(plan)).toContain('no plan of this name waits');
    desk.spent(plan);
    expect(desk.approvalOf(plan)).toBeNull();
    desk.spent(plan);
  });

  it('knows a plan by its id and by nothing else', async () => {
    const { desk, ask } = rig();
    await ask(planOf('T2'));
    const word = { planId: 'plan-other', by: 'klaus', channel: 'page' } as const;
    expect(desk.reject(word, 'no')).toContain('no plan of this name waits');
    expect(desk.pending()).toHaveLength(1);
  });

  it('tells of a no who said it, where and why', async () => {
    const { desk, ask, events, rejected } = rig();
    const plan = planOf('T2');
    await ask(plan);
    const word = { planId: plan.id, by: 'klaus', channel: 'page' } as const;
    expect(desk.reject(word, 'too much')).toBeNull();
    expect(rejected).toEqual([plan]);
    expect(events.at(-1)).toMatchObject({
      type: 'approval_refused',
      actor: 'person',
      symbol: 'AAPL',
      planId: plan.id,
      body: { hash: plan.hash, channel: 'page', because: 'klaus rejected it: too much' },
    });
    expect(await ask(plan)).toMatchObject({ code: 'approval_rejected' });
  });

  it('voids what waits when it stops, and keeps what was said before', async () => {
    const { desk, ask, yes, events } = rig();
    const [open, given] = [planOf('T2'), planOf('T2', { id: 'plan-2' as ActionPlan['id'] })];
    await ask(open);
    await ask(given);
    yes(given);
    desk.stop();
    expect(desk.pending()).toEqual([]);
    expect(desk.approvalOf(given)).toBeNull();
    const refused = events.filter(({ type }) => type === 'approval_refused');
    expect(refused.map(({ planId }) => planId)).toEqual([open.id]);
  });

  it('has room again when what waited has lapsed', async () => {
    const { clock, ask } = rig();
    const numbered = (count: number, expiresAt: number) =>
      planOf('T2', { id: `plan-${count}` as ActionPlan['id'], expiresAt });
    for (const count of [1, 2, 3]) await ask(numbered(count, NOW + 1_000));
    expect(await ask(numbered(4, NOW + 9_000))).toMatchObject({ code: 'too_many_approvals' });
    await clock.advanceBy(1_001);
    expect(await ask(numbered(5, NOW + 9_000))).toMatchObject({ code: 'approval_needed' });
  });

  it('names every plan by a code of its own, another in each process', async () => {
    const { ask, desk } = rig();
    await ask(planOf('T2'));
    await ask(planOf('T2', { id: 'plan-2' as ActionPlan['id'] }));
    const codes = desk.pending().map(({ code }) => code);
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{8}$/);
  });

  it('asks about several symbols under none of them', async () => {
    const { ask, events } = rig();
    await ask(planOf('T2', { parts: actionPlan('AAPL', 'KO').parts }));
    expect(events[0]).toMatchObject({ type: 'approval_requested', actor: 'host', symbol: null });
  });
});
