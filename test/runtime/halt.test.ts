import { describe, expect, it } from 'vitest';
import type { HaltLevel } from '../../src/domain/halt.ts';
import { ticker } from '../../src/domain/ids.ts';
import { isTerminal } from '../../src/domain/order.ts';
import { type HaltReport, haltAccount } from '../../src/runtime/halt/halt.ts';
import {
  type Guarded,
  guardedAccount,
  loopedAccount,
  settle,
  watchedAccount,
} from '../support/guarded-account.ts';

const AAPL = ticker('AAPL');

const asked = (level: HaltLevel, includesForeign = true) => ({
  ...{ level, includesForeign },
  ...{ actor: 'person' as const, by: 'a test', because: 'it wants to' },
});

const press = (guarded: Guarded, level: HaltLevel, includesForeign = true): Promise<HaltReport> => {
  const { emergency: broker, haltLatch: latch, clock } = guarded;
  return haltAccount({ broker, latch, clock, request: asked(level, includesForeign) });
};

/** An order of the account's owner. */
async function place(guarded: Guarded, order: Record<string, unknown>): Promise<void> {
  const answer = await guarded.exchange.fetchApi('http://127.0.0.1/v2/orders', {
    method: 'POST',
    headers: {
      'APCA-API-KEY-ID': 'PK-TEST',
      'APCA-API-SECRET-KEY': 'secret',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ symbol: 'AAPL', time_in_force: 'gtc', ...order }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const entry = { symbol: 'MSFT', side: 'buy', type: 'limit', qty: '5', limit_price: '90' };
const symbols = ['AAPL', 'MSFT'];

/** What rests at the exchange, whoever looks at it. */
const restingAt = async ({ emergency, clock }: Guarded): Promise<string[]> => {
  const orders = await settle(clock, emergency.readOrders(0));
  return orders
    .filter(({ status }) => !isTerminal(status))
    .map(({ side, type, symbol, quantity }) => `${side} ${type} ${quantity} ${symbol}`)
    .sort();
};

async function statusesOf({ exchange }: Guarded, symbol: string): Promise<string[]> {
  const answer = await exchange.fetchApi(`http://127.0.0.1/v2/orders?symbols=${symbol}`, {
    headers: { 'APCA-API-KEY-ID': 'PK-TEST', 'APCA-API-SECRET-KEY': 'secret' },
  });
  const orders = (await answer.json()) as { status: string }[];
  return orders.map(({ status }) => status);
}

describe('a stricter halt', () => {
  it('takes the place of a milder one without a moment in which all is allowed', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, press(guarded, 'entries'));
    await guarded.clock.advanceBy(11_000);
    await settle(guarded.clock, press(guarded, 'everything'));
    await guarded.clock.advanceBy(11_000);
    const states = guarded
      .records('trading_state_changed')
      .map(({ body }) => (body as { readonly state: string }).state);
    expect(states.slice(states.indexOf('reducing'))).not.toContain('active');
    expect(states.at(-1)).toBe('halted');
  });
});

describe('a halt of entries', () => {
  it('cancels what would open a position and leaves what protects one', async () => {
    const guarded = await loopedAccount({ symbols });
    await place(guarded, entry);
    const report = await settle(guarded.clock, press(guarded, 'entries'));
    expect(report.outcome).toBe('verified');
    expect(report.canceled).toHaveLength(1);
    expect(await restingAt(guarded)).toEqual(['sell stop_limit 10 AAPL']);
  });

  it('lets protection and exits go on', async () => {
    const guarded = await watchedAccount();
    await settle(guarded.clock, press(guarded, 'entries'));
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(2_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    expect(guarded.bigBrother.status().tradingState).toBe('reducing');
    const exit = { kind: 'exit', symbol: AAPL } as const;
    const proposal = await settle(guarded.clock, guarded.bigBrother.propose(exit, 'host'));
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    const { id, hash } = proposal.plan;
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report.outcome).toBe('completed');
    expect(guarded.held()).toBeNull();
  });

  it('leaves orders of others to a person when no person pressed', async () => {
    const guarded = await loopedAccount({ symbols });
    await place(guarded, entry);
    const report = await settle(guarded.clock, press(guarded, 'entries', false));
    expect(report.outcome).toBe('verified');
    expect(report.clearing?.foreign.map(({ symbol }) => symbol)).toEqual(['MSFT']);
    expect(await restingAt(guarded)).toEqual(['buy limit 5 MSFT', 'sell stop_limit 10 AAPL']);
  });

  it('takes an entry with its legs away, and never a stop that has woken', async () => {
    const guarded = await loopedAccount({ symbols: ['AAPL', 'MSFT', 'TSLA'] });
    const legs = {
      order_class: 'bracket',
      take_profit: { limit_price: '120' },
      stop_loss: { stop_price: '80' },
    };
    await place(guarded, { ...entry, ...legs });
    await place(guarded, { ...legs, symbol: 'TSLA', side: 'buy', type: 'market', qty: '4' });
    await guarded.clock.advanceBy(1_000);
    const report = await settle(guarded.clock, press(guarded, 'entries'));
    expect(report.outcome).toBe('verified');
    expect((await restingAt(guarded)).filter((line) => !line.includes('AAPL'))).toEqual([
      'sell limit 4 TSLA',
      'sell stop 4 TSLA',
    ]);
  });
});

describe('a halt of everything', () => {
  it('leaves the stops, cancels the rest and sends nothing from then on', async () => {
    const guarded = await loopedAccount({ symbols });
    await place(guarded, entry);
    const sent = guarded.broker.mutations().length;
    const report = await settle(guarded.clock, press(guarded, 'everything'));
    expect(report).toMatchObject({ outcome: 'verified', failure: null, latchFailure: null });
    expect(await restingAt(guarded)).toEqual(['sell stop_limit 10 AAPL']);
    await guarded.trade('MSFT', 'buy', '3');
    guarded.price('AAPL', '130');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.broker.mutations()).toHaveLength(sent);
    expect(guarded.bigBrother.status().tradingState).toBe('halted');
    expect(guarded.held('MSFT')).toBe('long 3');
  });

  it('cancels a take-profit that stands alone and keeps one that has a stop beside it', async () => {
    const positions = symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' }));
    const guarded = await watchedAccount({ positions });
    await place(guarded, { side: 'sell', type: 'limit', qty: '10', limit_price: '120' });
    await place(guarded, {
      ...{ symbol: 'MSFT', side: 'sell', type: 'limit', qty: '10', order_class: 'oco' },
      take_profit: { limit_price: '120' },
      stop_loss: { stop_price: '80' },
    });
    const report = await settle(guarded.clock, press(guarded, 'everything'));
    expect(report.clearing?.uncovered).toEqual(['AAPL: 10 of 10 shares']);
    expect(await restingAt(guarded)).toEqual(['sell limit 10 MSFT', 'sell stop 10 MSFT']);
  });

  it('keeps back the rest of a plan that is half way, and says what is without a stop', async () => {
    const guarded = await loopedAccount();
    const exit = { kind: 'exit', symbol: AAPL } as const;
    const proposal = await settle(guarded.clock, guarded.bigBrother.propose(exit, 'host'));
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    const { id, hash, parts } = proposal.plan;
    expect(parts[0]?.steps.map(({ kind }) => kind)).toEqual(['cancel', 'submit']);
    const pressed: Promise<HaltReport>[] = [];
    guarded.broker.onStep = () => {
      if (pressed.length === 0) pressed.push(press(guarded, 'everything'));
    };
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report.outcome).toBe('stopped');
    expect(report.because).toContain('halted (everything) by a test');
    const halt = await settle(guarded.clock, Promise.all(pressed));
    expect(halt[0]).toMatchObject({ outcome: 'verified' });
    expect(halt[0]?.clearing?.uncovered).toEqual(['AAPL: 10 of 10 shares']);
    expect(guarded.broker.mutations().slice(1)).toEqual(['cancel AAPL']);
    const kinds = guarded
      .records('step_intended')
      .map(({ body }) => (body as { kind: string }).kind);
    expect(kinds).toEqual(['submit', 'cancel']);
  });

  it('takes the place of a milder one without a moment in which trading is active', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, press(guarded, 'entries'));
    const before = guarded.records('trading_state_changed').length;
    await settle(guarded.clock, press(guarded, 'everything'));
    const states = guarded
      .records('trading_state_changed')
      .slice(before)
      .map(({ body }) => (body as { state: string }).state);
    expect(states).not.toContain('active');
    expect(states.at(-1)).toBe('halted');
  });

  it('survives a restart, and is told as long as it holds', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, press(guarded, 'everything'));
    await settle(guarded.clock, guarded.stop());
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(30_000);
    expect(next.broker.mutations()).toEqual([]);
    const [cause] = next.bigBrother.status().tradingStateCauses;
    expect(cause).toMatchObject({
      code: 'halt_everything',
      clearedBy: 'a person: bigbrother resume',
    });
    expect(next.logger.recall(['halt_latched'])).toHaveLength(1);
    expect(next.bigBrother.alerts().map(({ code }) => code)).toContain('halted');
  });

  it('ends with a lift, which is written down with the name of who lifted it', async () => {
    const guarded = await watchedAccount();
    await settle(guarded.clock, press(guarded, 'everything'));
    guarded.orchestrator.start();
    await guarded.clock.advanceBy(30_000);
    expect(guarded.resting()).toEqual([]);
    guarded.haltLatch.lift({ at: guarded.clock.now(), by: 'Klaus' });
    await guarded.clock.advanceBy(30_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    const [lifted] = guarded.records('halt_lifted');
    expect(lifted).toMatchObject({ actor: 'person', body: { lift: { by: 'Klaus' } } });
    expect(guarded.bigBrother.status().tradingState).toBe('active');
    expect(guarded.bigBrother.alerts()).toEqual([]);
  });

  it('is told as lifted by the next process when none ran meanwhile', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, press(guarded, 'everything'));
    await settle(guarded.clock, guarded.stop());
    guarded.haltLatch.lift({ at: guarded.clock.now(), by: 'Klaus' });
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    expect(next.logger.recall(['halt_lifted'])).toHaveLength(1);
  });
});

