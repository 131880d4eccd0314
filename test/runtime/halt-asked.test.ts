import { describe, expect, it } from 'vitest';
import type { Mode } from '../../src/domain/environment.ts';
import type { HaltLevel } from '../../src/domain/halt.ts';
import type { PlanPart, Step } from '../../src/domain/plan.ts';
import { executeHalt, HALT_NOTE } from '../../src/runtime/halt/halt-intent.ts';
import { haltInWords } from '../../src/runtime/halt/halt-words.ts';
import { buyMore, cancel, partOf, replace, submit } from '../policies/support.ts';
import { holding, NOW, stopLimit } from '../support/given.ts';
import { settle } from '../support/guarded-account.ts';
import { asked, entry, started } from '../support/halt-rig.ts';
import { actionPlan } from '../tools/given-plan.ts';

describe('what may be sent', () => {
  const held = holding({ orders: [stopLimit()] });
  const flat = holding({ quantity: '0', orders: [stopLimit()] });
  const why = (level: HaltLevel | null, step: Step, context = held): string | null => {
    const { watch, press } = started({ mode: 'observe' });
    if (level !== null) press(level);
    const part: PlanPart = partOf(context, [step]);
    return watch.whyBlocked(step, part);
  };
  const exit = submit();
  const raise = replace(stopLimit(), { stop: '96' });
  const buy = buyMore('1', '100');
  const release = cancel(stopLimit());

  it('is everything while nothing is halted', () => {
    for (const step of [exit, raise, buy, release]) expect(why(null, step)).toBeNull();
  });

  it('is what adds nothing while entries are', () => {
    for (const step of [exit, raise, release]) expect(why('entries', step)).toBeNull();
    expect(why('entries', buy)).toMatch(/^trading is halted \(entries\) by a test: it wants to;/);
    expect(why('entries', submit({ quantity: '11' }))).not.toBeNull();
  });

  it.each(['everything', 'flatten'] as const)('is next to nothing under %s', (level) => {
    for (const step of [exit, raise, buy, release]) {
      expect(why(level, step)).toContain(`trading is halted (${level})`);
    }
    // An exit that rests where nothing is held could only open a position.
    expect(why(level, release, flat)).toBeNull();
    expect(why(level, exit, flat)).not.toBeNull();
  });
});

describe('a halt that is asked for here', () => {
  it('is latched before anything else, and waited for until it is verified', async () => {
    const { watch, clock, broker, latch } = started();
    broker.orders = [entry];
    const work = watch.halt(asked('entries'), 15_000);
    expect(latch.read()).toEqual({ ...asked('entries'), since: NOW, pressedAt: NOW });
    const { halt, report, isVerified } = await settle(clock, work);
    expect(halt).toEqual(latch.read());
    expect(report).toMatchObject({ outcome: 'verified', canceled: ['entry'] });
    expect(isVerified).toBe(true);
    expect(clock.now() - NOW).toBeLessThan(5_000);
  });

  it('is told of as far as it has come when that takes too long', async () => {
    const { watch, clock, broker } = started();
    broker.orders = [entry];
    broker.obeys = false;
    const work = watch.halt(asked('entries'), 3_000);
    await clock.advanceBy(3_000);
    const { report, isVerified } = await work;
    expect(report).toMatchObject({ outcome: 'at_work', canceled: ['entry'] });
    expect(isVerified).toBe(false);
    expect(clock.now() - NOW).toBe(3_000);
  });

  it('has no report where the mode lets nothing be sent', async () => {
    const { watch, latch } = started({ mode: 'propose' });
    const answer = await watch.halt(asked('entries'), 15_000);
    expect(answer).toEqual({ halt: latch.read(), report: null, isVerified: false });
  });

  it('begins nothing again where one as strict holds', async () => {
    const { watch, press, clock, latch, records } = started();
    const before = press('everything', 'person');
    await settle(clock, watch.halt(asked('everything'), 15_000));
    await settle(clock, watch.halt(asked('entries'), 15_000));
    expect(latch.read()).toEqual(before);
    expect(records('halt_latched')).toHaveLength(1);
    expect(await watch.halt(asked('entries'), 15_000)).toEqual({
      ...{ halt: before, report: null, isVerified: true },
    });
  });

  it('makes a milder one stricter', async () => {
    const { watch, press, clock, latch } = started();
    press('entries', 'person');
    const { halt } = await settle(clock, watch.halt(asked('everything'), 15_000));
    expect(halt).toMatchObject({ level: 'everything', actor: 'host' });
    expect(latch.read()?.level).toBe('everything');
  });
});

