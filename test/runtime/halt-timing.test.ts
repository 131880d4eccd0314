import { describe, expect, it } from 'vitest';
import { MemoryHaltLatch } from '../../src/adapters/system/memory-halt-latch.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { HaltLevel } from '../../src/domain/halt.ts';
import { carryOutHalt, type HaltReport, haltAccount } from '../../src/runtime/halt/halt.ts';
import { holding, NOW, order } from '../support/given.ts';
import { settle } from '../support/guarded-account.ts';
import { ToldBroker } from '../support/told-broker.ts';

const asked = (level: HaltLevel) => ({
  ...{ level, includesForeign: true, actor: 'person' as const },
  ...{ by: 'a test', because: 'it wants to' },
});
const entry = order({ id: 'entry', side: 'buy', limit: '90' });
const { position } = holding();
const other = holding({ symbol: 'KO' }).position;

function given() {
  const clock = new VirtualClock(NOW);
  const [broker, latch] = [new ToldBroker(), new MemoryHaltLatch()];
  const looks: number[] = [];
  const onLook = (): void => void looks.push(clock.now() - NOW);
  return { clock, broker, latch, looks, parts: { broker, latch, clock, onLook } };
}

/** When it was verified, in milliseconds from the start. */
const verifiedAfter = ({ outcome, finishedAt }: HaltReport): number | string =>
  outcome === 'verified' ? finishedAt - NOW : outcome;

describe('a look that finds nothing', () => {
  // Looks are made after 0, 250, 500, 1000, 1500, 2500, 3500 and 5500 ms.
  it('is believed once what was sent before the halt has to show', async () => {
    const { clock, broker, parts } = given();
    expect(
      verifiedAfter(await settle(clock, haltAccount({ ...parts, request: asked('entries') }))),
    ).toBe(2_500);
    expect(broker.lookedBackTo[0]).toBe(NOW - 60_000);
  });

  it('is believed at exactly that time', async () => {
    const { clock, latch, parts } = given();
    const halt = latch.latch({ ...asked('entries'), pressedAt: NOW - 500 });
    expect(verifiedAfter(await settle(clock, carryOutHalt({ ...parts, halt })))).toBe(1_500);
  });

  it('is believed no later for a clock of the one who pressed that is ahead', async () => {
    const { clock, latch, parts } = given();
    const halt = latch.latch({ ...asked('entries'), pressedAt: NOW + 3_600_000 });
    expect(verifiedAfter(await settle(clock, carryOutHalt({ ...parts, halt })))).toBe(2_500);
  });

  it('counts from the newest press, of the same level as well', async () => {
    const { clock, latch, parts } = given();
    const work = haltAccount({ ...parts, request: asked('entries') });
    await clock.advanceBy(1_900);
    latch.latch({ ...asked('entries'), pressedAt: clock.now() });
    const report = await settle(clock, work);
    expect([verifiedAfter(report), report.halt.pressedAt]).toEqual([5_500, NOW + 1_900]);
  });

  it('is of the stricter level, though that was pressed by a clock that is behind', async () => {
    const { clock, latch, parts } = given();
    const work = haltAccount({ ...parts, request: asked('entries') });
    await clock.advanceBy(100);
    latch.latch({ ...asked('everything'), pressedAt: NOW - 5 });
    expect((await settle(clock, work)).halt.level).toBe('everything');
  });

  it('is believed of positions after five seconds only', async () => {
    const { clock, parts } = given();
    expect(
      verifiedAfter(await settle(clock, haltAccount({ ...parts, request: asked('flatten') }))),
    ).toBe(5_500);
  });

  it('is believed of positions after exactly five seconds', async () => {
    const { clock, broker, parts } = given();
    broker.positions = [position];
    broker.obeys = false;
    const work = haltAccount({ ...parts, request: asked('flatten') });
    await clock.advanceBy(300);
    broker.positions = [];
    expect(verifiedAfter(await settle(clock, work))).toBe(5_500);
  });
});

describe('what is left', () => {
  it('is not made up for by something else that is left', async () => {
    const { clock, broker, parts } = given();
    broker.orders = [entry];
    broker.positions = [other];
    broker.obeys = false;
    const over = new AbortController();
    const flatten = haltAccount({ ...parts, request: asked('flatten'), signal: over.signal });
    await clock.advanceBy(30_000);
    over.abort();
    expect((await settle(clock, flatten)).outcome).toBe('at_work');
  });

  it('is not made up for by what may be left', async () => {
    const { clock, broker, parts } = given();
    broker.orders = [entry, order({ id: 'sale', symbol: 'KO', limit: '110' })];
    broker.obeys = false;
    const over = new AbortController();
    const work = haltAccount({ ...parts, request: asked('entries'), signal: over.signal });
    await clock.advanceBy(3_000);
    over.abort();
    expect((await settle(clock, work)).outcome).toBe('at_work');
  });

  it('is a sale of what nobody holds, once that is sure, and it is canceled', async () => {
    const { clock, broker, parts } = given();
    broker.orders = [order({ id: 'sale', limit: '110' })];
    const work = haltAccount({ ...parts, request: asked('entries') });
    await clock.advanceBy(4_000);
    expect(broker.asked).toEqual([]);
    await clock.advanceBy(20_000);
    expect(broker.asked).toEqual(['cancel sale']);
    expect((await settle(clock, work)).canceled).toEqual(['sale']);
  });

  it('is asked for order by order and position by position, and again after 1.5 s', async () => {
    const orders = given();
    orders.broker.orders = [entry, order({ id: 'second', symbol: 'KO', side: 'buy', limit: '9' })];
    orders.broker.obeys = false;
    void haltAccount({ ...orders.parts, request: asked('entries') });
    await orders.clock.advanceBy(1_499);
    expect(orders.broker.asked).toEqual(['cancel entry', 'cancel second']);
    await orders.clock.advanceBy(1);
    expect(orders.broker.asked).toHaveLength(4);

    const positions = given();
    positions.broker.positions = [position, other];
    void haltAccount({ ...positions.parts, request: asked('flatten') });
    await positions.clock.advanceBy(0);
    expect(positions.broker.asked).toEqual(['close AAPL', 'close KO']);
  });
});

describe('a halt that is over', () => {
  it('looks no more once it was told to stop between two looks', async () => {
    const { clock, broker, looks, parts } = given();
    broker.orders = [entry];
    broker.obeys = false;
    const over = new AbortController();
    const work = haltAccount({ ...parts, request: asked('entries'), signal: over.signal });
    await clock.advanceBy(100);
    over.abort();
    await settle(clock, work);
    await clock.advanceBy(10_000);
    expect(looks).toEqual([0]);
  });

  it('asks for nothing that it read while a person lifted it', async () => {
    const { clock, broker, latch, parts } = given();
    broker.orders = [entry];
    broker.meets = () => latch.lift({ at: NOW, by: 'me' });
    const work = haltAccount({ ...parts, request: asked('entries') });
    expect((await settle(clock, work)).outcome).toBe('lifted');
    expect(broker.asked).toEqual([]);
  });

  it('needs nobody who hears of its looks', async () => {
    const { clock, broker, latch } = given();
    const halt = latch.latch({ ...asked('entries'), pressedAt: NOW });
    expect(verifiedAfter(await settle(clock, carryOutHalt({ broker, latch, clock, halt })))).toBe(
      2_500,
    );
  });
});