describe('a flatten', () => {
  it('cancels by id, closes every position, and is verified when nothing is left', async () => {
    const positions = [
      { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
      { symbol: 'MSFT', qty: '-2.5', averageEntryPrice: '100' },
    ];
    const guarded = await loopedAccount({ positions, symbols });
    await place(guarded, { ...entry, symbol: 'AAPL' }).catch(() => {});
    const report = await settle(guarded.clock, press(guarded, 'flatten'));
    expect(report.outcome).toBe('verified');
    expect([...report.closed].sort()).toEqual(symbols);
    expect(await restingAt(guarded)).toEqual([]);
    expect(await settle(guarded.clock, guarded.emergency.readPositions())).toEqual([]);
  });

  it('waits for the open with the order that closes, and does not call it flat', async () => {
    const saturday = Date.UTC(2026, 9, 10, 15, 0);
    const guarded = await watchedAccount({ startAt: saturday });
    const stop = new AbortController();
    const { emergency: broker, haltLatch: latch, clock } = guarded;
    const { signal } = stop;
    const work = haltAccount({ broker, latch, clock, signal, request: asked('flatten') });
    await clock.advanceBy(20_000);
    stop.abort();
    const report = await settle(clock, work);
    expect(report.outcome).toBe('at_work');
    expect(report.canceled).toEqual([]);
    expect(await restingAt(guarded)).toEqual(['sell market 10 AAPL']);
  });

  it('is finished by the owner when the one who pressed is gone', async () => {
    const guarded = await loopedAccount();
    const { haltLatch, clock } = guarded;
    haltLatch.latch({ ...asked('flatten'), pressedAt: clock.now() });
    await clock.advanceBy(15_000);
    expect(await restingAt(guarded)).toEqual([]);
    expect(guarded.held()).toBeNull();
    expect(guarded.records('halt_verified')).toHaveLength(1);
    await guarded.trade('AAPL', 'buy', '3');
    await clock.advanceBy(60_000);
    expect(guarded.held()).toBe('long 3');
  });
});

describe('an exit of ours whose position is gone', () => {
  const codes = { entries: 'halt_entries', everything: 'halt_everything' } as const;

  it.each(['entries', 'everything'] as const)(
    'is canceled although %s are halted, since its fill would open a short',
    async (level) => {
      const guarded = await loopedAccount();
      await settle(guarded.clock, press(guarded, level));
      guarded.price('AAPL', '100');
      const [account = ''] = guarded.exchange.core.accountIds;
      guarded.exchange.core.closeByHand(account, 'AAPL');
      await guarded.clock.advanceBy(25_000);
      expect(guarded.resting()).toEqual([]);
      expect(guarded.broker.mutations().slice(1)).toEqual(['cancel AAPL']);
      const [cause] = guarded.bigBrother.status().tradingStateCauses;
      expect(cause?.code).toBe(codes[level]);
    },
  );

  it('is canceled by the halt itself, but not before a second look', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, guarded.stop());
    guarded.price('AAPL', '100');
    const [account = ''] = guarded.exchange.core.accountIds;
    guarded.exchange.core.closeByHand(account, 'AAPL');
    await guarded.clock.advanceBy(20_000);
    const startedAt = guarded.clock.now();
    const report = await settle(guarded.clock, press(guarded, 'everything'));
    expect(report).toMatchObject({ outcome: 'verified', canceled: [expect.any(String)] });
    expect(report.finishedAt - startedAt).toBeGreaterThanOrEqual(5_000);
    expect(await restingAt(guarded)).toEqual([]);
  });
});

