import { describe, expect, it } from 'vitest';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { Intent } from '../../src/domain/plan.ts';
import {
  AAPL,
  type Guarded,
  guardedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const MSFT = ticker('MSFT');
const positions = [
  { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
  { symbol: 'MSFT', qty: '4', averageEntryPrice: '100' },
];

const propose = (guarded: Guarded, intent: Intent) =>
  settle(guarded.clock, guarded.bigBrother.propose(intent, 'host'));

async function proposedOverBoth(guarded: Guarded) {
  const proposal = await propose(guarded, { kind: 'protect', symbol: null });
  if (proposal.outcome !== 'proposed') throw new Error('both are naked');
  return proposal.plan;
}

const typesIn = (records: readonly JournalRecord[]) => records.map(({ type }) => type).reverse();

describe('a proposal that came to no plan', () => {
  it.each([
    ['nothing is held', { kind: 'exit', symbol: ticker('TSLA') }, 'impossible', 'no_position'],
    [
      'more is asked for than is held',
      { kind: 'reduce', symbol: AAPL, amount: { kind: 'quantity', quantity: '11' } },
      'impossible',
      null,
    ],
  ] as const)('is in the history of its symbol: %s', async (_, intent, outcome, code) => {
    const guarded = await watchedAccount();
    const proposal = await propose(guarded, intent);
    expect(proposal.outcome).toBe(outcome);
    const { records } = guarded.bigBrother.history({
      symbol: intent.symbol,
      types: ['plan_not_made'],
      limit: 9,
    });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ actor: 'host', body: { intent, outcome } });
    if (code !== null) expect(records[0]?.body).toMatchObject({ code });
    if (proposal.outcome !== 'proposed') {
      expect(records[0]?.body).toMatchObject({ because: proposal.because.join('; ') });
    }
  });

  it('is written before the account was read, too', async () => {
    const guarded = await guardedAccount();
    await propose(guarded, { kind: 'manage', symbol: null });
    expect(guarded.records('plan_not_made')[0]).toMatchObject({
      symbol: null,
      body: { code: 'not_ready' },
    });
  });

  it('is in the history of every symbol that was looked at', async () => {
    const guarded = await watchedAccount({ positions });
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(5_000);
    await propose(guarded, { kind: 'protect', symbol: null });
    const found = guarded.records('plan_not_made');
    expect(found.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT', null]);
    for (const { body } of found) expect(body).toMatchObject({ outcome: 'nothing_to_do' });
  });
});

describe('a plan over several symbols', () => {
  const about = (guarded: Guarded, planId: string, symbol: string) =>
    guarded.bigBrother.history({ planId, symbol, limit: 99 }).records;

  it('is found by each of its symbols, with what concerns that symbol', async () => {
    const guarded = await watchedAccount({ positions });
    const plan = await proposedOverBoth(guarded);
    await settle(guarded.clock, guarded.bigBrother.execute(plan.id, plan.hash));
    for (const symbol of ['AAPL', 'MSFT']) {
      const records = about(guarded, plan.id, symbol);
      const wanted: EventType[] = ['part_proposed', 'part_reviewed', 'step_intended'];
      expect(typesIn(records)).toEqual(expect.arrayContaining([...wanted, 'part_finished']));
      const bodyOf = (type: EventType) => records.find((record) => record.type === type)?.body;
      expect(bodyOf('part_proposed')).toMatchObject({ hash: plan.hash, part: { symbol } });
      expect(bodyOf('part_finished')).toMatchObject({ symbol, outcome: 'completed' });
      expect(JSON.stringify(bodyOf('part_reviewed'))).not.toContain(
        symbol === 'AAPL' ? 'MSFT' : 'AAPL',
      );
    }
    const whole = guarded.records('plan_proposed', 'plan_reviewed', 'plan_finished');
    expect(whole.map(({ symbol }) => symbol)).toEqual([null, null, null]);
    expect(guarded.logger.verify().ok).toBe(true);
  });

  it('is found by each of its symbols when it is refused', async () => {
    const guarded = await watchedAccount({ positions });
    const plan = await proposedOverBoth(guarded);
    await guarded.trade('MSFT', 'buy', '1');
    await guarded.clock.advanceBy(1_000);
    await settle(guarded.clock, guarded.bigBrother.execute(plan.id, plan.hash));
    expect(typesIn(about(guarded, plan.id, MSFT))).toEqual(['part_proposed', 'part_refused']);
    expect(about(guarded, plan.id, AAPL)[0]?.body).toMatchObject({ refusal: 'plan_drifted' });
  });

  it('needs no records of parts when there is one symbol only', async () => {
    const guarded = await watchedAccount();
    await proposedOverBoth(guarded);
    expect(guarded.records('part_proposed')).toEqual([]);
    expect(guarded.records('plan_proposed')[0]).toMatchObject({ symbol: 'AAPL' });
  });
});
