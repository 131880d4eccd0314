import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import type { Verdict } from '../../src/domain/guardrail.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { ActionPlan, Intent } from '../../src/domain/plan.ts';
import type { Account } from '../../src/domain/portfolio.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import { AdviceBook } from '../../src/runtime/plans/advice-book.ts';
import { ApprovalRules } from '../../src/runtime/plans/approval-rules.ts';
import { approvalText, checkOf } from '../../src/runtime/plans/approval-text.ts';
import { PlanStore } from '../../src/runtime/plans/plan-store.ts';
import { ProposalLimiter } from '../../src/runtime/plans/proposal-limiter.ts';
import { ProposalVetoes } from '../../src/runtime/plans/proposal-vetoes.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { NOW, snapshot } from '../support/given.ts';
import { AAPL, settle, watchedAccount } from '../support/guarded-account.ts';
import { actionPlan, denied } from '../tools/given-plan.ts';

const EXIT: Intent = { kind: 'exit', symbol: AAPL };

const planOf = (more: Partial<Omit<ActionPlan, 'hash'>> = {}): ActionPlan => {
  const { hash: _, ...fields } = actionPlan('AAPL');
  const approval = { tier: 'T2', because: ['it is much'] } as const;
  return sealPlan({ ...fields, intent: EXIT, approval, ...more });
};

const recordOf = (type: EventType, body: JournalRecord['body'], at = NOW): JournalRecord => ({
  ...{ v: 1, seq: 1, at, boot: 'boot', type, actor: 'system', symbol: null },
  ...{ planId: null, orderId: null, body, prev: '', hash: '' },
});

describe('proposals', () => {
  it('are held back beyond so many a minute, and come free again one by one', () => {
    const limiter = new ProposalLimiter(() => 2);
    expect(limiter.take(EXIT, 0)).toBeNull();
    expect(limiter.take({ kind: 'manage', symbol: null }, 10_000)).toBeNull();
    expect(limiter.take(EXIT, 20_000)).toContain('the next is taken in 40 s');
    expect(limiter.take(EXIT, 59_999)).toContain('in 1 s');
    expect(limiter.take(EXIT, 60_000)).toBeNull();
    expect(limiter.take(EXIT, 60_001)).toContain('in 10 s');
  });

  it('to protect and to halt are never held back, and never counted', () => {
    const limiter = new ProposalLimiter(() => 1);
    for (let at = 0; at < 50; at += 1) {
      expect(limiter.take({ kind: 'protect', symbol: null }, at)).toBeNull();
      expect(limiter.take({ kind: 'halt', symbol: null }, at)).toBeNull();
    }
    expect(limiter.take(EXIT, 50)).toBeNull();
    expect(limiter.take(EXIT, 51)).not.toBeNull();
  });

  it('beyond the limit come to no plan, while a stop is placed all the same', async () => {
    const guarded = await watchedAccount();
    const propose = (intent: Intent) =>
      settle(guarded.clock, guarded.bigBrother.propose(intent, 'host'));
    for (let count = 0; count < 6; count += 1) {
      expect(await propose(EXIT)).toMatchObject({ outcome: 'proposed' });
    }
    expect(await propose(EXIT)).toMatchObject({
      outcome: 'impossible',
      code: 'too_many_proposals',
    });
    expect(guarded.records('plan_not_made').at(-1)?.body).toMatchObject({
      code: 'too_many_proposals',
    });
    expect(await propose({ kind: 'protect', symbol: AAPL })).toMatchObject({ outcome: 'proposed' });
    expect(await propose({ kind: 'halt', symbol: null })).toMatchObject({
      outcome: 'proposed',
    });
  });
});

/** What vetoes are remembered, as the journal would bring them back. */
function vetoes() {
  const remembered: ProposalVetoes[] = [];
  const logger = {
    log: (event: { type: EventType; body: unknown }) => {
      for (const each of remembered) each.remember(recordOf(event.type, event.body as never));
    },
  };
  const memory = new ProposalVetoes(logger as never);
  remembered.push(memory);
  return memory;
}

