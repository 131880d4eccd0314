import { expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { isStandstill, patience } from './heartbeat.ts';
import { buildPrograms } from './programs.ts';
import { tableOf } from './tally.ts';

const rig = { repeats: 1, lanes: 4, speed: 10, scope: 'each_kind', patienceMs: 20_000 } as const;

it('a killed process leaves nothing twice, nothing bare and a whole journal', async () => {
  const tally = await runCampaign({
    ...{ ...rig, programs: await buildPrograms(), longestMs: 60_000, mostKills: 45 },
  });
  const rows = tally.rows();
  expect(tally.failures, tableOf(rows)).toEqual([]);
  // A slow machine kills less often in its time; it is to kill all the same.
  expect(rows.length).toBeGreaterThan(10);
}, 150_000);

it('a guard that protects nothing after its restart is found out', async () => {
  const tally = await runCampaign({
    ...{ ...rig, programs: await buildPrograms(), lanes: 1, isPlanted: true },
    ...{ longestMs: 40_000, patienceMs: 1_500 },
  });
  expect(tally.failures.join('\n')).toContain('shares are bare');
}, 60_000);

it('who waits begins anew with each standstill of the machine, but not for ever', () => {
  const wait = { since: 1_000, stillAt: 0, longestMs: 20_000 };
  expect(patience({ ...wait, now: 21_000 })).toBe('left');
  expect(patience({ ...wait, now: 21_001 })).toBe('over');
  expect(patience({ ...wait, now: 21_001, stillAt: 9_000 })).toBe('left');
  expect(patience({ ...wait, now: 29_001, stillAt: 9_000 })).toBe('over');
  expect(patience({ ...wait, now: 121_001, stillAt: 115_000 })).toBe('unknown');
});

it('a process stands still where time passes that it does not use', () => {
  expect(isStandstill(301, 0)).toBe(true);
  expect(isStandstill(300, 0)).toBe(false);
  expect(isStandstill(5_000, 4_900)).toBe(false);
});
