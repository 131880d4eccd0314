import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../src/domain/answers.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import type { Fault, Mutation } from '../support/faulty-broker.ts';
import {
  AAPL,
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const LOST: Fault = { kind: 'loses_request' };
const UNANSWERED: Fault = { kind: 'loses_answer' };
const HEADERS = { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' };

type WireOrder = {
  readonly client_order_id: string;
  readonly status: string;
  readonly side: string;
  readonly type: string;
  readonly qty: string;
  readonly filled_qty: string;
  readonly replaces: string | null;
};

/** What the exchange itself knows, asked without the code under test. */
async function askExchange<Answer>(guarded: Guarded, path: string): Promise<Answer> {
  const answer = await settle(
    guarded.clock,
    guarded.exchange.fetchApi(`http://127.0.0.1/v2/${path}`, { headers: HEADERS }),
  );
  return (await answer.json()) as Answer;
}

const ordersAtExchange = (guarded: Guarded) =>
  askExchange<WireOrder[]>(guarded, 'orders?status=all&limit=500');

async function sharesAtExchange(guarded: Guarded): Promise<number> {
  const positions = await askExchange<{ symbol: string; qty: string }[]>(guarded, 'positions');
  return Number(positions.find(({ symbol }) => symbol === 'AAPL')?.qty ?? '0');
}

const OPEN = new Set(['new', 'accepted', 'partially_filled', 'held', 'pending_new']);
const stopShares = (orders: readonly WireOrder[]): number =>
  orders
    .filter(({ status, type, side }) => OPEN.has(status) && /stop/.test(type) && side === 'sell')
    .reduce((sum, { qty, filled_qty }) => sum + Number(qty) - Number(filled_qty), 0);

/** No share sold that is not there, no id and no milestone twice, every share behind a stop. */
async function expectSound(guarded: Guarded): Promise<void> {
  const orders = await ordersAtExchange(guarded);
  const shares = await sharesAtExchange(guarded);
  expect(shares).toBeGreaterThanOrEqual(0);
  expect(stopShares(orders)).toBe(shares);
  const ids = orders.map((order) => order.client_order_id);
  expect(new Set(ids).size).toBe(ids.length);
  const keyOf = new Map<string, string>();
  for (const { type, body } of guarded.store.scan(1)) {
    if (type !== 'step_intended') continue;
    const { key, clientOrderId } = body as { key: string | null; clientOrderId: string | null };
    if (key !== null && clientOrderId !== null) keyOf.set(clientOrderId, key);
  }
  const done = orders
    .filter(({ filled_qty, replaces }) => Number(filled_qty) > 0 && replaces === null)
    .map((order) => keyOf.get(order.client_order_id))
    .filter((key) => key?.includes('partial'));
  expect(new Set(done).size).toBe(done.length);
}

async function execute(guarded: Guarded, kind: 'protect' | 'exit') {
  const proposal: Proposal = await settle(
    guarded.clock,
    guarded.bigBrother.propose({ kind, symbol: AAPL }, 'host'),
  );
  if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
  const { id, hash } = proposal.plan;
  return settle(guarded.clock, guarded.bigBrother.execute(id, hash));
}

const submits = ({ broker }: Guarded) =>
  broker.mutations().filter((call) => call.startsWith('submit'));

describe('a change of which nobody knows whether it arrived', () => {
  it.each([
    ['request', LOST, 2],
    ['answer', UNANSWERED, 1],
  ] as const)('ends as one protective stop when its %s is lost', async (_, fault, sent) => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', fault);
    const report = await execute(guarded, 'protect');
    expect(report.outcome).toBe('completed');
    expect(submits(guarded)).toHaveLength(sent);
    expect(await ordersAtExchange(guarded)).toHaveLength(1);
    await expectSound(guarded);
    const intended = guarded.records('step_intended').map(({ body }) => body);
    const ids = new Set(intended.map((body) => (body as { clientOrderId: string }).clientOrderId));
    expect(ids.size).toBe(1);
  });

  it.each([
    ['the stop is made smaller', 'replace', LOST],
    ['the stop is made smaller', 'replace', UNANSWERED],
    ['half is sold', 'submit', LOST],
    ['half is sold', 'submit', UNANSWERED],
  ] as const)('takes a partial profit once, when %s (%s)', async (_, mutation, fault) => {
    const guarded = await loopedAccount();
    guarded.broker.next(mutation, fault);
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(40_000);
    expect(await sharesAtExchange(guarded)).toBe(5);
    expect(guarded.context()?.episode.milestones).toEqual(['partial@2R']);
    await expectSound(guarded);
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });

  it.each([
    ['cancel', LOST],
    ['cancel', UNANSWERED],
    ['submit', LOST],
    ['submit', UNANSWERED],
  ] as const)(
    'leaves a position once, when the %s of the exit is lost',
    async (mutation, fault) => {
      const guarded = await loopedAccount({
        positions: [{ symbol: 'AAPL', qty: '2.5', averageEntryPrice: '100' }],
      });
      guarded.broker.next(mutation, fault);
      const report = await execute(guarded, 'exit');
      expect(report.outcome).toBe('completed');
      expect(await sharesAtExchange(guarded)).toBe(0);
      await expectSound(guarded);
    },
  );

  it.each([LOST, UNANSWERED])('moves a stop once ($kind)', async (fault) => {
    const guarded = await loopedAccount();
    guarded.broker.next('replace', fault);
    guarded.price('AAPL', '112');
    await guarded.clock.advanceBy(30_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @106.4']);
    await expectSound(guarded);
    expect((await ordersAtExchange(guarded)).filter(({ replaces }) => replaces)).toHaveLength(1);
  });

  const late = (['forever', 'active'] as const).flatMap((uniqueness) =>
    (['submit', 'replace', 'cancel'] as const).flatMap((mutation) =>
      [5_000, 9_500, 15_000, 40_000].map((lateMs) => ({ uniqueness, mutation, lateMs })),
    ),
  );
  it.each(late)(
    'does no harm when a $mutation arrives $lateMs ms late (ids unique $uniqueness)',
    async ({ uniqueness, mutation, lateMs }) => {
      const guarded = await loopedAccount({
        positions: [
          { symbol: 'AAPL', qty: mutation === 'replace' ? '10' : '2.5', averageEntryPrice: '100' },
        ],
        switches: { clientOrderIdUniqueness: uniqueness },
      });
      const time = new Promise<void>((resolve) => {
        guarded.broker.onStep = (step) => {
          if (step.kind !== mutation) return;
          guarded.broker.onStep = () => {};
          guarded.clock.after(lateMs, resolve);
        };
      });
      guarded.broker.next(mutation, { kind: 'arrives_late', time });
      if (mutation === 'replace') guarded.price('AAPL', '116.5');
      else await execute(guarded, 'exit');
      await guarded.clock.advanceBy(90_000);
      await expectSound(guarded);
      expect(await sharesAtExchange(guarded)).toBe(mutation === 'replace' ? 5 : 0);
      expect(guarded.bigBrother.alerts()).toEqual([]);
    },
  );

  it('is sent again three times at once, then now and then, and a person is told', async () => {
    const guarded = await watchedAccount();
    for (let n = 0; n < 6; n += 1) guarded.broker.next('submit', LOST);
    const report = await execute(guarded, 'protect');
    expect(report.outcome).toBe('unsettled');
    expect(submits(guarded)).toHaveLength(4);
    await guarded.clock.advanceBy(11_000);
    const stuck = guarded.bigBrother.alerts().find(({ code }) => code === 'order_stuck');
    expect(stuck?.because).toMatch(/bb1-.*sent again 3 times.*cancel it there.*by hand/);
    await guarded.clock.advanceBy(120_000);
    expect(submits(guarded)).toHaveLength(7);
    const at = guarded.records('step_intended').map((record) => record.at);
    const pauses = at.slice(1).map((each, index) => each - (at[index] ?? 0));
    expect(Math.max(...pauses.slice(0, 3))).toBeLessThan(12_000);
    expect(Math.min(...pauses.slice(3))).toBeGreaterThanOrEqual(20_000);
    expect(await ordersAtExchange(guarded)).toHaveLength(1);
    await expectSound(guarded);
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });

  it('is sent again no sooner because another process asks', async () => {
    const guarded = await watchedAccount();
    for (let n = 0; n < 9; n += 1) guarded.broker.next('submit', LOST);
    await execute(guarded, 'protect');
    const { at } = guarded.records('step_intended').at(-1) ?? { at: 0 };
    guarded.broker.isDead = true;
    void guarded.streams.close();
    const second = guarded.boot();
    await settle(guarded.clock, second.start());
    second.orchestrator.start();
    await guarded.clock.advanceTo(at + 19_000);
    expect(second.broker.mutations()).toEqual([]);
    await guarded.clock.advanceBy(12_000);
    expect(second.broker.mutations()).toHaveLength(1);
    await expectSound(guarded);
  });

  it('is sent again for as many shares as are still bare', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', {
      kind: 'after',
      happens: async () => {
        await guarded.trade('AAPL', 'buy', '4');
        throw new BrokerError('the connection was reset', { outcome: 'unknown' });
      },
    });
    await execute(guarded, 'protect');
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(20_000);
    expect(submits(guarded)).toHaveLength(2);
    // It is enlarged by the four that were bought since, as soon as it is there.
    expect(guarded.resting()).toEqual(['sell stop_limit 14 @92']);
    await expectSound(guarded);
  });

  it('is not sent again when the position has changed since', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', {
      kind: 'after',
      happens: async () => {
        await guarded.trade('AAPL', 'sell', '4');
        throw new BrokerError('the connection was reset', { outcome: 'unknown' });
      },
    });
    const report = await execute(guarded, 'protect');
    expect(report.outcome).toBe('unsettled');
    expect(report.because).toContain('it may add to the risk');
    await guarded.clock.advanceBy(60_000);
    expect(submits(guarded)).toHaveLength(1);
  });

  it('is not sent again while a guardrail says no', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', {
      kind: 'after',
      happens: () => {
        guarded.state.halt('a test found a fault');
        throw new BrokerError('the connection was reset', { outcome: 'unknown' });
      },
    });
    await execute(guarded, 'protect');
    await guarded.clock.advanceBy(60_000);
    expect(submits(guarded)).toHaveLength(1);
  });

  it('is dropped when the position it was for has ended, and blocks nothing then', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', {
      kind: 'after',
      happens: async () => {
        await guarded.trade('AAPL', 'sell', '10');
        throw new BrokerError('the connection was reset', { outcome: 'unknown' });
      },
    });
    await execute(guarded, 'protect');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.records('step_answered').at(-1)?.body).toMatchObject({ outcome: 'dropped' });
    expect(guarded.bigBrother.alerts()).toEqual([]);
    expect(submits(guarded)).toHaveLength(1);
  });
});