describe('what was denied', () => {
  const denial: Verdict = denied('order-size');

  it('is not proposed again while what was measured and what is allowed are the same', () => {
    const memory = vetoes();
    const plan = planOf();
    expect(memory.whyNot(plan, [denial], NOW)).toBeNull();
    memory.denied(plan, [denial]);
    const again = planOf({ id: 'plan-2' as ActionPlan['id'], createdAt: NOW });
    const passing: Verdict = { ...denial, outcome: 'pass', code: null };
    expect(memory.whyNot(again, [denial], NOW)).toContain('order-size denied this');
    expect(memory.whyNot(again, [passing], NOW)).toContain('unchanged: 5000 shares');
    expect(memory.whyNot(again, [{ ...denial, measured: '4999 shares' }], NOW)).toBeNull();
    expect(memory.whyNot(again, [{ ...denial, limit: '9000 shares' }], NOW)).toBeNull();
    expect(memory.whyNot(again, [], NOW)).toBeNull();
  });

  it('takes one changed input of several', () => {
    const memory = vetoes();
    const other = denied('exposure-total');
    memory.denied(planOf(), [denial, other]);
    expect(memory.whyNot(planOf(), [denial, other], NOW)).toContain('exposure-total');
    expect(memory.whyNot(planOf(), [denial, { ...other, measured: '1' }], NOW)).toBeNull();
  });

  it('stands in the way of no other effect', () => {
    const memory = vetoes();
    memory.denied(planOf(), [denial]);
    const other = planOf({
      parts: planOf().parts.map((part) => ({ ...part, symbol: ticker('KO') })),
    });
    expect(memory.whyNot(other, [denial], NOW)).toBeNull();
  });

  it('never stands in the way of what only protects, nor of the loop', () => {
    for (const free of [
      planOf({ approval: { tier: 'T0', because: [] } }),
      planOf({ origin: 'loop' }),
    ]) {
      const memory = vetoes();
      memory.denied(free, [denial]);
      expect(memory.whyNot(planOf(), [denial], NOW)).toBeNull();
      memory.denied(planOf(), [denial]);
      expect(memory.whyNot(free, [denial], NOW)).toBeNull();
    }
  });

  it('by a person stands for an hour, whatever the market does', () => {
    const memory = vetoes();
    memory.rejected(planOf());
    expect(memory.whyNot(planOf(), [], NOW + 1)).toContain('a person rejected this');
    expect(memory.whyNot(planOf(), [], NOW + 3_599_999)).toContain('in 1 min');
    expect(memory.whyNot(planOf(), [], NOW + 3_600_000)).toBeNull();
  });

  it('is remembered over a restart, and forgotten with its cause', async () => {
    const guarded = await watchedAccount();
    const { clock, haltLatch } = guarded;
    const halt = { level: 'everything', since: clock.now(), pressedAt: clock.now() } as const;
    const by = { actor: 'person', by: 'klaus', because: 'a test', includesForeign: false } as const;
    haltLatch.latch({ ...halt, ...by });
    const exit = (from: Pick<typeof guarded, 'bigBrother'>) =>
      settle(clock, from.bigBrother.propose(EXIT, 'host'));
    expect(await exit(guarded)).toMatchObject({ outcome: 'proposed', executable: false });
    expect(await exit(guarded)).toMatchObject({ outcome: 'impossible', code: 'veto_stands' });
    expect(guarded.records('effect_vetoed')).toHaveLength(1);
    await settle(clock, guarded.stop());
    const next = guarded.boot();
    await settle(clock, next.start());
    expect(await exit(next)).toMatchObject({ code: 'veto_stands' });
    haltLatch.lift({ at: clock.now(), by: 'klaus' });
    expect(await exit(next)).toMatchObject({ outcome: 'proposed', executable: true });
  });
});

