import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { AAPL, type Guarded, loopedAccount, settle } from '../support/guarded-account.ts';

const HEADERS = {
  'APCA-API-KEY-ID': 'PK-TEST',
  'APCA-API-SECRET-KEY': 'secret',
  'content-type': 'application/json',
};
const MARKED = 'bb1-anothermachinesorderid2345';

/** An order that somebody else sends under an id of his own. */
async function placedElsewhere(guarded: Guarded, clientOrderId: string): Promise<string> {
  const answer = await guarded.exchange.fetchApi('http://127.0.0.1/v2/orders', {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({
      ...{ symbol: 'AAPL', qty: '1', side: 'buy', type: 'limit', limit_price: '50' },
      ...{ time_in_force: 'day', client_order_id: clientOrderId },
    }),
  });
  const { id } = (await answer.json()) as { id: string };
  return id;
}

const causesOf = (guarded: Pick<Guarded, 'bigBrother'>) =>
  guarded.bigBrother.status().tradingStateCauses;

describe('an order with our mark that is not in our journal', () => {
  it('halts trading with a cause that names it, until a person has spoken', async () => {
    const guarded = await loopedAccount();
    const id = await placedElsewhere(guarded, MARKED);
    await guarded.clock.advanceBy(1_000);
    expect(causesOf(guarded)).toMatchObject([{ state: 'halted', code: 'another_owner' }]);
    const [cause] = causesOf(guarded);
    for (const word of [id, MARKED, 'AAPL', 'another one acts on this account']) {
      expect(cause?.because).toContain(word);
    }
    expect(cause?.clearedBy).toContain('bigbrother adopt');
    expect(guarded.alerts.alerts()).toMatchObject([{ code: 'another_owner', symbol: 'AAPL' }]);

    // Nothing is sent, neither by the loop nor for a host.
    const before = guarded.broker.mutations().length;
    const asked = guarded.bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host');
    const proposal = await settle(guarded.clock, asked);
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    expect(proposal.executable).toBe(false);
    const { id: planId, hash } = proposal.plan;
    const report = await settle(guarded.clock, guarded.bigBrother.execute(planId, hash));
    expect(report).toMatchObject({ outcome: 'denied', refusal: 'guardrails_denied' });
    await guarded.clock.advanceBy(60_000);
    expect(guarded.broker.mutations().length).toBe(before);

    guarded.strangers.adopt('klaus on the command line');
    expect(causesOf(guarded)).toEqual([]);
    expect(guarded.alerts.alerts()).toEqual([]);
    expect(guarded.records('orders_adopted')).toMatchObject([
      { actor: 'person', body: { by: 'klaus on the command line', clientOrderIds: [MARKED] } },
    ]);
  });

  it('still does after a restart; what a person adopted does not', async () => {
    const guarded = await loopedAccount();
    await placedElsewhere(guarded, MARKED);
    await guarded.clock.advanceBy(1_000);
    await settle(guarded.clock, guarded.stop());
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    expect(causesOf(next)).toMatchObject([{ code: 'another_owner' }]);
    next.strangers.adopt('klaus');
    await settle(guarded.clock, next.stop());
    const last = guarded.boot();
    await settle(guarded.clock, last.start());
    expect(causesOf(last)).toEqual([]);
  });

  it('is noticed when it had been filled before anybody here looked', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, guarded.stop());
    const id = await placedElsewhere(guarded, MARKED);
    await guarded.exchange.fetchApi(`http://127.0.0.1/v2/orders/${id}`, {
      method: 'DELETE',
      headers: HEADERS,
    });
    await guarded.clock.advanceBy(60_000);
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    expect(causesOf(next)).toMatchObject([{ code: 'another_owner' }]);
  });

  it('says that the journal may be lost when the order is older than the journal', async () => {
    const guarded = await loopedAccount();
    const stop = guarded.resting();
    expect(stop).toHaveLength(1);
    await settle(guarded.clock, guarded.stop());
    await guarded.clock.advanceBy(60_000);
    const next = guarded.boot({}, new MemoryEventStore());
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(30_000);
    expect(causesOf(next)).toMatchObject([{ state: 'halted', code: 'journal_lost' }]);
    expect(causesOf(next)[0]?.because).toContain('before this journal began');
    expect(causesOf(next)[0]?.because).toContain('was lost or lies elsewhere');
    expect(next.broker.mutations()).toEqual([]);

    // Once adopted it counts as cover: no second stop is sent.
    next.strangers.adopt('klaus');
    await guarded.clock.advanceBy(30_000);
    expect(causesOf(next)).toEqual([]);
    expect(next.broker.mutations()).toEqual([]);
  });
});

describe('orders that are nobody’s second owner', () => {
  it('are those of other hands, and our own, also after a restart', async () => {
    const guarded = await loopedAccount();
    await placedElsewhere(guarded, 'my-own-bot-1');
    await guarded.clock.advanceBy(30_000);
    expect(causesOf(guarded)).toEqual([]);
    await settle(guarded.clock, guarded.stop());
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    expect(causesOf(next)).toEqual([]);
  });
});
