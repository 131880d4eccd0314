import { describe, expect, it } from 'vitest';
import type { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { HaltMemory, MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { latchHalt } from '../../src/runtime/halt/halt.ts';
import {
  AAPL,
  guardedAccount,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const UNREACHABLE = new BrokerError('the connection was refused', { outcome: 'unknown' });

describe('a process that has just started', () => {
  it('sends nothing and says why until the broker was read', async () => {
    const guarded = await guardedAccount();
    guarded.broker.readsFail = UNREACHABLE;
    await settle(guarded.clock, guarded.start());
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(25_000);
    expect(guarded.recovery.isRecovering).toBe(true);
    expect(guarded.bigBrother.status()).toMatchObject({
      tradingState: 'halted',
      tradingStateCauses: [{ code: 'recovering' }, { code: 'account_unreadable' }],
    });
    expect(guarded.broker.mutations()).toEqual([]);

    guarded.broker.readsFail = null;
    await guarded.clock.advanceBy(11_000);
    expect(guarded.recovery.isRecovering).toBe(false);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    const states = guarded
      .records('trading_state_changed')
      .map(({ body }) => (body as { state: string }).state);
    expect(states).toEqual(['halted', 'halted', 'halted', 'active']);
  });

  it('does not write down again how orders ended that ended long ago', async () => {
    const guarded = await loopedAccount();
    guarded.price('AAPL', '121');
    await guarded.clock.advanceBy(15_000);
    const ends = guarded.records('step_observed').map(({ body }) => body);
    expect(ends).toContainEqual(expect.objectContaining({ status: 'filled' }));
    void guarded.orchestrator.stop();
    await guarded.clock.advanceBy(5_000);
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(15_000);
    expect(guarded.records('step_observed').map(({ body }) => body)).toEqual(ends);
  });

  it('protects a position that was opened again at the same price at once', async () => {
    const guarded = await loopedAccount();
    guarded.price('AAPL', '100');
    const proposal = await settle(
      guarded.clock,
      guarded.bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    const { id, hash } = proposal.plan;
    await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(guarded.held()).toBeNull();
    await guarded.clock.advanceBy(1_000);
    guarded.price('AAPL', '99.99');
    await guarded.trade('AAPL', 'buy', '10');
    await guarded.clock.advanceBy(1_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
  });
});

describe('a recovery that begins while BigBrother works', () => {
  it('ends as halted, never as active, when somebody pressed the kill switch meanwhile', async () => {
    const haltMemory = new HaltMemory();
    const guarded = await watchedAccount({ haltMemory });
    guarded.recovery.begin('a test wants it');
    const before = guarded.records('trading_state_changed').length;
    const attempt = guarded.recovery.attempt();
    const { clock } = guarded;
    const request = { level: 'everything', includesForeign: true } as const;
    const who = { actor: 'person', by: 'a test', because: 'it wants to' } as const;
    // Another process: its word shows only to those who look.
    latchHalt({ latch: new MemoryHaltLatch(haltMemory), clock }, { ...request, ...who });
    await settle(clock, attempt);
    const states = guarded
      .records('trading_state_changed')
      .slice(before)
      .map(({ body }) => (body as { state: string }).state);
    expect(guarded.recovery.isRecovering).toBe(false);
    expect(states).not.toContain('active');
    expect(states.at(-1)).toBe('halted');
  });

  it('refuses plans until the account was read again, and then looks at every symbol', async () => {
    const guarded = await loopedAccount();
    const proposal = await settle(
      guarded.clock,
      guarded.bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    guarded.broker.readsFail = UNREACHABLE;
    guarded.recovery.begin('the machine slept for 600 s');
    const { id, hash } = proposal.plan;
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'recovering' });
    expect(report.because).toContain('slept for 600 s');
    await guarded.clock.advanceBy(20_000);
    expect(guarded.recovery.isRecovering).toBe(true);
    guarded.broker.readsFail = null;
    await guarded.clock.advanceBy(11_000);
    expect(guarded.recovery.whyNotReady()).toBeNull();
    expect(guarded.bigBrother.status().tradingState).toBe('active');
  });

  it('lets a plan at work take no further step', async () => {
    const guarded = await loopedAccount({
      positions: [{ symbol: 'AAPL', qty: '2.5', averageEntryPrice: '100' }],
    });
    const proposal = await settle(
      guarded.clock,
      guarded.bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    guarded.broker.onStep = (step) => {
      if (step.kind === 'cancel') guarded.recovery.begin('the machine slept for 600 s');
    };
    const { id, hash } = proposal.plan;
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report.outcome).toBe('stopped');
    expect(report.because).toContain('slept for 600 s');
    const sales = () => guarded.broker.mutations().filter((call) => /submit.*market/.test(call));
    expect(sales()).toEqual([]);
    await guarded.clock.advanceBy(12_000);
    expect(guarded.context()?.cover.nakedQuantity.toString()).toBe('0');
    expect(guarded.bigBrother.status().tradingState).toBe('active');
  });

  it('begins anew where it begins again before it has ended', async () => {
    const guarded = await loopedAccount();
    guarded.recovery.begin('the machine slept for 600 s');
    const ended = guarded.recovery.attempt();
    const reads = guarded.broker.calls.filter((call) => call === 'readOrders').length;
    guarded.recovery.begin('the clock jumped by an hour');
    expect(await settle(guarded.clock, ended)).toBeNull();
    const again = guarded.broker.calls.filter((call) => call === 'readOrders').length;
    expect(again - reads).toBeGreaterThan(0);
    expect(guarded.recovery.isRecovering).toBe(false);
  });
});

/** A journal in which something is not as it was written. */
function damaged(store: MemoryEventStore, change: (record: JournalRecord) => JournalRecord | null) {
  const records = [...store.scan(1)].flatMap((record) => change(record) ?? []);
  const journal: EventStore = {
    append: () => {
      throw new Error('a damaged journal was written to');
    },
    last: () => records.at(-1) ?? null,
    query: ({ limit, types }) =>
      records
        .filter(({ type }) => types?.includes(type) ?? true)
        .reverse()
        .slice(0, limit),
    scan: (fromSeq) => records.filter(({ seq }) => seq >= fromSeq),
    close: () => {},
  };
  return journal;
}

describe('a journal that is damaged in its middle', () => {
  const damages = {
    'a changed record': (record: JournalRecord) =>
      record.seq === 5 ? { ...record, at: record.at + 1 } : record,
    'a missing record': (record: JournalRecord) => (record.seq === 5 ? null : record),
    'an unreadable record': (record: JournalRecord) => {
      if (record.seq !== 5) return record;
      return Object.defineProperty({ ...record }, 'prev', {
        get: () => {
          throw new Error('database disk image is malformed');
        },
      });
    },
  } as const;

  it.each(Object.entries(damages))(
    'with %s lets BigBrother look and not act, and names the place',
    async (_, change) => {
      const guarded = await loopedAccount();
      await guarded.clock.advanceBy(30_000);
      await settle(guarded.clock, guarded.stop());
      const second = guarded.boot({}, damaged(guarded.store, change));
      await settle(guarded.clock, second.start());
      second.orchestrator.start();
      guarded.price('AAPL', '116.5');
      await guarded.clock.advanceBy(30_000);
      expect(second.broker.mutations()).toEqual([]);
      const { tradingState, tradingStateCauses } = second.bigBrother.status();
      expect(tradingState).toBe('halted');
      const cause = tradingStateCauses.find(({ code }) => code === 'journal_broken');
      expect(cause?.because).toMatch(/damaged at record 5\b/);
      expect(second.state.snapshot()?.positions).toHaveLength(1);
      expect(second.state.snapshot()?.orders.length).toBeGreaterThan(0);
    },
  );
});

describe('what was executed while no process was there', () => {
  const fills = (records: readonly JournalRecord[]) =>
    records.map(({ body }) => {
      const { side, quantity, executionId } = body as Record<string, string | null>;
      return [side, quantity, typeof executionId];
    });

  it('is written down once, from the record of the account', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, guarded.stop());
    await guarded.clock.advanceBy(60_000);
    guarded.price('AAPL', '91.9');
    guarded.price('AAPL', '91.8');
    for (let restart = 0; restart < 3; restart += 1) {
      const next = guarded.boot();
      await settle(guarded.clock, next.start());
      expect(fills(next.logger.recall(['fill_received']))).toEqual([['sell', '10', 'string']]);
      await settle(guarded.clock, next.stop());
    }
  });

  it('ends the episode of a position that was closed and opened again with as many shares', async () => {
    const guarded = await loopedAccount();
    expect(guarded.context()?.episode.id).toBe('AAPL#1');
    await settle(guarded.clock, guarded.stop());
    guarded.price('AAPL', '91.9');
    guarded.price('AAPL', '91.8');
    await guarded.clock.advanceBy(60_000);
    guarded.price('AAPL', '110');
    await guarded.trade('AAPL', 'buy', '10');
    const second = guarded.boot();
    await settle(guarded.clock, second.start());
    second.orchestrator.start();
    await guarded.clock.advanceBy(15_000);
    const context = second.state.getCompleteContext(AAPL);
    expect(context?.episode).toMatchObject({ id: 'AAPL#2', milestones: [] });
    expect(context?.episode.entryPrice.toString()).toBe('110.01');
    expect(context?.cover.nakedQuantity.toString()).toBe('0');
    expect(second.bigBrother.alerts()).toEqual([]);
  });
});

describe('a process that is asked to end in the middle of a plan', () => {
  it('ends within 5 s also when the broker hangs, and leaves what it was about in the journal', async () => {
    const guarded = await loopedAccount({
      positions: [{ symbol: 'AAPL', qty: '2.5', averageEntryPrice: '100' }],
    });
    const wish = { kind: 'exit', symbol: AAPL } as const;
    const proposal = await settle(guarded.clock, guarded.bigBrother.propose(wish, 'host'));
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    guarded.broker.next('submit', { kind: 'hangs' });
    void guarded.bigBrother.execute(proposal.plan.id, proposal.plan.hash);
    await guarded.clock.advanceBy(500);
    const askedAt = guarded.clock.now();
    await settle(guarded.clock, guarded.stop());
    expect(guarded.clock.now() - askedAt).toBeLessThanOrEqual(5_000);
    guarded.broker.isDead = true;

    const second = guarded.boot();
    const intended = second.logger.recall(['step_intended']);
    expect(intended).toHaveLength(guarded.broker.mutations().length);
    await settle(guarded.clock, second.start());
    second.orchestrator.start();
    await guarded.clock.advanceBy(15_000);
    expect(second.broker.mutations()).toEqual([]);
    expect(second.state.snapshot()?.positions).toEqual([]);
    expect(second.bigBrother.alerts()).toEqual([]);
  });

  it('ends within 5 s also while the account is being read', async () => {
    const guarded = await loopedAccount();
    guarded.exchange.faults.add({ what: { kind: 'hang' } });
    await guarded.clock.advanceBy(12_000);
    const askedAt = guarded.clock.now();
    await settle(guarded.clock, guarded.stop());
    expect(guarded.clock.now() - askedAt).toBeLessThanOrEqual(5_000);
  });
});