describe('what hosts sold', () => {
  const account: Account = snapshot().account;
  const settings = {
    ...defaultRuntimeSettings,
    approvals: {
      ...defaultRuntimeSettings.approvals,
      limits: { ...defaultRuntimeSettings.approvals.limits, saleDollarsPerDay: '1000' },
    },
  };
  const given = () => {
    const clock = new VirtualClock(NOW);
    return { clock, rules: new ApprovalRules({ clock, settings, advice: new AdviceBook() }) };
  };
  const sold = (dollars: string) => ({
    hash: 'h',
    soldUnasked: [{ symbol: 'AAPL', shares: '1', dollars }],
  });
  const covered = planOf().parts.map((part) => ({ ...part, ordersAfter: part.ordersBefore }));
  const tierIn = (rules: ApprovalRules) => rules.needFor(planOf({ parts: covered }), account).tier;

  it('counts for 24 hours, and then no more', async () => {
    const { clock, rules } = given();
    expect(tierIn(rules)).toBe('T1');
    rules.remember(recordOf('plan_spent', sold('600')));
    expect(tierIn(rules)).toBe('T2');
    await clock.advanceBy(24 * 3_600_000 - 1);
    expect(tierIn(rules)).toBe('T2');
    await clock.advanceBy(1);
    expect(tierIn(rules)).toBe('T1');
  });

  it('is what a plan that is spent says of itself, unless a person agreed', () => {
    const { rules } = given();
    const automatic = planOf({ approval: { tier: 'T1', because: [] } });
    expect(rules.soldUnasked(automatic)).toEqual([{ symbol: 'AAPL', shares: '5', dollars: '550' }]);
    expect(rules.soldUnasked(planOf())).toEqual([]);
    const managed = planOf({
      approval: automatic.approval,
      intent: { kind: 'manage', symbol: null },
    });
    expect(rules.soldUnasked(managed)).toEqual([]);
  });

  it.each([
    ['of another kind', recordOf('plan_finished', sold('600'))],
    ['that says nothing of it', recordOf('plan_spent', { hash: 'h' })],
    ['that cannot be read', recordOf('plan_spent', sold('much'))],
  ])('is not taken from a record %s', (_, record) => {
    const { rules } = given();
    rules.remember(record);
    expect(tierIn(rules)).toBe('T1');
  });
});

describe('what a person is shown', () => {
  it('is at most seven lines, out of the bytes of the plan', () => {
    const plan = planOf({ environment: 'paper' });
    const { lines, details } = approvalText(plan);
    expect(lines).toHaveLength(7);
    const text = lines.join('\n');
    for (const part of [
      ...['PAPER account', 'an agent asks to exit (T2)', 'sells 5 of 10 AAPL, about $550.00'],
      ...['sell 10 stop_limit stop 95 limit 94.5 gtc', 'it is much', '$65.50 with a gap of 10 %'],
      ...['$15.00 if stops hold', checkOf(plan.hash), 'Expires 2026-10-14T14:00:58.500Z'],
    ]) {
      expect(text).toContain(part);
    }
    expect(details).toContain(`hash ${plan.hash}`);
    expect(details.join()).toContain('AAPL step 2: send sell 5 limit limit 109.5 day');
    expect(details.join()).toContain('AAPL step 3: cancel sell limit tp-1');
  });

  it('is nothing at all for bytes that are not the ones of the hash', () => {
    const plan = planOf();
    expect(() => approvalText({ ...plan, accountNumber: 'PA-OTHER' })).toThrow(/not the one/);
    expect(() => approvalText({ ...plan, hash: 'f'.repeat(64) })).toThrow(/not the one/);
  });

  it('stays in seven lines whatever a text in it holds', () => {
    const bad = `x\n\u001b[2Jok\u202e${'y'.repeat(900)}`;
    const { lines, details } = approvalText(planOf({ approval: { tier: 'T2', because: [bad] } }));
    expect(lines).toHaveLength(7);
    for (const line of [...lines, ...details]) {
      expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(line.length).toBeLessThanOrEqual(300);
    }
  });

  it('names three symbols and counts the rest', () => {
    const { lines } = approvalText(planOf({ parts: actionPlan('A', 'B', 'C', 'D', 'E').parts }));
    expect(lines).toHaveLength(7);
    expect(lines[1]).toContain('10 C');
    expect(lines[1]).toContain('and 2 more symbols');
  });

  it('says when shares have no stop, and when nothing is sold', () => {
    const [part] = planOf().parts;
    if (part === undefined) throw new Error('it has a part');
    const bare = {
      ...part,
      steps: [],
      target: { ...part.target, holdQuantity: part.basis.quantity },
      worstLoss: { ...part.worstLoss, atStop: null },
    };
    const { lines } = approvalText(planOf({ parts: [bare] }));
    expect(lines[4]).toContain('some shares have no stop');
    expect(lines[1]).toContain('changes the orders of AAPL in 0 steps');
  });
});

describe('plans that wait for a person', () => {
  it('are not pushed out by a flood of others', () => {
    const plans = new PlanStore();
    const waiting = planOf();
    plans.keep(waiting, NOW);
    for (let count = 0; count < 600; count += 1) {
      const id = `plan-x${count}` as ActionPlan['id'];
      plans.keep(planOf({ id, approval: { tier: 'T0', because: [] } }), NOW);
    }
    expect(plans.get(waiting.id)).toBe(waiting);
    expect(plans.get('plan-x0')).toBeNull();
    expect(plans.get('plan-x599')).not.toBeNull();
  });
});
