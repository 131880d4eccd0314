import { describe, expect, it } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { ApprovalChannel, ApprovalTier } from '../../src/domain/approval.ts';
import type { Environment } from '../../src/domain/environment.ts';
import type { JournalEvent } from '../../src/domain/event.ts';
import type { ActionPlan } from '../../src/domain/plan.ts';
import { sealPlan } from '../../src/engine/planning/plan-hash.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { ApprovalDesk } from '../../src/runtime/plans/approval-desk.ts';
import { approvalText } from '../../src/runtime/plans/approval-text.ts';
import {
  defaultRuntimeSettings,
  type RuntimeSettings,
} from '../../src/runtime/settings/settings.ts';
import { NOW } from '../support/given.ts';
import { actionPlan } from '../tools/given-plan.ts';

const EXPIRES_AT = NOW + 900_000;
const HOW =
  'a person approves it with "bigbrother pending" and "bigbrother approve" in a terminal of this ' +
  'machine; then execute the same plan again';
const NOTHING_WAITS = 'no plan of this name waits for a person: it expired, was used or answered';

const planOf = (
  tier: ApprovalTier = 'T2',
  more: Partial<Omit<ActionPlan, 'hash'>> = {},
): ActionPlan => {
  const { hash: _, ...fields } = actionPlan('AAPL');
  const approval = { tier, because: ['it is a test', 'and another'] };
  return sealPlan({ ...fields, approval, expiresAt: EXPIRES_AT, ...more });
};
const numbered = (count: number, more: Partial<Omit<ActionPlan, 'hash'>> = {}) =>
  planOf('T2', { id: `plan-${count}` as ActionPlan['id'], ...more });

type Elicitation = RuntimeSettings['approvals']['elicitation'];

function rig(
  elicitation: Elicitation = 'not_live',
  seed = 'desk',
  seenAs: (clock: VirtualClock) => Clock = (clock) => clock,
) {
  const clock = new VirtualClock(NOW);
  const events: JournalEvent[] = [];
  const durable: number[] = [];
  const { approvals } = defaultRuntimeSettings;
  const desk = new ApprovalDesk({
    logger: {
      log: (event: JournalEvent) => events.push(event),
      commit: () => durable.push(events.length),
    } as never,
    clock: seenAs(clock),
    ids: new SeededIds(seed),
    settings: { ...defaultRuntimeSettings, approvals: { ...approvals, elicitation } },
    vetoes: { rejected: () => {} } as never,
  });
  const over = new AbortController();
  const ask = (plan: ActionPlan, channel: ApprovalChannel | null = null) =>
    desk.ask(plan, channel, over.signal);
  const codeFor = (plan: ActionPlan) =>
    desk.pending().find(({ planId }) => planId === plan.id)?.code ?? '';
  const by = (plan: ActionPlan) => ({ planId: plan.id, by: 'klaus', channel: 'terminal' }) as const;
  const approve = (plan: ActionPlan, code: string, hash = plan.hash) =>
    desk.approve({ ...by(plan), hash, code });
  return { clock, desk, events, durable, over, ask, codeFor, by, approve };
}

