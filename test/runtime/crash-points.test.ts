import { describe, expect, it } from 'vitest';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import {
  duplicatesIn,
  isCovered,
  isOversold,
  type Truth,
  type WireOrder,
} from '../crash/evidence.ts';
import { AAPL, type Given, guardedAccount, settle } from '../support/guarded-account.ts';
import { fillPart } from '../support/other-hands.ts';

const HEADERS = { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' };
const ROUND = [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }];
const FRACTIONAL = [{ symbol: 'AAPL', qty: '2.5', averageEntryPrice: '100' }];

type Account = Awaited<ReturnType<typeof guardedAccount>>;
type Process = ReturnType<Account['boot']>;

async function truthOf({ exchange, clock }: Account): Promise<Truth> {
  const ask = async (path: string): Promise<unknown> => {
    const asked = exchange.fetchApi(`http://127.0.0.1/v2/${path}`, { headers: HEADERS });
    return (await settle(clock, asked)).json();
  };
  const positions = (await ask('positions')) as { symbol: string; qty: string }[];
  const held = positions.find(({ symbol }) => symbol === 'AAPL');
  const orders = (await ask('orders?status=all&nested=true&limit=500')) as WireOrder[];
  return { shares: Number(held?.qty ?? '0'), orders };
}

/** A process that can be killed: from then on it neither sends, hears nor writes anything. */
async function mortal(given: Given) {
  const account = await guardedAccount(given);
  let isDead = false;
  let deadly: { type: EventType; nth: number; side: 'before' | 'after' } | null = null;
  const journal: EventStore = {
    append(records: readonly JournalRecord[]) {
      if (isDead) throw new Error('the process was killed');
      const hits = records.filter(({ type }) => type === deadly?.type).length;
      const isHit = deadly !== null && hits > 0 && --deadly.nth <= 0;
      if (isHit && deadly?.side === 'before') kill();
      if (isDead) throw new Error('the process was killed');
      account.store.append(records);
      if (isHit) kill();
    },
    last: () => account.store.last(),
    query: (query) => account.store.query(query),
    scan: (fromSeq) => account.store.scan(fromSeq),
    close: () => {},
  };
  const first = account.boot({}, journal);
  const kill = (): void => {
    isDead = true;
    first.broker.isDead = true;
    void first.streams.close();
  };
  await settle(account.clock, first.start());
  return {
    account,
    first,
    kill,
    /** Kills it at the n-th append that holds such a record. */
    killAt(side: 'before' | 'after', type: EventType, nth = 1): void {
      deadly = { type, nth, side };
    },
    /** Kills it when the broker has carried out the n-th such change, and its answer is on its way. */
    killWhenSent(kind: Step['kind'], nth = 1): void {
      let left = nth;
      first.broker.onStep = (step) => {
        if (step.kind === kind && --left === 0) account.clock.after(20, kill);
      };
    },
    isDead: () => isDead,
  };
}

async function guard({ clock }: Account, { orchestrator }: Process, ms: number): Promise<void> {
  orchestrator.start();
  await clock.advanceBy(ms);
}

/** The host's wish is proposed, and carried out until the process dies of it. */
async function wish({ clock }: Account, process: Process, kind: 'exit' | 'half'): Promise<void> {
  const amount = { kind: 'fraction', fraction: '0.5' } as const;
  const intent =
    kind === 'exit'
      ? ({ kind, symbol: AAPL } as const)
      : ({ kind: 'reduce', symbol: AAPL, amount } as const);
  const proposal = await settle(clock, process.bigBrother.propose(intent, 'host'));
  if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
  void process.bigBrother.execute(proposal.plan.id, proposal.plan.hash).catch(() => {});
  await clock.advanceBy(3_000);
}

async function expectWhole(account: Account, process: Process, mostSold: number): Promise<Truth> {
  const truth = await truthOf(account);
  expect(duplicatesIn(truth, mostSold)).toBe(0);
  expect(isOversold(truth)).toBe(false);
  expect(isCovered(truth), JSON.stringify(truth)).toBe(true);
  expect(process.logger.verify()).toMatchObject({ ok: true });
  expect(process.bigBrother.alerts()).toEqual([]);
  return truth;
}

/** The next process, fifteen seconds after it has started. */
async function restarted(account: Account): Promise<Process> {
  const next = account.boot();
  await settle(account.clock, next.start());
  await guard(account, next, 15_000);
  return next;
}