/** A journal whose process is killed at its n-th write, before or after it. */
function mortalJournal(store: EventStore, life: { writes: number; isOver: boolean }, when: string) {
  const journal: EventStore = {
    append(records) {
      if (life.isOver) throw new Error('the process was killed');
      life.writes -= 1;
      if (life.writes === 0 && when === 'before') life.isOver = true;
      if (life.isOver) throw new Error('the process was killed');
      store.append(records);
      if (life.writes === 0) life.isOver = true;
    },
    last: () => store.last(),
    query: (query) => store.query(query),
    scan: (fromSeq) => store.scan(fromSeq),
    close: () => {},
  };
  return journal;
}

type Act = 'protect' | 'partial' | 'exit';
/** How many calls to the broker each of them makes, and how many writes to the journal. */
const CALLS: Record<Act, number> = { protect: 1, partial: 2, exit: 2 };
const WRITES: Record<Act, number> = { protect: 5, partial: 7, exit: 8 };
const upTo = (most: number): number[] => Array.from({ length: most }, (_, index) => index + 1);

/** Lives until `kill` is called inside `act`, and then once more for a minute. */
async function killedWhile(
  act: Act,
  when: { writes: number; side: 'before' | 'after' } | { call: number; side: 'before' | 'after' },
  recoveryToo?: 'before' | 'after',
) {
  const qty = act === 'exit' ? '2.5' : '10';
  const guarded = await guardedAccount({
    positions: [{ symbol: 'AAPL', qty, averageEntryPrice: '100' }],
  });
  const life = { writes: Number.POSITIVE_INFINITY, isOver: false };
  const first = guarded.boot({}, mortalJournal(guarded.store, life, when.side));
  await settle(guarded.clock, first.start());
  if (act !== 'protect') {
    first.orchestrator.start();
    await guarded.clock.advanceBy(1_000);
  }
  let calls = 0;
  const end = () => {
    life.isOver = true;
    first.broker.isDead = true;
    void first.streams.close();
  };
  first.broker.onStep = () => {
    calls += 1;
    if (life.isOver) end();
    if (!('call' in when) || calls !== when.call) return;
    if (when.side === 'before') end();
    else guarded.clock.after(20, end);
  };
  if ('writes' in when) life.writes = when.writes;
  if (act === 'protect') first.orchestrator.start();
  else if (act === 'partial') guarded.price('AAPL', '116.5');
  else {
    const wish = await settle(
      guarded.clock,
      first.bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host').catch(() => null),
    );
    if (wish?.outcome === 'proposed') {
      void first.bigBrother.execute(wish.plan.id, wish.plan.hash).catch(() => {});
    }
  }
  // A price alone is looked at with the next cycle.
  await guarded.clock.advanceBy(act === 'partial' ? 13_000 : 3_000);
  const wasKilled = life.isOver;
  end();

  if (recoveryToo !== undefined) await killedWhileItRecovers(guarded, recoveryToo);
  const second = guarded.boot();
  await settle(guarded.clock, second.start());
  second.orchestrator.start();
  await guarded.clock.advanceBy(15_000);
  const nakedSince = second.state.nakedTime(AAPL).nakedSince;
  await guarded.clock.advanceBy(45_000);
  return { guarded, second, nakedSince, wasKilled };
}

