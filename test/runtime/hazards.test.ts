import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../src/domain/answers.ts';
import type { PlanId } from '../../src/domain/ids.ts';
import type { ExecutionReport } from '../../src/domain/report.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import {
  AAPL,
  type Guarded,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const TWO = [
  { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
  { symbol: 'MSFT', qty: '20', averageEntryPrice: '100' },
];

type Proposed = Extract<Proposal, { outcome: 'proposed' }>;

async function proposed(guarded: Guarded, intent: 'protect' | 'exit' | 'half'): Promise<Proposed> {
  const { clock, bigBrother } = guarded;
  const wanted =
    intent === 'half'
      ? ({
          kind: 'reduce',
          symbol: AAPL,
          amount: { kind: 'fraction', fraction: '0.5' },
        } as const)
      : ({ kind: intent, symbol: AAPL } as const);
  const proposal = await settle(clock, bigBrother.propose(wanted, 'host'));
  if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
  return proposal;
}

function execute(guarded: Guarded, { plan }: Proposed, hash = plan.hash): Promise<ExecutionReport> {
  return settle(guarded.clock, guarded.bigBrother.execute(plan.id, hash));
}

describe('a plan that is executed', () => {
  it('does what it showed, and is in the journal from intent to report', async () => {
    const guarded = await watchedAccount();
    const report = await execute(guarded, await proposed(guarded, 'protect'));
    expect(report).toMatchObject({ outcome: 'completed', refusal: null });
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    const told = guarded.bigBrother.history({ planId: report.planId, limit: 20 }).records;
    expect(told.map(({ type }) => type).reverse()).toEqual([
      'plan_proposed',
      'plan_reviewed',
      'plan_spent',
      'step_intended',
      'step_answered',
      'step_observed',
      'plan_finished',
    ]);
    expect(guarded.logger.verify()).toMatchObject({ ok: true });
  });

  it('closes a position for the host, and says so once it is flat', async () => {
    const guarded = await loopedAccount();
    const report = await execute(guarded, await proposed(guarded, 'exit'));
    expect(report.outcome).toBe('completed');
    expect(guarded.held()).toBeNull();
    expect(guarded.resting()).toEqual([]);
  });

  it('sells half for the host, and half of the rest when asked again', async () => {
    const guarded = await loopedAccount();
    await execute(guarded, await proposed(guarded, 'half'));
    expect(guarded.held()).toBe('long 5');
    await execute(guarded, await proposed(guarded, 'half'));
    expect(guarded.held()).toBe('long 3');
    expect(guarded.resting()).toEqual(['sell stop_limit 3 @92']);
  });
});

describe('a plan is refused', () => {
  it('the second time', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'protect');
    await execute(guarded, plan);
    expect(await execute(guarded, plan)).toMatchObject({ refusal: 'plan_already_used' });
    expect(guarded.broker.mutations()).toHaveLength(1);
  });

  it('when it is executed twice at the same time: one runs', async () => {
    const guarded = await watchedAccount();
    const { plan } = await proposed(guarded, 'protect');
    const both = [0, 1].map(() => guarded.bigBrother.execute(plan.id, plan.hash));
    const reports = await settle(guarded.clock, Promise.all(both));
    expect(reports.map(({ refusal }) => refusal).sort()).toEqual(
      ['plan_already_used', null].sort(),
    );
    expect(guarded.broker.mutations()).toHaveLength(1);
  });

  it('with a hash that is not its own', async () => {
    const guarded = await watchedAccount();
    const report = await execute(guarded, await proposed(guarded, 'protect'), 'f'.repeat(64));
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'plan_hash_mismatch' });
    expect(guarded.broker.mutations()).toEqual([]);
  });

  it('when nobody proposed it', async () => {
    const guarded = await watchedAccount();
    const report = await settle(
      guarded.clock,
      guarded.bigBrother.execute('plan-nowhere' as PlanId, 'f'.repeat(64)),
    );
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'plan_unknown' });
  });

  it('after its expiry', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'protect');
    await guarded.clock.advanceBy(60_001);
    expect(await execute(guarded, plan)).toMatchObject({ refusal: 'plan_expired' });
  });

  it('when the position has changed since', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'exit');
    await guarded.trade('AAPL', 'sell', '4');
    const report = await execute(guarded, plan);
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'plan_drifted' });
    expect(report.because).toContain('long 6');
    expect(guarded.broker.mutations()).toEqual([]);
  });

  it('when the price has moved too far since', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'exit');
    guarded.price('AAPL', '97');
    expect(await execute(guarded, plan)).toMatchObject({ refusal: 'plan_drifted' });
  });

  it.each(['observe', 'propose'] as const)('in mode %s', async (mode) => {
    const guarded = await watchedAccount({ settings: { mode } });
    const plan = await proposed(guarded, 'protect');
    expect(plan.executable).toBe(false);
    expect(await execute(guarded, plan)).toMatchObject({ refusal: 'mode_forbids_execution' });
    expect(guarded.broker.mutations()).toEqual([]);
  });

  it('while BigBrother is stopping', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'protect');
    await settle(guarded.clock, guarded.stop());
    expect(await execute(guarded, plan)).toMatchObject({ refusal: 'shutting_down' });
  });

  it('when a guardrail says no, with its verdict', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'protect');
    guarded.state.halt('a test found a fault');
    const report = await execute(guarded, plan);
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'guardrails_denied' });
    expect(report.verdicts.find(({ outcome }) => outcome === 'deny')?.code).toBe('trading_halted');
    expect(guarded.broker.mutations()).toEqual([]);
  });
});