describe('a process that was killed', () => {
  it('before its intent was durable has done nothing, and the next one does it', async () => {
    const { account, first, killAt, isDead } = await mortal({ positions: ROUND });
    killAt('before', 'step_intended');
    await guard(account, first, 2_000);
    expect(isDead()).toBe(true);
    expect((await truthOf(account)).orders).toEqual([]);
    const second = await restarted(account);
    const { orders } = await expectWhole(account, second, 0);
    expect(orders).toHaveLength(1);
  });

  it('after its intent and before the call sends the same under the same id', async () => {
    const { account, first, killAt } = await mortal({ positions: ROUND });
    killAt('after', 'step_intended');
    await guard(account, first, 2_000);
    expect((await truthOf(account)).orders).toEqual([]);
    const intended = first.logger.recall(['step_intended']).map(({ body }) => body);
    const second = await restarted(account);
    const { orders } = await expectWhole(account, second, 0);
    const [{ clientOrderId }] = intended as [{ clientOrderId: string }];
    expect(orders.map((order) => order.client_order_id)).toEqual([clientOrderId]);
  });

  it('after the call and before its answer finds the order, and sends nothing', async () => {
    const { account, first, killWhenSent } = await mortal({ positions: ROUND });
    killWhenSent('submit');
    await guard(account, first, 2_000);
    expect((await truthOf(account)).orders).toHaveLength(1);
    const second = await restarted(account);
    expect(second.broker.mutations()).toEqual([]);
    await expectWhole(account, second, 0);
  });

  it('after a cancel was sent waits for the end of the order, and places nothing before', async () => {
    const latencies = { cancelMs: 8_000 };
    const { account, first, killWhenSent } = await mortal({ positions: FRACTIONAL, latencies });
    await guard(account, first, 15_000);
    killWhenSent('cancel');
    await wish(account, first, 'exit');
    const second = account.boot();
    await settle(account.clock, second.start());
    second.orchestrator.start();
    await account.clock.advanceBy(3_000);
    expect((await truthOf(account)).orders.map(({ status }) => status)).toContain('pending_cancel');
    expect(second.broker.mutations().filter((call) => call.startsWith('submit'))).toEqual([]);
    await account.clock.advanceBy(40_000);
    await expectWhole(account, second, 0);
  });

  it('after a cancel was confirmed is followed by a stop for all shares, first of all', async () => {
    const { account, first, killAt } = await mortal({ positions: FRACTIONAL });
    await guard(account, first, 15_000);
    await account.clock.advanceBy(1_000);
    const cancels = (await truthOf(account)).orders.length;
    killAt('before', 'step_intended', cancels + 1);
    await wish(account, first, 'exit');
    const naked = await truthOf(account);
    expect(naked).toMatchObject({ shares: 2.5 });
    expect(isCovered(naked)).toBe(false);
    const second = await restarted(account);
    expect(second.broker.mutations()[0]).toMatch(/^submit AAPL sell stop/);
    await expectWhole(account, second, 0);
  });

  it('after a stop was made smaller for a sale is followed by a stop for what is bare', async () => {
    const { account, first, killAt } = await mortal({ positions: ROUND });
    await guard(account, first, 15_000);
    killAt('before', 'step_intended', 2);
    await wish(account, first, 'half');
    const half = await truthOf(account);
    expect(half.shares).toBe(10);
    expect(isCovered(half)).toBe(false);
    const second = await restarted(account);
    const { shares } = await expectWhole(account, second, 0);
    expect(shares).toBe(10);
  });

  it('after a part of its sale was filled is followed by cover for what is left', async () => {
    const latencies = { fillMs: 60_000 };
    const { account, first, kill } = await mortal({ positions: ROUND, latencies });
    await guard(account, first, 15_000);
    await wish(account, first, 'half');
    const sale = (await truthOf(account)).orders.find(({ type, status }) => {
      return !type.startsWith('stop') && status === 'new';
    });
    const { id } = sale as unknown as { id: string };
    expect(fillPart(account as Parameters<typeof fillPart>[0], id, '2', '100')).toBe(true);
    kill();
    const second = await restarted(account);
    await account.clock.advanceBy(60_000);
    await expectWhole(account, second, 5);
  });

  it('while it verified is followed by nothing at all', async () => {
    const { account, first, killAt, isDead } = await mortal({ positions: ROUND });
    killAt('before', 'plan_finished');
    await guard(account, first, 5_000);
    expect(isDead()).toBe(true);
    const second = await restarted(account);
    expect(second.broker.mutations()).toEqual([]);
    const { orders } = await expectWhole(account, second, 0);
    expect(orders).toHaveLength(1);
  });

  it('three times on end while it recovered leaves its work to the fourth', async () => {
    const { account, first, killAt } = await mortal({ positions: ROUND });
    killAt('after', 'step_intended');
    await guard(account, first, 2_000);
    for (let life = 1; life <= 3; life += 1) {
      const next = account.boot();
      await settle(account.clock, next.start());
      await guard(account, next, life * 700);
      next.broker.isDead = true;
      void next.streams.close();
    }
    const last = await restarted(account);
    const { orders } = await expectWhole(account, last, 0);
    expect(orders).toHaveLength(1);
  });
});
