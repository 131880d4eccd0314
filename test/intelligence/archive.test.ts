import { renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Running } from '../../src/compose.ts';
import { defaultSettings } from '../../src/config.ts';
import { fieldAt } from '../../src/domain/record-body.ts';
import { ownDirectory } from '../adapters/advisors/servers.ts';
import { runHere } from '../cli/run-here.ts';
import { world } from './world.ts';

const OFF = { use: 'off' } as const;
const TRADES = 24;
/** Each position has a stop for either half. */
const OUTCOMES = 2 * TRADES;

/** The newest thing that was learned: what it says, and how many trades it rests on. */
function lessonOf({ logger }: Running) {
  const { records } = logger.getHistory({ types: ['advice_given'], limit: 1 });
  const body = records[0]?.body ?? null;
  const evidence = fieldAt(body, 'evidence') ?? null;
  return { learned: fieldAt(body, 'learned'), trades: fieldAt(evidence, 'trades') };
}

const typesIn = ({ logger }: Running, type: 'decision_made' | 'advice_given'): number =>
  logger.recall([type]).length;

it('what was learned outlives the records that it was learned from', async () => {
  const directory = ownDirectory();
  const advice = { mostTightenPercent: 50, leastRoomPercent: '1' };
  const { policies } = defaultSettings('execute', directory).rules;
  const servers = { memory: OFF, thinking: OFF };
  const { clock, price, buy, start, stop, memoryFile } = world(directory, servers, {
    policies: { ...policies, advice },
  });
  const begin = async (): Promise<Running> => {
    const running = await start();
    onTestFinished(() => running.close());
    return running;
  };
  let running = await begin();
  for (let trade = 0; trade < TRADES; trade += 1) {
    price('91.9');
    await clock.advanceBy(20_000);
    price('100');
    await buy();
    await clock.advanceBy(20_000);
  }
  await clock.advanceBy(70_000);
  const learned = lessonOf(running);
  expect(learned).toMatchObject({ learned: { tightenPercent: 50 }, trades: TRADES });
  await clock.advanceBy(20 * 60_000);
  const decisions = typesIn(running, 'decision_made');
  await stop(running);

  const env = { BIGBROTHER_DATA_DIR: directory };
  const archived = await runHere(['archive', '--before', '2026-10-09'], env);
  expect(archived).toMatchObject({ code: 0, stderr: '' });

  running = await begin();
  const before = typesIn(running, 'advice_given');
  expect(typesIn(running, 'decision_made')).toBeLessThan(decisions / 2);
  await clock.advanceBy(70_000);
  expect(typesIn(running, 'advice_given')).toBe(before + 1);
  expect(lessonOf(running)).toEqual(learned);
  await stop(running);

  // Where nobody finds the archive any more, the memory is made anew all the same.
  const account = dirname(dirname(dirname(memoryFile)));
  renameSync(join(account, 'archive'), join(directory, 'elsewhere'));
  const rebuilt = await runHere(['memory', 'rebuild', '--json'], env);
  expect(JSON.parse(rebuilt.stdout)).toMatchObject({ outcomes: OUTCOMES, stored: OUTCOMES });
}, 60_000);