describe('a halt that an agent asks for', () => {
  const propose = async ({ clock, bigBrother }: Guarded) => {
    const intent = { kind: 'halt', symbol: null } as const;
    const proposal = await settle(clock, bigBrother.propose(intent, 'host'));
    if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
    return proposal;
  };
  const pressedByAgent = async (guarded: Guarded) => {
    const { id, hash } = (await propose(guarded)).plan;
    return settle(guarded.clock, guarded.bigBrother.execute(id, hash));
  };

  it('says before what it stops, and how a person stops the rest', async () => {
    const { notes } = await propose(await loopedAccount());
    expect(notes).toEqual([
      { recipe: 'halt', because: expect.stringContaining('nothing that adds risk') },
    ]);
    expect(notes[0]?.because).toContain('a person runs "bigbrother halt"');
  });

  it('is latched, cleared and verified, once', async () => {
    const guarded = await loopedAccount();
    const { id, hash } = (await propose(guarded)).plan;
    expect(guarded.haltLatch.read()).toBeNull();
    const startedAt = guarded.clock.now();
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report).toMatchObject({
      ...{ planId: id, outcome: 'completed', refusal: null, parts: [], verdicts: [] },
      startedAt,
    });
    expect(report.finishedAt).toBeGreaterThan(startedAt);
    expect(report.because).toMatch(/^halted \(entries\) by the host: .*; VERIFIED/);
    expect(guarded.haltLatch.read()).toMatchObject({
      ...{ level: 'entries', actor: 'host', by: 'the host', includesForeign: false },
      because: `the host executed ${id}`,
    });
    const again = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(again.refusal).toBe('plan_already_used');
    expect(guarded.records('plan_spent').at(-1)).toMatchObject({
      ...{ actor: 'system', planId: id },
      body: { hash },
    });
    expect(guarded.records('plan_finished').at(-1)).toMatchObject({ planId: id });
  });

  it('stops no stop, no rescue and no exit: what a gap costs is not for an agent to choose', async () => {
    const guarded = await loopedAccount();
    await pressedByAgent(guarded);
    expect(guarded.bigBrother.status().tradingState).toBe('reducing');
    await guarded.clock.advanceBy(11_000);
    // Over night the price falls past the stop and its limit: only a rescue gets out.
    guarded.price('AAPL', '80');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.held()).toBeNull();
  });

  it('is refused when its plan is too old: nobody knows whether it is still wanted', async () => {
    const guarded = await loopedAccount();
    const { id, hash, expiresAt } = (await propose(guarded)).plan;
    await guarded.clock.advanceTo(expiresAt + 1);
    const at = guarded.clock.now();
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report).toMatchObject({
      ...{ outcome: 'denied', refusal: 'plan_expired', startedAt: at, finishedAt: at },
      because: 'the plan is too old: propose it again',
    });
    expect(guarded.haltLatch.read()).toBeNull();
    expect(guarded.records('plan_spent').some(({ planId }) => planId === id)).toBe(false);
    expect(guarded.records('plan_refused').at(-1)).toMatchObject({
      ...{ actor: 'system', planId: id },
      body: { refusal: 'plan_expired', because: 'the plan is too old: propose it again' },
    });
  });

  it('is carried out in the last millisecond of its plan', async () => {
    const guarded = await loopedAccount();
    const { id, hash, expiresAt } = (await propose(guarded)).plan;
    await guarded.clock.advanceTo(expiresAt);
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report.outcome).toBe('completed');
  });

  it('leaves a person’s orders alone, also where a person has halted before', async () => {
    const guarded = await loopedAccount({ symbols });
    await settle(guarded.clock, press(guarded, 'everything'));
    await place(guarded, entry);
    await pressedByAgent(guarded);
    await guarded.clock.advanceBy(30_000);
    expect(await restingAt(guarded)).toContain('buy limit 5 MSFT');
    expect(guarded.haltLatch.read()?.actor).toBe('person');
  });

  it('never makes a stricter halt milder', async () => {
    const guarded = await loopedAccount();
    await settle(guarded.clock, press(guarded, 'everything'));
    const report = await pressedByAgent(guarded);
    expect(guarded.haltLatch.read()?.level).toBe('everything');
    expect(guarded.bigBrother.status().tradingState).toBe('halted');
    expect(report).toMatchObject({
      outcome: 'completed',
      because: expect.stringContaining('; VERIFIED before'),
    });
  });

  it('needs no look at the account, and sends nothing in a mode that sends nothing', async () => {
    const guarded = await guardedAccount({ settings: { mode: 'propose' } });
    const report = await pressedByAgent(guarded);
    expect(report).toMatchObject({ outcome: 'stopped' });
    expect(report.because).toContain('the mode lets nothing be canceled');
    expect(guarded.haltLatch.read()?.level).toBe('entries');
  });
});