describe('when a call to the broker goes wrong', () => {
  it('finds the order whose answer was lost, and never sends it twice', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', { kind: 'loses_answer' });
    const report = await execute(guarded, await proposed(guarded, 'protect'));
    expect(report.outcome).toBe('completed');
    expect(guarded.broker.mutations()).toHaveLength(1);
    expect(guarded.resting()).toHaveLength(1);
  });

  it('takes no new plan while an order is neither found nor refused', async () => {
    const guarded = await watchedAccount();
    for (let n = 0; n < 9; n += 1) guarded.broker.next('submit', { kind: 'loses_request' });
    const report = await execute(guarded, await proposed(guarded, 'protect'));
    expect(report.outcome).toBe('unsettled');
    const again = await settle(
      guarded.clock,
      guarded.bigBrother.propose({ kind: 'protect', symbol: AAPL }, 'host'),
    );
    expect(again.outcome).toBe('impossible');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.bigBrother.alerts().map(({ code }) => code)).toContain('unknown_order');
    expect(new Set(guarded.broker.mutations()).size).toBe(1);
  });

  it('goes on with the symbol as soon as the missing order is seen', async () => {
    const acting = await loopedAccount();
    acting.broker.findsNothing = true;
    acting.broker.next('replace', { kind: 'loses_answer' });
    acting.streams.close();
    acting.price('AAPL', '112');
    await acting.clock.advanceBy(60_000);
    expect(acting.records('step_answered').at(-1)?.body).toMatchObject({ outcome: 'unknown' });
    acting.broker.findsNothing = false;
    await acting.clock.advanceBy(30_000);
    expect(acting.bigBrother.alerts().map(({ code }) => code)).not.toContain('unknown_order');
    acting.price('AAPL', '113');
    await acting.clock.advanceBy(20_000);
    expect(acting.resting()).toEqual(['sell stop_limit 10 @107.35']);
  });

  it('treats a call that hangs as unknown, and lets other symbols go on', async () => {
    const guarded = await watchedAccount({ positions: TWO });
    guarded.broker.findsNothing = true;
    guarded.broker.next('submit', { kind: 'hangs' }, 'AAPL');
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(1_000);
    expect(guarded.resting('MSFT')).toHaveLength(1);
    expect(guarded.coordinator.isBusy(AAPL)).toBe(true);
    await guarded.clock.advanceBy(60_000);
    expect(guarded.coordinator.isBusy(AAPL)).toBe(false);
    expect(guarded.resting('AAPL')).toHaveLength(1);
    expect(guarded.broker.mutations()).toHaveLength(2);
  });

  it.each(['validation', 'shares_held', 'wash_trade', 'forbidden'] as const)(
    'stops at a refusal (%s) and says which',
    async (rejection) => {
      const guarded = await watchedAccount();
      guarded.broker.next('submit', { kind: 'rejects', rejection });
      const report = await execute(guarded, await proposed(guarded, 'protect'));
      expect(report.outcome).toBe('stopped');
      expect(report.parts[0]?.steps[0]).toMatchObject({ outcome: 'rejected', rejection });
      expect(guarded.resting()).toEqual([]);
    },
  );

  it('tries again after a refusal, at once and then soon while the shares are bare', async () => {
    const guarded = await watchedAccount();
    for (let n = 0; n < 3; n += 1) {
      guarded.broker.next('submit', { kind: 'rejects', rejection: 'shares_held' });
    }
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(900);
    expect(guarded.broker.mutations()).toHaveLength(2);
    await guarded.clock.advanceBy(5_000);
    expect(guarded.broker.mutations()).toHaveLength(4);
    expect(guarded.resting()).toHaveLength(1);
  });

  it('looks for the order under an id that is taken, instead of taking another id', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'protect');
    guarded.broker.next('submit', { kind: 'rejects', rejection: 'duplicate_client_order_id' });
    const report = await execute(guarded, plan);
    expect(report.outcome).toBe('completed');
    const step = plan.plan.parts[0]?.steps[0];
    const [order] = guarded.liveOrders();
    expect(step).toMatchObject({ clientOrderId: order?.clientOrderId });
  });

  it('does not sell when a fill has beaten the cancel', async () => {
    const guarded = await loopedAccount({
      positions: [{ symbol: 'AAPL', qty: '2.5', averageEntryPrice: '100' }],
    });
    const plan = await proposed(guarded, 'exit');
    expect(plan.plan.parts[0]?.steps.map(({ kind }) => kind)).toContain('cancel');
    guarded.broker.next('cancel', { kind: 'after', happens: () => guarded.price('AAPL', '91.9') });
    const report = await execute(guarded, plan);
    expect(report).toMatchObject({ outcome: 'stopped' });
    expect(report.because).toMatch(/before its cancel|is filled/);
    expect(guarded.broker.mutations().filter((call) => call.includes('sell market'))).toEqual([]);
    await guarded.clock.advanceBy(20_000);
    expect(guarded.held()).toBeNull();
  });

  it('looks at the symbol again at once when its plan has stopped half way', async () => {
    const guarded = await loopedAccount({
      positions: [{ symbol: 'AAPL', qty: '2.5', averageEntryPrice: '100' }],
    });
    guarded.broker.next('submit', { kind: 'rejects', rejection: 'validation' });
    const report = await execute(guarded, await proposed(guarded, 'exit'));
    expect(report).toMatchObject({ outcome: 'stopped', refusal: null });
    await guarded.clock.advanceBy(500);
    expect(guarded.resting().length).toBeGreaterThan(0);
    expect(guarded.state.nakedTime(AAPL).nakedSince).toBeNull();
  });

  it('keeps its picture and acts on nothing while the account cannot be read', async () => {
    const guarded = await watchedAccount();
    guarded.broker.readsFail = new BrokerError('503', { outcome: 'unknown', status: 503 });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(60_000);
    expect(guarded.held()).toBe('long 10');
    expect(guarded.broker.mutations()).toEqual([]);
    expect(guarded.records('cycle_failed').length).toBeGreaterThan(3);
    guarded.broker.readsFail = null;
    await guarded.clock.advanceBy(10_000);
    expect(guarded.resting()).toHaveLength(1);
  });

  it('does not believe a list of positions that is suddenly empty', async () => {
    const guarded = await loopedAccount();
    guarded.broker.losesPositions = true;
    await guarded.clock.advanceBy(10_000);
    expect(guarded.held()).toBe('long 10');
    expect(guarded.records('episode_closed')).toEqual([]);
    guarded.broker.losesPositions = false;
    await guarded.clock.advanceBy(20_000);
    expect(guarded.context()?.episode.id).toBe('AAPL#1');
    expect(guarded.state.snapshot()?.incoherences).toEqual([]);
  });
});

