import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import type { Json } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import {
  guardedAccount,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

type Body = { readonly [field: string]: Json };
/** Of those that took shares off a position. */
const bodies = (records: readonly JournalRecord[]) =>
  records.filter(({ orderId }) => orderId !== null).map(({ body }) => body as Body);

describe('the outcome of a decision', () => {
  it('of a stop that filled names its policy, its decision, the loss in R and the slippage', async () => {
    const { clock, price, records } = await loopedAccount();
    price('AAPL', '104');
    await clock.advanceBy(1_000);
    price('AAPL', '93');
    await clock.advanceBy(1_000);
    price('AAPL', '91.9');
    await clock.advanceBy(5_000);
    const [outcome, ...others] = records('outcome_measured');
    const [intended] = records('step_intended');
    const [closed] = records('episode_closed');
    const [decided] = records('decision_made');
    const [filled] = records('fill_received');
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({
      symbol: 'AAPL',
      planId: intended?.planId,
      orderId: filled?.orderId,
      actor: 'system',
    });
    expect(outcome?.body).toMatchObject({
      result: 'filled',
      policy: 'stop-loss',
      decisionSeq: decided?.seq,
      episodeId: 'AAPL#1',
      quantity: '10',
      entryPrice: '100',
      price: '91.89',
      expectedPrice: '92',
      expectedBy: 'stop',
      slippage: '0.11',
      slippageCost: '1.1',
      profit: '-81.1',
      rMultiple: '-1.01375',
      favourable: '4',
      adverse: '8.11',
    });
    expect(closed?.body).toMatchObject({ worstPrice: '93' });
  });

  it('of half a profit is measured against the market when it was decided', async () => {
    const { clock, price, records } = await loopedAccount();
    price('AAPL', '116.5');
    await clock.advanceBy(10_000);
    expect(bodies(records('outcome_measured'))).toMatchObject([
      {
        policy: 'partial-profit',
        purpose: 'reduce',
        quantity: '5',
        expectedBy: 'mark',
        expectedPrice: '116.5',
        slippage: '0.01',
        profit: '82.45',
        rMultiple: '2.06125',
      },
    ]);
  });

  it('of a sale by hand has a profit and no slippage, since nobody here decided on it', async () => {
    const { clock, trade, records } = await watchedAccount();
    await trade('AAPL', 'sell', '4');
    await clock.advanceBy(5_000);
    expect(bodies(records('outcome_measured'))).toMatchObject([
      { policy: 'foreign', quantity: '4', decisionSeq: null, planId: null, slippage: null },
    ]);
  });

  it('of a short gains when the price falls', async () => {
    const { clock, price, records } = await loopedAccount({
      positions: [{ symbol: 'AAPL', qty: '-10', averageEntryPrice: '100' }],
    });
    price('AAPL', '83.5');
    await clock.advanceBy(10_000);
    expect(bodies(records('outcome_measured'))).toMatchObject([
      { policy: 'partial-profit', side: 'short', quantity: '5', profit: '82.45', adverse: '0' },
    ]);
  });

  it('of both legs that rest together belongs to the policy of the one that filled', async () => {
    const given = { policies: { partialProfit: { placed: 'with_first_stop' } } };
    const won = await loopedAccount(given);
    won.price('AAPL', '116.5');
    await won.clock.advanceBy(20_000);
    expect(bodies(won.records('outcome_measured'))).toMatchObject([
      { policy: 'partial-profit', quantity: '5', expectedBy: 'limit', expectedPrice: '116' },
    ]);
    const lost = await loopedAccount(given);
    lost.price('AAPL', '91.9');
    await lost.clock.advanceBy(20_000);
    const outcomes = bodies(lost.records('outcome_measured'));
    expect(outcomes.map(({ policy, expectedBy }) => [policy, expectedBy])).toEqual(
      outcomes.map(() => ['stop-loss', 'stop']),
    );
    const shares = outcomes.map(({ quantity }) => Number(quantity));
    expect(shares.reduce((sum, each) => sum + each, 0)).toBe(10);
  });

  it('is written once for each share, whatever restarts come between', async () => {
    const guarded = await loopedAccount();
    const { clock, price } = guarded;
    price('AAPL', '116.5');
    await clock.advanceBy(10_000);
    await settle(clock, guarded.stop());
    const second = guarded.boot();
    await settle(clock, second.start());
    second.orchestrator.start();
    await clock.advanceBy(5_000);
    price('AAPL', '110.5');
    await clock.advanceBy(5_000);
    await settle(clock, second.stop());
    const third = guarded.boot();
    await settle(clock, third.start());
    await clock.advanceBy(5_000);
    const told = third.logger.recall(['outcome_measured']);
    expect(bodies(told).map(({ policy, quantity }) => [policy, quantity])).toEqual([
      ['partial-profit', '5'],
      ['trailing-stop', '5'],
    ]);
    // Decided by the process before: found again in the journal.
    const cause = told[1]?.body as Body;
    expect(cause.decisionSeq).toEqual(expect.any(Number));
    expect(cause.expectedBy).toBe('stop');
  });

  it('is made up for where the process ended between the fill and its outcome', async () => {
    const guarded = await loopedAccount();
    const { clock, price, store } = guarded;
    price('AAPL', '91.9');
    await clock.advanceBy(5_000);
    await settle(clock, guarded.stop());
    // The journal as a crash right after the fill would have left it.
    const cut = [...store.scan(1)].findIndex(({ type }) => type === 'outcome_measured');
    const left = new MemoryEventStore();
    left.append([...store.scan(1)].slice(0, cut));
    const next = guarded.boot({}, left);
    await settle(clock, next.start());
    await clock.advanceBy(5_000);
    const [outcome, ...others] = next.logger.recall(['outcome_measured']);
    expect(others).toEqual([]);
    expect(outcome?.body).toMatchObject({ policy: 'stop-loss', quantity: '10', profit: '-81.1' });
  });

  it('of shares that were sold while nobody listened is told of when they are found', async () => {
    const guarded = await guardedAccount();
    const { clock, price, trade } = guarded;
    await settle(clock, guarded.start());
    guarded.orchestrator.start();
    await clock.advanceBy(5_000);
    await settle(clock, guarded.stop());
    price('AAPL', '105');
    await trade('AAPL', 'sell', '10').catch(() => undefined);
    price('AAPL', '91.9');
    await clock.advanceBy(60_000);
    const next = guarded.boot();
    await settle(clock, next.start());
    await clock.advanceBy(60_000);
    const told = bodies(next.logger.recall(['outcome_measured']));
    expect(told.map(({ policy, quantity }) => [policy, quantity])).toEqual([['stop-loss', '10']]);
  });

  it('that took no shares is told of when the position is gone, with how it ended', async () => {
    const { clock, price, broker, records } = await loopedAccount();
    broker.next('replace', { kind: 'rejects', rejection: 'validation' });
    price('AAPL', '109');
    await clock.advanceBy(30_000);
    price('AAPL', '112');
    await clock.advanceBy(20_000);
    price('AAPL', '106.2');
    await clock.advanceBy(20_000);
    const told = records('outcome_measured').filter(({ orderId }) => orderId === null);
    const rows = told.map(({ body }) => body as Body);
    expect(rows.map(({ policy, wanted, result }) => [policy, wanted, result])).toEqual(
      expect.arrayContaining([
        ['stop-loss', 'protect', 'rested'],
        ['trailing-stop', 'protect', 'stopped'],
      ]),
    );
    const [first] = rows;
    expect(first).toMatchObject({ episodeId: 'AAPL#1', decisionPrice: '100' });
    const last = records('fill_received').at(-1)?.body as Body;
    expect(Number(first?.movedAfter)).toBeCloseTo(Number(last.price) - 100, 6);
    // The stop that filled is told of by itself, and nowhere else.
    const filled = records('outcome_measured').filter(({ orderId }) => orderId !== null);
    expect(filled).toHaveLength(1);
    expect(rows.map(({ planId }) => planId)).not.toContain(filled[0]?.planId);
  });
});
