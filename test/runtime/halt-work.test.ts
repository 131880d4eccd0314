import { describe, expect, it } from 'vitest';
import { MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { quantity } from '../../src/domain/decimal.ts';
import type { Halt, HaltLevel } from '../../src/domain/halt.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { Order } from '../../src/domain/order.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import type { HaltLatch } from '../../src/ports/halt-latch.ts';
import {
  carryOutHalt,
  type HaltReport,
  haltAccount,
  latchHalt,
} from '../../src/runtime/halt/halt.ts';
import { clearingFor } from '../../src/runtime/halt/halt-orders.ts';
import { haltInWords, reportInWords } from '../../src/runtime/halt/halt-words.ts';
import { holding, NOW, order, stopLimit } from '../support/given.ts';
import { settle } from '../support/guarded-account.ts';
import { ToldBroker } from '../support/told-broker.ts';

const AAPL = ticker('AAPL');
const asked = (level: HaltLevel) => ({
  ...{ level, includesForeign: true, actor: 'person' as const },
  ...{ by: 'a test', because: 'it wants to' },
});
const entry = order({ id: 'entry', side: 'buy', limit: '90' });
const { position } = holding();

function given(level: HaltLevel, latch: HaltLatch = new MemoryHaltLatch()) {
  const clock = new VirtualClock(NOW);
  const broker = new ToldBroker();
  const reports: HaltReport[] = [];
  const parts = { broker, latch, clock, onLook: (report: HaltReport) => void reports.push(report) };
  return { clock, broker, latch, reports, parts, request: asked(level) };
}

describe('the work of a halt', () => {
  it('asks for the same cancel again only after a while, for as long as the order rests', async () => {
    const { clock, broker, parts, request } = given('entries');
    broker.orders = [entry];
    broker.obeys = false;
    const work = haltAccount({ ...parts, request });
    await clock.advanceBy(1_400);
    expect(broker.asked).toEqual(['cancel entry']);
    await clock.advanceBy(3_000);
    expect(broker.asked.length).toBeGreaterThan(1);
    broker.obeys = true;
    const report = await settle(clock, work);
    expect(report).toMatchObject({ outcome: 'verified', canceled: ['entry'], failure: null });
  });

  it('closes what is held, and asks for that again only after a while', async () => {
    const { clock, broker, parts, request } = given('flatten');
    broker.positions = [position];
    broker.obeys = false;
    const work = haltAccount({ ...parts, request });
    await clock.advanceBy(1_400);
    expect(broker.asked).toEqual(['close AAPL']);
    broker.obeys = true;
    expect(await settle(clock, work)).toMatchObject({ outcome: 'verified', closed: ['AAPL'] });
    expect(broker.asked).toEqual(['close AAPL', 'close AAPL']);
  });

  it('goes on while the broker cannot be read, and says why', async () => {
    const { clock, broker, parts, reports, request } = given('entries');
    broker.meets = () => {
      throw new BrokerError('no network', { outcome: 'unknown' });
    };
    const work = haltAccount({ ...parts, request });
    await clock.advanceBy(10_000);
    expect(reports.at(-1)).toMatchObject({ outcome: 'at_work', failure: 'no network' });
    broker.meets = () => {};
    expect(await settle(clock, work)).toMatchObject({ outcome: 'verified', failure: null });
  });

  it('goes on after a no to a cancel, and tells of it until the next look', async () => {
    const { clock, broker, parts, reports, request } = given('entries');
    broker.orders = [entry];
    broker.meets = () => {
      if (broker.asked.length === 1) throw new BrokerError('too late', { outcome: 'rejected' });
    };
    const work = haltAccount({ ...parts, request });
    await clock.advanceBy(0);
    expect(reports[0]).toMatchObject({ failure: 'too late', canceled: [] });
    broker.meets = () => {};
    expect(await settle(clock, work)).toMatchObject({ outcome: 'verified', failure: null });
  });

  it('hides no fault of our own behind the broker', async () => {
    const { broker, parts, request } = given('entries');
    broker.meets = () => {
      throw new RangeError('our own fault');
    };
    await expect(haltAccount({ ...parts, request })).rejects.toThrow('our own fault');
  });

  it('ends when a person has lifted it, before or during a look', async () => {
    const before = given('entries');
    const { halt } = latchHalt(before, before.request);
    before.latch.lift({ at: NOW, by: 'me' });
    expect(await carryOutHalt({ ...before.parts, halt })).toMatchObject({ outcome: 'lifted' });
    expect(before.broker.asked).toEqual([]);

    const during = given('entries');
    during.broker.orders = [entry];
    during.broker.meets = () => during.latch.lift({ at: NOW, by: 'me' });
    const report = await during.clock
      .advanceBy(0)
      .then(() => settle(during.clock, haltAccount({ ...during.parts, request: during.request })));
    expect(report.outcome).toBe('lifted');
  });

  it('becomes as strict as the strictest that is pressed meanwhile', async () => {
    const { clock, broker, latch, parts, request } = given('entries');
    broker.orders = [entry, stopLimit()];
    broker.positions = [position];
    broker.obeys = false;
    const work = haltAccount({ ...parts, request });
    await clock.advanceBy(1_000);
    latch.latch({ ...asked('flatten'), pressedAt: clock.now() });
    broker.obeys = true;
    const report = await settle(clock, work);
    expect(report).toMatchObject({ outcome: 'verified', closed: ['AAPL'] });
    expect(report.halt.level).toBe('flatten');
    expect(broker.positions).toEqual([]);
  });

  it('stops where it is when it is told to', async () => {
    const { clock, broker, parts, request } = given('entries');
    broker.orders = [entry];
    broker.obeys = false;
    const over = new AbortController();
    const work = haltAccount({ ...parts, request, signal: over.signal });
    await clock.advanceBy(100);
    over.abort();
    const sent = broker.asked.length;
    expect(await settle(clock, work)).toMatchObject({ outcome: 'at_work' });
    await clock.advanceBy(10_000);
    expect(broker.asked).toHaveLength(sent);
  });
});

describe('a latch that cannot be written', () => {
  const failing = (held: Halt | null): HaltLatch =>
    Object.assign(new MemoryHaltLatch(), {
      read: () => held,
      latch: () => {
        throw new Error('the disk is full');
      },
    });

  it('holds in this process all the same, and is told of', () => {
    const { clock } = given('everything');
    const { halt, latchFailure } = latchHalt({ latch: failing(null), clock }, asked('everything'));
    expect(latchFailure).toBe('the disk is full');
    expect(halt).toMatchObject({ level: 'everything', pressedAt: NOW, since: NOW });
  });

  it('is what is on it where something is', () => {
    const held: Halt = { ...asked('flatten'), pressedAt: 1, since: 1 };
    const { clock } = given('entries');
    expect(latchHalt({ latch: failing(held), clock }, asked('entries')).halt).toBe(held);
  });
});

describe('what a halt takes away where nothing is held', () => {
  const flat = (orders: readonly Order[], isFlat = false) =>
    clearingFor(
      { level: 'entries', includesForeign: true },
      { positions: [], orders },
      () => isFlat,
    );

  it.each([
    ['a buy at a limit', { side: 'buy', limit: '90' }, 'unwanted'],
    ['a buy at the market', { side: 'buy', type: 'market' }, 'unwanted'],
    [
      'a buy stop, which may close a short',
      { side: 'buy', type: 'stop', stop: '110' },
      'undecided',
    ],
    ['a sale, which may close a long', { side: 'sell', limit: '110' }, 'undecided'],
  ] as const)('%s', (_, order_, expected) => {
    const found = flat([order({ id: 'one', ...order_ })]);
    expect(found[expected].map(({ id }) => id)).toEqual(['one']);
  });

  it('goes by what an order says it is for, where it says it', () => {
    const opening: Order = { ...order({ side: 'sell' }), positionIntent: 'sell_to_open' };
    const closing: Order = {
      ...order({ side: 'buy', limit: '1' }),
      positionIntent: 'buy_to_close',
    };
    expect(flat([opening]).unwanted).toHaveLength(1);
    expect(flat([closing]).undecided).toHaveLength(1);
    expect(flat([closing], true).unwanted).toHaveLength(1);
  });

  it('cancels one of a group whose orders are all held', () => {
    const held = order({ id: 'held', side: 'buy', limit: '90', status: 'held' });
    expect(flat([held]).toCancel.map(({ id }) => id)).toEqual(['held']);
    const leaving = order({ id: 'leaving', side: 'buy', limit: '90', status: 'pending_cancel' });
    expect(flat([leaving])).toMatchObject({ toCancel: [], unwanted: [{ id: 'leaving' }] });
  });
});

describe('how far a halt has come, in words', () => {
  const halt: Halt = { ...asked('flatten'), pressedAt: NOW, since: NOW };
  const report: HaltReport = {
    ...{ halt, outcome: 'at_work', canceled: [], closed: [], clearing: null },
    ...{ latchFailure: null, failure: null, finishedAt: NOW },
  };

  it('is nothing but the outcome where nothing was read', () => {
    expect(reportInWords(report)).toEqual(['NOT VERIFIED yet']);
    expect(reportInWords({ ...report, outcome: 'lifted' })).toEqual([
      'the halt was lifted meanwhile',
    ]);
  });

  it('names everything that is left, and what went wrong', () => {
    const dollars = order({ id: 'o2', type: 'market', side: 'buy', quantity: null });
    const clearing = {
      ...{
        unwanted: [entry],
        toCancel: [],
        foreign: [dollars],
        undecided: [order({ id: 'o3', side: 'sell', limit: '110' })],
        kept: [stopLimit()],
      },
      ...{ toClose: [], held: [{ ...position, quantity: quantity('10') }] },
      uncovered: ['AAPL: 10 of 10 shares'],
    };
    expect(
      reportInWords({
        ...report,
        clearing,
        canceled: [entry.id],
        closed: [AAPL, ticker('KO')],
        latchFailure: 'the disk is full',
        failure: 'no network',
      }),
    ).toEqual([
      'NOT LATCHED ON DISK: the disk is full',
      'the broker took 1 cancels',
      'the broker took orders to close AAPL, KO',
      'still there: buy 10 AAPL limit limit 90 (new, entry)',
      'not placed by BigBrother, for a person to cancel: buy dollars AAPL market (new, o2)',
      'waits for a second look at what is held: sell 10 AAPL limit limit 110 (new, o3)',
      'still held: AAPL long 10',
      'goes on resting: sell 10 AAPL stop_limit stop 95 limit 94.5 (new, stop-1)',
      'WITHOUT A STOP: AAPL: 10 of 10 shares',
      'the broker: no network',
      'NOT VERIFIED yet',
    ]);
  });
});

describe('a halt in words', () => {
  it.each([
    ['entries', 'nothing that adds risk is sent; protection and exits go on'],
    ['everything', 'no order is sent at all; stops that protect stay at the broker'],
    ['flatten', 'no order is sent but to close every position, and nothing may rest'],
  ] as const)('says what %s forbids, who asked for it and why', (level, forbids) => {
    const halt = { ...asked(level), since: NOW, pressedAt: NOW };
    expect(haltInWords(halt)).toBe(`halted (${level}) by a test: it wants to; ${forbids}`);
  });
});
