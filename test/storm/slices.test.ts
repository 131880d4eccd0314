import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { OWNER } from '../../simulation/storm/counter.ts';
import { virtualPace } from '../../simulation/storm/pace.ts';
import { keepSlice, readSlices, type Slice } from '../../simulation/storm/slices.ts';
import { together } from '../../simulation/storm/tally.ts';
import { passThroughSubject } from '../../simulation/storm/unguarded.ts';
import { StormWorld } from '../../simulation/storm/world.ts';

const directory = mkdtempSync(join(tmpdir(), 'bigbrother-slices-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const slice = (seed: number): Slice => ({
  ...{ code: 'abc1234', subject: 'bigbrother', seed, cpuSeconds: 2.5 },
  figures: { ...together([]), episodes: 24, refusals: { wash_trade: seed } },
});

it('worlds that were played are there for the run that goes on', () => {
  const path = join(directory, 'storm.jsonl');
  expect(readSlices(path)).toEqual([]);
  keepSlice(path, slice(1));
  keepSlice(path, slice(2));
  expect(readSlices(path)).toEqual([slice(1), slice(2)]);
});

it('a file with a line of something else is not gone on with', () => {
  const path = join(directory, 'other.jsonl');
  keepSlice(path, slice(1));
  appendFileSync(path, `${JSON.stringify({ ...slice(2), figures: { episodes: 24 } })}\n`);
  expect(() => readSlices(path)).toThrow();
});

it('what was sold altogether is bought again by hand after a dozen episodes', async () => {
  const world = new StormWorld(3, virtualPace());
  const { core } = world.exchange;
  let byHand = 0;
  core.subscribe((event) => {
    if (event.kind !== 'trade_update' || event.event !== 'fill') return;
    if (event.order.clientOrderId.startsWith(OWNER)) byHand += 1;
  });
  await world.play(passThroughSubject, 13);
  // Of fifty it holds 44 after the twelfth; in one of the others an agent's order still waits.
  expect(byHand).toBe(5);
  expect(core.positions(core.accountIds[0] ?? '').length).toBeGreaterThan(44);
}, 60_000);