describe('a plan of a host to halt', () => {
  const given = (mode: Mode = 'execute') => {
    const made = started({ mode });
    const { hash: _, ...fields } = actionPlan();
    const intent = { kind: 'halt', symbol: null } as const;
    const plan = { ...fields, intent, expiresAt: NOW + 60_000, hash: 'the hash' };
    const { watch: halts, logger, clock } = made;
    return { ...made, plan, execute: () => executeHalt(plan, { halts, logger, clock }) };
  };

  it('says what it stops and what it leaves to a person', () => {
    expect(HALT_NOTE).toEqual({
      recipe: 'halt',
      because:
        'nothing that adds risk is sent any more, and own resting entries are canceled; stops, ' +
        'rescue and exits go on; to stop those as well, a person runs "bigbrother halt"',
    });
  });

  it('stops what adds risk, is spent, and is reported with what was done', async () => {
    const { clock, broker, plan, execute, latch, records } = given();
    broker.orders = [entry];
    const report = await settle(clock, execute());
    const halt = latch.read();
    expect(halt).toEqual({
      ...{ level: 'entries', actor: 'host', by: 'the host', includesForeign: false },
      ...{ because: `the host executed ${plan.id}`, since: NOW, pressedAt: NOW },
    });
    if (halt === null) throw new Error('it was to be halted');
    expect(report).toEqual({
      ...{ planId: plan.id, outcome: 'completed', refusal: null, parts: [], verdicts: [] },
      ...{ startedAt: NOW, finishedAt: clock.now() },
      because: [
        haltInWords(halt),
        'the broker took 1 cancels',
        'VERIFIED: nothing is left that has to end',
      ].join('; '),
    });
    expect(records('plan_spent')).toMatchObject([
      { actor: 'system', planId: plan.id, body: { hash: 'the hash' } },
    ]);
    expect(records('plan_finished')).toMatchObject([{ planId: plan.id }]);
  });

  it('is spent durably before the broker has answered', async () => {
    const { clock, broker, execute, records } = given();
    broker.orders = [entry];
    broker.obeys = false;
    const work = execute();
    expect(records('plan_spent')).toHaveLength(1);
    expect(records('plan_finished')).toHaveLength(0);
    await clock.advanceBy(14_999);
    expect(records('plan_finished')).toHaveLength(0);
    await clock.advanceBy(1);
    expect(await work).toMatchObject({ outcome: 'stopped' });
    expect(records('plan_finished')).toHaveLength(1);
  });

  it('is refused a moment after its end, and nothing is latched', async () => {
    const { clock, plan, execute, latch, records } = given();
    await clock.advanceTo(NOW + 60_001);
    expect(await execute()).toMatchObject({
      ...{ planId: plan.id, outcome: 'denied', refusal: 'plan_expired', parts: [], verdicts: [] },
      ...{ because: 'the plan is too old: propose it again' },
      ...{ startedAt: NOW + 60_001, finishedAt: NOW + 60_001 },
    });
    expect(latch.read()).toBeNull();
    expect(records('plan_spent')).toEqual([]);
    expect(records('plan_refused')).toMatchObject([
      {
        ...{ actor: 'system', planId: plan.id },
        body: { refusal: 'plan_expired', because: 'the plan is too old: propose it again' },
      },
    ]);
  });

  it('holds to the last millisecond', async () => {
    const { clock, execute } = given();
    await clock.advanceTo(NOW + 60_000);
    expect(await settle(clock, execute())).toMatchObject({ outcome: 'completed' });
  });

  it('says that nothing is canceled where the mode lets nothing be sent', async () => {
    const { execute } = given('propose');
    const report = await execute();
    expect(report.outcome).toBe('stopped');
    expect(report.because.split('; ').at(-1)).toBe('the mode lets nothing be canceled');
  });

  it('says that it was verified before, or that the mode cancels nothing', async () => {
    const { clock, execute, press, latch } = given();
    latch.markVerified(press('everything', 'person'));
    const report = await settle(clock, execute());
    expect(report.outcome).toBe('completed');
    expect(report.because.split('; ').at(-1)).toBe('VERIFIED before');
  });
});
