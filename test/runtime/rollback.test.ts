import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileStandDown } from '../../src/adapters/system/file-stand-down.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import { type Guarded, loopedAccount, settle, watchedAccount } from '../support/guarded-account.ts';
import { placeForeign, sharesHeld } from '../support/other-hands.ts';

const asked = { by: 'me', because: 'a test', protect: false };
const handedBack = (guarded: Guarded, more: object = {}) =>
  settle(guarded.clock, guarded.rollback.run({ ...asked, ...more }));
describe('a rollback', () => {
  it('leaves a covered account covered, sends nothing more, and says what rests', async () => {
    const guarded = await loopedAccount();
    const sent = guarded.records('step_intended').length;
    const handOver = await handedBack(guarded);
    expect(handOver).toMatchObject({ isQuiet: true, isCovered: true, unreadBecause: null });
    expect(handOver.tookMs).toBeLessThan(60_000);
    expect(handOver.positions).toMatchObject([
      { symbol: 'AAPL', quantity: '10', coveredQuantity: '10', nakedQuantity: '0' },
    ]);
    expect(handOver.orders).toMatchObject([
      { symbol: 'AAPL', type: 'stop_limit', owner: 'bigbrother', stopPrice: '92' },
    ]);
    expect(handOver.positions[0]?.stops[0]).toContain(handOver.orders[0]?.id);

    // What would have raised the stop raises it no more.
    guarded.price('AAPL', '150');
    await guarded.clock.advanceBy(120_000);
    expect(guarded.records('step_intended')).toHaveLength(sent);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    expect(guarded.bigBrother.status().mode).toBe('observe');
    expect(guarded.bigBrother.alerts().map(({ code }) => code)).toContain('stood_down');
  });

  it('says which shares have no stop, and places none unless it is asked to', async () => {
    const guarded = await watchedAccount();
    const bare = await handedBack(guarded);
    expect(bare).toMatchObject({
      isQuiet: true,
      isCovered: false,
      positions: [{ symbol: 'AAPL', coveredQuantity: '0', nakedQuantity: '10' }],
      protection: [],
    });
    expect(guarded.resting()).toEqual([]);

    const covered = await handedBack(guarded, { protect: true });
    expect(covered).toMatchObject({ isCovered: true, protection: ['AAPL: a stop was placed'] });
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    expect(guarded.bigBrother.status().mode).toBe('observe');
  });

  it('places missing stops also where the policy for it is in shadow', async () => {
    const place = {
      stage: 'shadow',
      symbols: [],
      maxActionsPerDay: null,
      maxPositionDollars: null,
    };
    const rollout = { 'stop-loss': place } as const;
    const guarded = await watchedAccount({ settings: { rollout: rollout as never } });
    expect(await handedBack(guarded, { protect: true })).toMatchObject({ isCovered: true });
  });

  it('leaves orders of others alone, and names them', async () => {
    const guarded = await watchedAccount();
    const stop = { side: 'sell', type: 'stop', stop_price: '90', qty: '4', time_in_force: 'gtc' };
    const id = await placeForeign(guarded, stop);
    const handOver = await handedBack(guarded, { protect: true });
    expect(handOver.orders).toContainEqual(expect.objectContaining({ id, owner: 'foreign' }));
    expect(handOver.positions[0]).toMatchObject({ nakedQuantity: '0' });
  });

  it('lets a plan that is half way come to its end, and then stops', async () => {
    const guarded = await loopedAccount({ latencies: { acceptMs: 700, fillMs: 700 } as never });
    await guarded.clock.advanceBy(20_000);
    const proposal = await guarded.bigBrother.propose(
      { kind: 'reduce', symbol: 'AAPL' as never, amount: { kind: 'quantity', quantity: '4' } },
      'host',
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    const { id, hash } = proposal.plan;
    const work = guarded.bigBrother.execute(id, hash);
    await guarded.clock.advanceBy(300);
    const handOver = await handedBack(guarded);
    const report = await work;
    expect(report.outcome).toBe('completed');
    expect(sharesHeld(guarded)).toBe(6);
    expect(handOver).toMatchObject({ isQuiet: true, isCovered: true });
    expect(handOver.positions).toMatchObject([{ quantity: '6', coveredQuantity: '6' }]);
  });

  it('holds over a restart, and ends when a person says so', async () => {
    const guarded = await loopedAccount();
    await handedBack(guarded);
    await guarded.stop();
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    guarded.price('AAPL', '150');
    await guarded.clock.advanceBy(60_000);
    const intended = () => next.logger.recall(['step_intended']).length;
    expect(intended()).toBe(1);
    expect(next.bigBrother.status().mode).toBe('observe');
    guarded.standDown.lift();
    guarded.price('AAPL', '150');
    await guarded.clock.advanceBy(60_000);
    expect(next.bigBrother.status().mode).toBe('execute');
    expect(intended()).toBeGreaterThan(1);
    expect(next.logger.recall(['stood_down', 'stood_up']).map(({ type }) => type)).toEqual([
      'stood_down',
      'stood_up',
    ]);
    await next.stop();
  });

  it('by another process stops the very next plan, and is told of within a cycle', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bigbrother-stand-down-'));
    try {
      const guarded = await loopedAccount({ standDown: new FileStandDown(directory) });
      const intended = () => guarded.records('step_intended').length;
      const before = intended();
      new FileStandDown(directory).latch({ since: guarded.clock.now(), ...asked });
      // What would have raised the stop at once.
      guarded.price('AAPL', '150');
      await guarded.clock.advanceBy(11_000);
      expect(intended()).toBe(before);
      expect(guarded.records('stood_down')).toHaveLength(1);
      expect(guarded.bigBrother.alerts().map(({ code }) => code)).toContain('stood_down');

      new FileStandDown(directory).lift();
      guarded.price('AAPL', '150');
      await guarded.clock.advanceBy(60_000);
      expect(intended()).toBeGreaterThan(before);
      expect(guarded.records('stood_up')).toHaveLength(1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says so when the broker cannot be read, and stays stood down', async () => {
    const guarded = await loopedAccount();
    guarded.broker.readsFail = new BrokerError('no network', { outcome: 'unknown' });
    const handOver = await handedBack(guarded);
    expect(handOver).toMatchObject({ isCovered: false, unreadBecause: expect.any(String) });
    expect(handOver.tookMs).toBeLessThan(60_000);
    expect(guarded.bigBrother.status().mode).toBe('observe');
  });

  it('says which step nobody knows the outcome of, and claims no cover on its word', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', { kind: 'loses_request' });
    guarded.broker.findsNothing = true;
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(1_000);
    const handOver = await handedBack(guarded);
    expect(handOver).toMatchObject({ isQuiet: false, isCovered: false });
    expect(handOver.unsettled[0]).toMatch(/^AAPL: what became of the submit of \S+ is not known$/);
    expect(handOver.tookMs).toBeLessThan(60_000);
  });
});