/** Kills the next process at its first change at the broker, before or after it is sent. */
async function killedWhileItRecovers(guarded: Guarded, side: 'before' | 'after'): Promise<void> {
  const life = { writes: Number.POSITIVE_INFINITY, isOver: false };
  const between = guarded.boot({}, mortalJournal(guarded.store, life, side));
  const end = () => {
    life.isOver = true;
    between.broker.isDead = true;
    void between.streams.close();
  };
  between.broker.onStep = () => {
    if (side === 'before') end();
    else guarded.clock.after(20, end);
  };
  await settle(guarded.clock, between.start());
  between.orchestrator.start();
  await guarded.clock.advanceBy(12_000);
  end();
}

/** The process after it has done what the first had begun, once, and left nothing bare. */
async function expectWhole(
  { guarded, second, nakedSince }: Awaited<ReturnType<typeof killedWhile>>,
  act: Parameters<typeof killedWhile>[0],
): Promise<void> {
  if (act === 'partial') expect(await sharesAtExchange(guarded)).toBe(5);
  expect(nakedSince).toBeNull();
  await expectSound(guarded);
  expect(second.logger.verify()).toMatchObject({ ok: true });
  expect(second.bigBrother.alerts()).toEqual([]);
}

describe('a process that is killed', () => {
  const acts = ['protect', 'partial', 'exit'] as const;
  const sides = ['before', 'after'] as const;
  const atCalls = acts.flatMap((act) =>
    sides.flatMap((side) => upTo(CALLS[act]).map((call) => ({ act, side, call }))),
  );
  it.each(atCalls)('$side call $call to $act: all is whole 15 s after', async (point) => {
    const killed = await killedWhile(point.act, point);
    expect(killed.wasKilled).toBe(true);
    await expectWhole(killed, point.act);
  });

  const twice = atCalls.flatMap((point) => sides.map((again) => ({ ...point, again })));
  it.each(twice)(
    '$side call $call to $act, and $again the first of its recovery',
    async (point) => {
      await expectWhole(await killedWhile(point.act, point, point.again), point.act);
    },
  );

  const atWrites = acts.flatMap((act) =>
    sides.flatMap((side) => upTo(WRITES[act]).map((writes) => ({ act, side, writes }))),
  );
  it.each(atWrites)('$side write $writes to $act: all is whole 15 s after', async (point) => {
    const killed = await killedWhile(point.act, point);
    expect(killed.wasKilled).toBe(true);
    await expectWhole(killed, point.act);
  });
});