describe('with the limiter full, a lock held and an order whose outcome nobody knows', () => {
  it('blocks at once, has its cancels on the wire within 250 ms, is verified within 5 s', async () => {
    const many = Array.from({ length: 150 }, (_, index) => ({
      symbol: `S${String(index).padStart(3, '0')}`,
      ...{ qty: '10', averageEntryPrice: '100' },
    }));
    const latencies = { newMs: 40, cancelMs: 1_000 };
    const guarded = await watchedAccount({
      ...{ positions: many, symbols: [...many.map(({ symbol }) => symbol), 'MSFT'], latencies },
    });
    const { clock, broker } = guarded;
    for (let index = 0; index < 20; index += 1) {
      await place(guarded, { ...entry, limit_price: String(50 + index) });
    }
    broker.next('submit', { kind: 'loses_request' });
    guarded.orchestrator.start();
    await clock.advanceBy(3_000);
    const [busy] = guarded.state.symbols().filter((one) => guarded.coordinator.isBusy(one));
    expect(busy).toBeDefined();
    expect(guarded.orchestrator.longestWaitMs()).toBeGreaterThan(20_000);
    const sent = broker.mutations().length;
    const startedAt = clock.now();
    const work = press(guarded, 'everything');
    expect(guarded.haltLatch.read()?.pressedAt).toBe(startedAt);
    await clock.advanceBy(250);
    expect(await statusesOf(guarded, 'MSFT')).toEqual(Array(20).fill('pending_cancel'));
    const report = await settle(clock, work);
    expect(report).toMatchObject({ outcome: 'verified', failure: null });
    expect(report.canceled).toHaveLength(20);
    expect(report.finishedAt - startedAt).toBeLessThanOrEqual(5_000);
    expect(broker.mutations()).toHaveLength(sent);
  });
});