describe('a stream that was cut', () => {
  it('is trusted again only after the account was read anew', async () => {
    const guarded = await loopedAccount();
    guarded.exchange.dropStreams();
    await guarded.clock.advanceBy(100);
    guarded.broker.calls.length = 0;
    await guarded.clock.advanceBy(9_000);
    expect(guarded.state.streams().trading).toBe('live');
    expect(guarded.broker.calls).toContain('readPositions');
    const states = guarded.records('stream_changed').map(({ body }) => body);
    expect(states).toContainEqual(expect.objectContaining({ state: 'disconnected' }));
  });
});

describe('after a restart', () => {
  it('knows the episode, its first stop, its milestones and what was spent', async () => {
    const guarded = await loopedAccount();
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(10_000);
    const before = guarded.context()?.episode;
    const [spent] = guarded.records('plan_spent');
    await settle(guarded.clock, guarded.stop());

    const second = guarded.boot();
    await settle(guarded.clock, second.start());
    second.orchestrator.start();
    await guarded.clock.advanceBy(60_000);
    const after = second.state.getCompleteContext(AAPL);
    expect(after?.episode).toMatchObject({
      id: before?.id,
      milestones: ['partial@2R'],
      openedAt: before?.openedAt,
    });
    expect(after?.riskPerShare?.toFixed()).toBe('8');
    expect(after?.position.quantity.toFixed()).toBe('5');
    const report = await settle(
      guarded.clock,
      second.bigBrother.execute((spent?.planId ?? '') as PlanId, 'f'.repeat(64)),
    );
    expect(report.refusal).toBe('plan_already_used');
    expect(second.logger.verify()).toMatchObject({ ok: true });
  });

  it('finds out what became of an order that the last process was sending when it died', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', { kind: 'hangs' });
    const plan = await proposed(guarded, 'protect');
    void guarded.bigBrother.execute(plan.plan.id, plan.plan.hash);
    await guarded.clock.advanceBy(100); // And then it is killed: nobody waits for the answer.

    const second = guarded.boot();
    await settle(guarded.clock, second.start());
    second.orchestrator.start();
    await guarded.clock.advanceBy(20_000);
    expect(second.bigBrother.alerts().map(({ code }) => code)).not.toContain('unknown_order');
    expect(second.broker.mutations()).toEqual([]);
    expect(second.state.nakedTime(AAPL).nakedSince).toBeNull();
  });
});

describe('when the journal cannot be written', () => {
  it('sends nothing any more, and says why', async () => {
    const guarded = await watchedAccount();
    const plan = await proposed(guarded, 'protect');
    guarded.store.close();
    const outcome = await settle(
      guarded.clock,
      guarded.bigBrother.execute(plan.plan.id, plan.plan.hash).catch((error: Error) => error),
    );
    expect(String(outcome)).toMatch(/journal cannot be written/);
    expect(guarded.broker.mutations()).toEqual([]);
    expect(guarded.bigBrother.status()).toMatchObject({
      tradingState: 'halted',
      tradingStateCauses: [expect.objectContaining({ code: 'journal_broken' })],
    });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(60_000);
    expect(guarded.broker.mutations()).toEqual([]);
  });
});
