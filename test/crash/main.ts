import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { tableOf } from './tally.ts';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '50' },
    lanes: { type: 'string', default: '8' },
    speed: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '60' },
    short: { type: 'boolean', default: false },
  },
});
const startedAt = Date.now();
const tally = await runCampaign({
  repeats: Number(values.repeats),
  lanes: Number(values.lanes),
  speed: Number(values.speed),
  longestMs: Number(values.minutes) * 60_000,
  scope: values.short ? 'each_kind' : 'all',
});
const rows = tally.rows();
const kills = rows.reduce((sum, row) => sum + row.kills, 0);
const seconds = (Date.now() - startedAt) / 1_000;
process.stdout.write(`${tableOf(rows)}\n`);
process.stdout.write(
  `${kills} kills in ${seconds.toFixed(1)} s (${(kills / seconds).toFixed(1)} a second), ` +
    `${tally.failures.length} failed\n`,
);
for (const failure of tally.failures.slice(0, 10)) process.stdout.write(`${failure}\n`);
process.exitCode = tally.failures.length === 0 ? 0 : 1;
