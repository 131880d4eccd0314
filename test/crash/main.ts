import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { buildPrograms, programsIn } from './programs.ts';
import { type SavedTally, Tally, tableOf } from './tally.ts';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '50' },
    lanes: { type: 'string', default: '8' },
    speed: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '60' },
    short: { type: 'boolean', default: false },
    // What was done is kept there by version of the program, and a later run goes on with it.
    resume: { type: 'string' },
    // A folder of programs that an earlier run has built, whatever the sources are by now.
    programs: { type: 'string' },
    // Guards that protect nothing after a restart; the run must fail.
    plant: { type: 'boolean', default: false },
  },
});
const startedAt = Date.now();
const { resume } = values;
const programs =
  values.programs === undefined ? await buildPrograms() : programsIn(values.programs);
// Its text is our own, and read as such.
const kept = (
  resume !== undefined && existsSync(resume) ? JSON.parse(readFileSync(resume, 'utf8')) : {}
) as Record<string, SavedTally>;
const before = new Tally(kept[programs.version] ?? null);
const killsBefore = before.kills;
const keep = (each: Tally): void => {
  if (resume === undefined) return;
  writeFileSync(`${resume}.new`, JSON.stringify({ ...kept, [programs.version]: each.saved() }));
  renameSync(`${resume}.new`, resume);
};
process.stdout.write(`programs in ${programs.directory}, ${killsBefore} kills done with them\n`);
const tally = await runCampaign({
  programs,
  repeats: Number(values.repeats),
  lanes: Number(values.lanes),
  speed: Number(values.speed),
  longestMs: Number(values.minutes) * 60_000,
  patienceMs: 20_000,
  scope: values.short ? 'each_kind' : 'all',
  isPlanted: values.plant,
  tally: before,
  onLife: keep,
});
keep(tally);
const rows = tally.rows();
const kills = tally.kills - killsBefore;
const seconds = (Date.now() - startedAt) / 1_000;
process.stdout.write(`${tableOf(rows)}\n`);
process.stdout.write(
  `${kills} kills in ${seconds.toFixed(1)} s (${(kills / seconds).toFixed(1)} a second), ` +
    `${tally.kills} in all, ${tally.failures.length} failed; ` +
    `${tally.repeated} repeated, since the machine stood still\n`,
);
const short = rows.filter((row) => row.kills < Number(values.repeats));
process.stdout.write(
  `${rows.length - short.length} of ${rows.length} points have their ${values.repeats} kills; ` +
    `never come by: ${tally.neverReached().join(', ') || 'none'}\n`,
);
for (const failure of tally.failures.slice(0, 10)) process.stdout.write(`${failure}\n`);
process.exitCode = tally.failures.length === 0 ? 0 : 1;
