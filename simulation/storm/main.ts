import { parseArgs } from 'node:util';
import { stormProcesses } from './processes.ts';
import { SUBJECTS, type SubjectName, stormWorld } from './simulated.ts';
import { isCalm, tableOf, together } from './tally.ts';
import type { StormFigures } from './world.ts';

const USAGE = `npm run storm -- [options]
  --episodes N    bursts of twenty agents at each subject (default 240)
  --seed S        of the first world (default 1)
  --subjects A,B  of ${SUBJECTS.join(', ')} (default all)
  --processes     with real processes and an exchange over HTTP, in one world and in real time;
                  needs npm run build (default 20 episodes)
  --json          one object on stdout`;

/** Bursts at one account, before its positions are sold. */
const EPISODES_PER_WORLD = 12;
const NOTE_EVERY_WORLDS = 50;

const note = (line: string): void => void process.stderr.write(`${line}\n`);

type Asked = { readonly seed: number; readonly episodes: number; readonly processes: boolean };

async function storm(subject: SubjectName, { seed: firstSeed, episodes, processes }: Asked) {
  let sum = together([]);
  const bad: number[] = [];
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  for (let world = 0; sum.episodes < episodes; world += 1) {
    const seed = firstSeed + world;
    const left = processes ? episodes : Math.min(EPISODES_PER_WORLD, episodes - sum.episodes);
    const figures = await (processes ? stormProcesses : stormWorld)(subject, seed, left);
    sum = together([sum, figures]);
    if (!isCalm(figures)) bad.push(seed);
    if (world % NOTE_EVERY_WORLDS === NOTE_EVERY_WORLDS - 1) {
      note(`${subject}: ${sum.episodes} episodes in ${seconds().toFixed(0)} s, ${toldOf(sum)}`);
    }
  }
  return { sum, bad, episodesPerSecond: sum.episodes / seconds() };
}

const toldOf = ({ oversoldShares, duplicates, conflicts }: StormFigures): string =>
  `${oversoldShares} oversold shares, ${duplicates} duplicates, ${conflicts} conflicts`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      episodes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      subjects: { type: 'string', default: SUBJECTS.join(',') },
      processes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { processes } = values;
  const episodes = Number(values.episodes ?? (processes ? 20 : 240));
  const seed = Number(values.seed);
  const subjects = SUBJECTS.filter((name) => values.subjects.split(',').includes(name));
  if (!(episodes > 0) || !(seed > 0) || subjects.length === 0) throw new Error(USAGE);
  const columns: Record<string, StormFigures> = {};
  const rates: Record<string, number> = {};
  let bad: readonly number[] = [];
  for (const subject of subjects) {
    const stormed = await storm(subject, { seed, episodes, processes });
    columns[subject] = stormed.sum;
    rates[subject] = stormed.episodesPerSecond;
    if (subject === 'bigbrother') bad = stormed.bad;
  }
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ seed, figures: columns, episodes_per_second: rates, bad_seeds: bad })}\n`,
    );
  } else {
    process.stdout.write(`${tableOf(columns)}\n`);
    for (const [name, rate] of Object.entries(rates))
      note(`${name}: ${rate.toFixed(1)} episodes/s`);
  }
  if (bad.length > 0) {
    note(`BigBrother's worlds with a conflict: ${bad.join(', ')}`);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