describe('whatever is lost', () => {
  const fault = fc.constantFrom<Fault | null>(null, LOST, UNANSWERED);
  const losses = fc.record({
    submit: fc.array(fault, { maxLength: 5 }),
    replace: fc.array(fault, { maxLength: 5 }),
    cancel: fc.array(fault, { maxLength: 3 }),
    qty: fc.constantFrom('10', '2.5', '7'),
    uniqueness: fc.constantFrom('forever' as const, 'active' as const),
    prices: fc.array(fc.constantFrom('104', '112', '116.5', '121'), { maxLength: 4 }),
  });

  it('one order for each id and each milestone, and none too many', async () => {
    await fc.assert(
      fc.asyncProperty(losses, async ({ qty, uniqueness, prices, ...lost }) => {
        const guarded = await guardedAccount({
          positions: [{ symbol: 'AAPL', qty, averageEntryPrice: '100' }],
          switches: { clientOrderIdUniqueness: uniqueness },
        });
        for (const [mutation, faults] of Object.entries(lost)) {
          for (const each of faults) {
            const next: Fault = each ?? { kind: 'after', happens: () => {} };
            guarded.broker.next(mutation as Mutation, next);
          }
        }
        await settle(guarded.clock, guarded.start());
        guarded.orchestrator.start();
        for (const at of prices) {
          await guarded.clock.advanceBy(20_000);
          guarded.price('AAPL', at);
        }
        await guarded.clock.advanceBy(120_000);
        const isStuck = guarded.bigBrother.alerts().some(({ code }) => code === 'order_stuck');
        if (!isStuck) await expectSound(guarded);
        const orders = await ordersAtExchange(guarded);
        const ids = orders.map((order) => order.client_order_id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(stopShares(orders)).toBeLessThanOrEqual(await sharesAtExchange(guarded));
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
