import { expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { tableOf } from './tally.ts';

const LONGEST_MS = 20_000;

it('a killed process leaves nothing twice, nothing bare and a whole journal', async () => {
  const tally = await runCampaign({
    ...{ repeats: 1, lanes: 4, speed: 10, scope: 'each_kind', longestMs: LONGEST_MS },
  });
  const rows = tally.rows();
  expect(tally.failures, tableOf(rows)).toEqual([]);
  // A slow machine kills less often in its time; it is to kill all the same.
  expect(rows.length).toBeGreaterThan(10);
}, 90_000);
