import { expect, it } from 'vitest';
import { RULES } from '../../../simulation/invariants/invariants.ts';
import { nakedTimesOf } from '../../../simulation/invariants/naked-times.ts';
import { watchedWorld } from './watched-world.ts';

it('finds nothing in an account that is guarded without trouble', async () => {
  const world = await watchedWorld({
    symbols: ['AAPL', 'MSFT'],
    latencies: { newMs: 20, cancelMs: 300, replaceMs: 100 },
  });
  await world.begin();
  await world.clock.advanceBy(60_000);
  for (const at of ['104', '108', '111', '109', '115']) {
    world.price('AAPL', at);
    await world.clock.advanceBy(20_000);
  }
  await world.trade('MSFT', 'buy', '5');
  await world.clock.advanceBy(40_000);
  world.price('AAPL', '90');
  await world.clock.advanceBy(60_000);

  expect(world.faults).toEqual([]);
  expect(world.violations).toEqual([]);
  expect(world.settled()).toEqual([]);
  // All of it was looked at: writes, records, executions.
  expect(world.records('step_intended').length).toBeGreaterThan(3);
  expect(world.records('plan_spent').length).toBeGreaterThan(3);
  const { all, byCause } = nakedTimesOf(world.invariants.report());
  expect(all.max).toBeLessThanOrEqual(2);
  expect(Object.keys(byCause)).toContain('entry_fill');
});

it('finds nothing over a restart', async () => {
  const world = await watchedWorld({ latencies: { newMs: 20, cancelMs: 300, replaceMs: 100 } });
  const first = await world.begin();
  await world.clock.advanceBy(20_000);
  const stopped = first.stop();
  await world.clock.advanceBy(30_000);
  await stopped;
  world.say({ kind: 'died', life: 1, point: 'stopped' });
  await world.clock.advanceBy(5_000);
  await world.begin();
  world.price('AAPL', '110');
  await world.clock.advanceBy(60_000);

  expect(world.faults).toEqual([]);
  expect(world.violations).toEqual([]);
  expect(world.settled()).toEqual([]);
});

it('has every invariant once, and says of the only empty one why it is empty', () => {
  expect(RULES.map(({ number }) => number)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  const empty = RULES.filter(({ vacuousBecause }) => vacuousBecause !== undefined);
  expect(empty.map(({ number }) => number)).toEqual([11]);
});
