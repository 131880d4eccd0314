import { describe, expect, it } from 'vitest';
import { nakedTimesOf } from '../../../simulation/invariants/naked-times.ts';
import { stopOf, watchedWorld } from './watched-world.ts';

const CANCEL_MS = 1_500;

/** The owner takes its stop away, waits, and places another; the broker is slow with the cancel. */
async function cancelledAndPlaced(dawdleMs: number) {
  const world = await watchedWorld({ latencies: { newMs: 3, cancelMs: CANCEL_MS, fillMs: 5 } });
  const runtime = await world.begin();
  await world.clock.advanceBy(30_000);
  // From here on only the test acts.
  runtime.orchestrator.rest();
  await world.sendAsOwner('DELETE', `/v2/orders/${stopOf(world).id}`);
  await world.clock.advanceBy(CANCEL_MS + dawdleMs);
  await world.sendAsOwner('POST', '/v2/orders', {
    ...{ symbol: 'AAPL', qty: '10', side: 'sell', type: 'stop', stop_price: '92' },
    ...{ time_in_force: 'gtc', client_order_id: 'bb1-planted' },
  });
  await world.clock.advanceBy(2_000);
  const stretches = world.invariants.report().filter(({ cause }) => cause === 'cancel_submit');
  expect(stretches).toHaveLength(1);
  return { stretches, times: nakedTimesOf(stretches) };
}

describe('a stretch of naked time', () => {
  it('is a slow broker’s where nothing but its cancel took long', async () => {
    const { stretches, times } = await cancelledAndPlaced(0);
    expect(stretches[0]?.secondsOfBroker).toBeGreaterThanOrEqual(CANCEL_MS / 1_000);
    expect(times.slow.stretches).toBe(1);
    expect(times.inReach.stretches).toBe(0);
    expect(times.ours.max).toBeLessThan(0.5);
  });

  it('that we dawdled in counts as in reach, however slow the broker was beside it', async () => {
    const { times } = await cancelledAndPlaced(5_000);
    expect(times.slow.stretches).toBe(0);
    expect(times.inReach.max).toBeGreaterThan(6);
    expect(times.ours.max).toBeGreaterThanOrEqual(5);
    expect(times.ours.max).toBeLessThan(5.5);
  });

  it('begins with the trade that a stop-limit was left behind by', async () => {
    const world = await watchedWorld({ latencies: { newMs: 3, fillMs: 5 } });
    const runtime = await world.begin();
    await world.clock.advanceBy(30_000);
    runtime.orchestrator.rest();
    const jumpedAt = world.clock.now();
    world.price('AAPL', '80');
    await world.clock.advanceBy(7_000);
    await world.sendAsOwner('DELETE', '/v2/positions/AAPL').catch(() => null);
    world.price('AAPL', '95');
    await world.clock.advanceBy(2_000);
    const [stretch] = world.invariants.report().slice(-1);
    expect(stretch).toMatchObject({ cause: 'stop_jumped', since: jumpedAt });
    expect(stretch?.seconds).toBeCloseTo(7, 0);
  });

  it('after a purchase by hand is nobody’s hindrance: the news of it takes its way', async () => {
    const world = await watchedWorld({ latencies: { newMs: 3, fillMs: 5 } });
    await world.begin();
    await world.clock.advanceBy(30_000);
    world.exchange.run({ do: 'close_by_hand', symbol: 'AAPL' });
    await world.clock.advanceBy(15_000);
    const body = { symbol: 'AAPL', qty: '5', side: 'buy', type: 'market', time_in_force: 'day' };
    expect(world.exchange.run({ do: 'order', body }).ok).toBe(true);
    await world.clock.advanceBy(10_000);
    const stretches = world.invariants.report().filter(({ cause }) => cause === 'entry_fill');
    expect(stretches).toMatchObject([{ wasHindered: false, secondsOutOfReach: 0 }]);
  });

  it('is hindered while somebody else’s stop holds the shares that it was left behind with', async () => {
    const world = await watchedWorld({ latencies: { newMs: 3, fillMs: 5 } });
    await world.begin();
    await world.clock.advanceBy(30_000);
    // Whoever moves a stop makes it his own: its successor bears no id of ours.
    world.exchange.run({ do: 'nudge', orderId: stopOf(world).id, symbol: 'AAPL' });
    await world.clock.advanceBy(2_000);
    world.price('AAPL', '80');
    await world.clock.advanceBy(12_000);
    world.price('AAPL', '99');
    await world.clock.advanceBy(2_000);
    const [stretch] = world.invariants.report().slice(-1);
    expect(stretch).toMatchObject({ cause: 'stop_jumped', wasHindered: true });
    expect(stretch?.seconds).toBeGreaterThan(10);
  });
});