/** The host's way to its person, which answers when a test says what. */
function hostsChannel() {
  const asked: Parameters<ApprovalChannel['ask']>[] = [];
  let answer: (word: 'yes' | 'no' | 'silence') => void = () => {};
  const channel: ApprovalChannel = {
    ask: (...given) => {
      asked.push(given);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  };
  return { asked, channel, answers: (word: 'yes' | 'no' | 'silence') => answer(word) };
}

describe('a plan that waits for a person', () => {
  it('says what it waits for, and how it is approved', async () => {
    const { desk, ask } = rig();
    const plan = planOf();
    const needed = { code: 'approval_needed', because: `it is a test; and another: ${HOW}` };
    expect(desk.whyNot(plan)).toEqual(needed);
    expect(await ask(plan)).toEqual(needed);
    expect(desk.whyNot(planOf('T4'))).toEqual({
      ...{ code: 'approval_impossible', because: 'it is a test; and another' },
    });
  });

  it('is shown with its text, its code and its end, the oldest first', async () => {
    const { desk, ask, codeFor } = rig();
    const [one, two] = [numbered(1), numbered(2)];
    await ask(one);
    await ask(two);
    expect(desk.pending()).toEqual(
      [one, two].map((plan) => ({
        ...{ planId: plan.id, hash: plan.hash, tier: 'T2', text: approvalText(plan) },
        ...{ code: codeFor(plan), expiresAt: EXPIRES_AT },
      })),
    );
  });

  it('is written down durably with what was shown, once', async () => {
    const { ask, events, durable } = rig();
    const plan = planOf();
    await ask(plan);
    await ask(plan);
    expect(events).toEqual([
      {
        ...{ type: 'approval_requested', actor: 'host', symbol: 'AAPL', planId: plan.id },
        body: {
          ...{ hash: plan.hash, tier: 'T2', because: ['it is a test', 'and another'] },
          shown: approvalText(plan).lines,
        },
      },
    ]);
    expect(durable).toEqual([1]);
  });

  it('is about several symbols under none of them, and so is a plan without parts', async () => {
    const { ask, events } = rig();
    await ask(planOf('T2', { parts: actionPlan('AAPL', 'KO').parts }));
    await ask(numbered(2, { parts: [] }));
    expect(events.map(({ symbol }) => symbol)).toEqual([null, null]);
  });

  it('lapses a moment after its end, and not before', async () => {
    const { clock, desk, ask, events, approve, codeFor } = rig();
    const plan = planOf();
    await ask(plan);
    const code = codeFor(plan);
    await clock.advanceTo(EXPIRES_AT - 1);
    expect(desk.pending()).toHaveLength(1);
    await clock.advanceTo(EXPIRES_AT);
    expect(events.at(-1)).toEqual({
      ...{ type: 'approval_refused', actor: 'system', symbol: 'AAPL', planId: plan.id },
      body: {
        ...{ hash: plan.hash, channel: null, because: 'nobody answered before it expired' },
      },
    });
    expect(desk.pending()).toEqual([]);
    expect(approve(plan, code)).toBe(NOTHING_WAITS);
    expect(await ask(plan)).toEqual({
      ...{ code: 'approval_rejected', because: 'nobody answered before it expired' },
    });
  });

  it('does not lapse once it was answered', async () => {
    const { clock, ask, approve, codeFor, events } = rig();
    const plan = planOf();
    await ask(plan);
    expect(approve(plan, codeFor(plan))).toBeNull();
    await clock.advanceTo(EXPIRES_AT + 1_000);
    expect(events.map(({ type }) => type)).toEqual(['approval_requested', 'approval_given']);
    expect(clock.nextDueAt()).toBeNull();
  });

  it('has room beside two others, and is refused beside three', async () => {
    const { ask, approve, codeFor } = rig();
    for (const count of [1, 2, 3]) {
      expect(await ask(numbered(count))).toMatchObject({ code: 'approval_needed' });
    }
    const full = {
      code: 'too_many_approvals',
      because: '3 plans wait for a person already, and 3 are the most',
    };
    expect(await ask(numbered(4))).toEqual(full);
    // Those that wait may be asked about again, and one that is answered waits no more.
    expect(await ask(numbered(2))).toMatchObject({ code: 'approval_needed' });
    approve(numbered(1), codeFor(numbered(1)));
    expect(await ask(numbered(4))).toMatchObject({ code: 'approval_needed' });
  });
});

describe('a yes in the terminal', () => {
  it('is written down with who, where and from when, and holds for its plan', async () => {
    const { desk, ask, approve, codeFor, events, durable } = rig();
    const plan = planOf();
    await ask(plan);
    expect(approve(plan, codeFor(plan))).toBeNull();
    expect(events.at(-1)).toEqual({
      ...{ type: 'approval_given', actor: 'person', symbol: 'AAPL', planId: plan.id },
      body: { hash: plan.hash, by: 'klaus', channel: 'terminal', holdsFrom: NOW },
    });
    expect(durable.at(-1)).toBe(2);
    expect(desk.approvalOf(plan)).toMatchObject({
      ...{ by: 'klaus', channel: 'terminal', at: NOW, holdsFrom: NOW },
    });
    expect(desk.approvalOf(numbered(2))).toBeNull();
  });

  it('holds for T3 from ten minutes later on', async () => {
    const { desk, ask, approve, codeFor } = rig();
    const plan = planOf('T3');
    await ask(plan);
    expect(approve(plan, codeFor(plan))).toBeNull();
    expect(desk.approvalOf(plan)).toMatchObject({ at: NOW, holdsFrom: NOW + 600_000 });
    expect(desk.whyNot(plan)).toEqual({
      code: 'approval_needed',
      because: 'it is approved, and may run from 2026-10-14T14:10:00.000Z on',
    });
  });

  it('takes the code in capitals, and no other code', async () => {
    const { ask, approve, codeFor } = rig();
    const plan = planOf();
    await ask(plan);
    const code = codeFor(plan);
    expect(approve(plan, `${code}x`)).toBe('this is not the code of the plan');
    expect(approve(plan, '')).toBe('this is not the code of the plan');
    expect(approve(plan, code.toUpperCase())).toBeNull();
  });

  it.each([
    ['never', 'paper', 'T2', "a yes in the agent's program does not count (setting approvals."],
    ['not_live', 'live', 'T2', "a yes in the agent's program does not count for real money"],
    ['always', 'paper', 'T3', "T3 is not approved in the agent's program"],
    ['not_live', 'paper', 'T2', null],
  ] as const)('on a card in the host, with %s in %s for %s: %s', async (...given) => {
    const [elicitation, environment, tier, because] = given;
    const { desk, ask, by, codeFor } = rig(elicitation as Elicitation);
    const plan = planOf(tier, { environment });
    await ask(plan);
    const word = { ...by(plan), channel: 'app', hash: plan.hash, code: codeFor(plan) } as const;
    const answer = desk.approve(word);
    if (because === null) expect(answer).toBeNull();
    else expect(answer).toContain(because);
    expect(desk.approvalOf(plan) !== null).toBe(because === null);
  });

  it('is for the plan that was shown, by its hash', async () => {
    const { desk, ask, approve, codeFor } = rig();
    const plan = planOf();
    await ask(plan);
    const other = approve(plan, codeFor(plan), numbered(2).hash);
    expect(other).toBe('this is another plan than the one shown');
    expect(desk.approvalOf(plan)).toBeNull();
    expect(desk.pending()).toHaveLength(1);
  });

  it('is given up after five wrong codes', async () => {
    const { ask, approve, codeFor, events } = rig();
    const plan = planOf();
    await ask(plan);
    const code = codeFor(plan);
    const answers = [1, 2, 3, 4, 5].map((count) => approve(plan, `wrong${count}`));
    expect(answers.slice(0, 4)).toEqual(Array(4).fill('this is not the code of the plan'));
    expect(answers[4]).toBe('5 wrong codes were given: the plan is rejected');
    expect(approve(plan, code)).toBe(NOTHING_WAITS);
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'approval_refused', actor: 'system' },
      body: { channel: 'terminal', because: '5 wrong codes were given' },
    });
    expect(await ask(plan)).toEqual({
      ...{ code: 'approval_rejected', because: '5 wrong codes were given' },
    });
  });

  it('has a code that the next process does not know, and that nobody makes of the hash', async () => {
    const plan = planOf();
    const codes = await Promise.all(
      ['one', 'two', 'one'].map(async (seed) => {
        const { ask, codeFor } = rig('not_live', seed);
        await ask(plan);
        return codeFor(plan);
      }),
    );
    expect(codes[0]).not.toBe(codes[1]);
    expect(codes[0]).toBe(codes[2]);
    expect(new Set(codes.join('')).size).toBeGreaterThan(8);
  });
});

