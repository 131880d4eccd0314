import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { Tally, tableOf } from './tally.ts';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '50' },
    lanes: { type: 'string', default: '8' },
    speed: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '60' },
    short: { type: 'boolean', default: false },
    // What was done is kept there, and a later run goes on with it.
    resume: { type: 'string' },
  },
});
const startedAt = Date.now();
const { resume } = values;
const isBegun = resume !== undefined && existsSync(resume);
const before = new Tally(isBegun ? readFileSync(resume, 'utf8') : null);
const killsIn = (each: Tally): number => each.rows().reduce((sum, row) => sum + row.kills, 0);
const killsBefore = killsIn(before);
const keep = (each: Tally): void => {
  if (resume === undefined) return;
  writeFileSync(`${resume}.new`, each.text());
  renameSync(`${resume}.new`, resume);
};
const tally = await runCampaign({
  repeats: Number(values.repeats),
  lanes: Number(values.lanes),
  speed: Number(values.speed),
  longestMs: Number(values.minutes) * 60_000,
  scope: values.short ? 'each_kind' : 'all',
  tally: before,
  onLife: keep,
});
const rows = tally.rows();
const kills = killsIn(tally) - killsBefore;
const seconds = (Date.now() - startedAt) / 1_000;
process.stdout.write(`${tableOf(rows)}\n`);
process.stdout.write(
  `${kills} kills in ${seconds.toFixed(1)} s (${(kills / seconds).toFixed(1)} a second), ` +
    `${killsBefore + kills} in all, ${tally.failures.length} failed\n`,
);
const short = rows.filter((row) => row.kills < Number(values.repeats));
process.stdout.write(
  `${rows.length - short.length} of ${rows.length} points have their ${values.repeats} kills; ` +
    `never come by: ${tally.neverReached().join(', ') || 'none'}\n`,
);
for (const failure of tally.failures.slice(0, 10)) process.stdout.write(`${failure}\n`);
process.exitCode = tally.failures.length === 0 ? 0 : 1;