describe('what has ended', () => {
  it('is told of for as long as the plan could be executed, and then forgotten', async () => {
    const { clock, desk, ask, by } = rig();
    const [old, later] = [planOf(), numbered(2, { expiresAt: EXPIRES_AT + 60_000 })];
    await ask(old);
    desk.reject(by(old), 'no');
    await clock.advanceTo(EXPIRES_AT);
    await ask(later);
    expect(desk.whyNot(old)).toMatchObject({ code: 'approval_rejected' });
    await clock.advanceTo(EXPIRES_AT + 1);
    await ask(numbered(3, { expiresAt: EXPIRES_AT + 60_000 }));
    expect(desk.whyNot(old)).toMatchObject({ code: 'approval_needed' });
    expect(desk.pending().map(({ planId }) => planId)).toEqual(['plan-2', 'plan-3']);
  });

  it('is not what waits still', async () => {
    const { desk, ask, by } = rig();
    await ask(numbered(1));
    await ask(numbered(2));
    expect(desk.reject(by(numbered(1)), 'no')).toBeNull();
    expect(desk.reject(by(numbered(1)), 'no')).toBe(NOTHING_WAITS);
    expect(desk.pending().map(({ planId }) => planId)).toEqual(['plan-2']);
  });

  it('with the process is told as such', async () => {
    const { clock, desk, ask, events } = rig();
    const plan = planOf();
    await ask(plan);
    desk.stop();
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'approval_refused', actor: 'system' },
      body: { channel: null, because: 'BigBrother stopped before it was answered' },
    });
    expect(clock.nextDueAt()).toBeNull();
    expect(desk.whyNot(plan)).toMatchObject({ code: 'approval_needed' });
  });

  it('with its execution leaves no timer behind', async () => {
    const { clock, desk, ask } = rig();
    const plan = planOf();
    await ask(plan);
    expect(clock.nextDueAt()).toBe(EXPIRES_AT);
    desk.spent(plan);
    expect(clock.nextDueAt()).toBeNull();
    desk.spent(planOf('T2', { createdAt: 1 }));
  });
});

describe('a person who is asked through the host', () => {
  it('reads the text of the plan, has until its end, and is asked once', async () => {
    const { clock, desk, ask, events } = rig();
    const { channel, asked, answers } = hostsChannel();
    const plan = planOf();
    await clock.advanceBy(1_000);
    const work = ask(plan, channel);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.[0]).toEqual(approvalText(plan));
    expect(asked[0]?.[1]).toBe(899_000);
    expect(asked[0]?.[2].aborted).toBe(false);
    expect(await ask(plan, channel)).toMatchObject({ code: 'approval_needed' });
    expect(asked).toHaveLength(1);
    answers('yes');
    expect(await work).toBeNull();
    expect(desk.approvalOf(plan)).toMatchObject({ channel: 'elicitation' });
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'approval_given', actor: 'person' },
      body: { by: "the host's person", channel: 'elicitation', holdsFrom: NOW + 1_000 },
    });
  });

  it('says no, and that is told like any other no', async () => {
    const { ask, events } = rig();
    const { channel, answers } = hostsChannel();
    const work = ask(planOf(), channel);
    answers('no');
    const because = "the host's person rejected it: declined in the host";
    expect(await work).toEqual({ code: 'approval_rejected', because });
    expect(events.at(-1)).toMatchObject({ body: { channel: 'elicitation', because } });
  });

  it('says nothing, and the plan waits on', async () => {
    const { desk, ask } = rig();
    const { channel, answers } = hostsChannel();
    const work = ask(planOf(), channel);
    answers('silence');
    expect(await work).toMatchObject({ code: 'approval_needed' });
    expect(desk.pending()).toHaveLength(1);
  });

  it('comes too late when a terminal was faster', async () => {
    const { desk, ask, approve, codeFor, by, events } = rig();
    const first = hostsChannel();
    const plan = planOf();
    const work = ask(plan, first.channel);
    approve(plan, codeFor(plan));
    expect(first.asked[0]?.[2].aborted).toBe(true);
    first.answers('no');
    expect(await work).toBeNull();
    expect(events.map(({ type }) => type)).toEqual(['approval_requested', 'approval_given']);

    const second = hostsChannel();
    const other = numbered(2);
    const waiting = ask(other, second.channel);
    desk.reject(by(other), 'no');
    second.answers('yes');
    expect(await waiting).toMatchObject({ code: 'approval_rejected' });
    expect(desk.approvalOf(other)).toBeNull();
  });

  it('comes too late when the plan has ended', async () => {
    const { clock, desk, ask } = rig();
    const { channel, asked, answers } = hostsChannel();
    const plan = planOf();
    const work = ask(plan, channel);
    await clock.advanceTo(EXPIRES_AT);
    expect(asked[0]?.[2].aborted).toBe(true);
    answers('yes');
    expect(await work).toMatchObject({ code: 'approval_rejected' });
    expect(desk.approvalOf(plan)).toBeNull();
  });

  it('comes too late also where the timer that ends the plan is late itself', async () => {
    const given = rig('not_live', 'desk', (clock) => ({
      ...{ now: () => clock.now(), monotonicMs: () => clock.monotonicMs() },
      ...{ after: () => () => {}, sleep: (ms, signal) => clock.sleep(ms, signal) },
    }));
    const { channel, answers } = hostsChannel();
    const plan = planOf();
    const work = given.ask(plan, channel);
    await given.clock.advanceTo(EXPIRES_AT);
    expect(given.desk.pending()).toHaveLength(1);
    await given.clock.advanceTo(EXPIRES_AT + 1);
    expect(given.desk.pending()).toEqual([]);
    answers('yes');
    expect(await work).toMatchObject({ code: 'approval_needed' });
    expect(given.desk.approvalOf(plan)).toBeNull();
  });

  it('is not heard any more when the host has gone: the plan waits for a terminal', async () => {
    const { desk, ask, over } = rig();
    const { channel, asked, answers } = hostsChannel();
    const plan = planOf();
    const work = ask(plan, channel);
    over.abort();
    expect(asked[0]?.[2].aborted).toBe(true);
    answers('yes');
    expect(await work).toEqual({
      code: 'approval_needed',
      because: `the call was canceled meanwhile: ${HOW}`,
    });
    expect(desk.approvalOf(plan)).toBeNull();
    expect(desk.pending()).toHaveLength(1);
  });

  it.each([
    ['never', 'paper', 'T2', false],
    ['not_live', 'paper', 'T2', true],
    ['not_live', 'simulated', 'T2', true],
    ['not_live', 'live', 'T2', false],
    ['always', 'live', 'T2', true],
    ['always', 'paper', 'T3', false],
    ['not_live', 'paper', 'T3', false],
  ] as const)('with %s in %s for %s: %s', async (elicitation, environment, tier, isAsked) => {
    const { ask } = rig(elicitation as Elicitation);
    const { channel, asked, answers } = hostsChannel();
    const work = ask(planOf(tier, { environment: environment as Environment }), channel);
    answers('silence');
    await work;
    expect(asked).toHaveLength(isAsked ? 1 : 0);
  });
});
