import { parseArgs } from 'node:util';
import { stormProcesses } from './processes.ts';
import { SUBJECTS, type SubjectName, stormWorld } from './simulated.ts';
import { codeNow, keepSlice, readSlices, type Slice } from './slices.ts';
import { isCalm, tableOf, together } from './tally.ts';
import type { StormFigures } from './world.ts';

const USAGE = `npm run storm -- [options]
  --episodes N    bursts of twenty agents at each subject (default 240)
  --seed S        of the first world (default 1)
  --subjects A,B  of ${SUBJECTS.join(', ')} (default all)
  --resume FILE   goes on after the worlds of this file, and adds a line to it for each world;
                  the episodes asked for are those of the file and of this run
  --minutes M     ends with the world during which they are over
  --processes     with real processes and an exchange over HTTP, in one world and in real time;
                  needs npm run build (default 20 episodes)
  --json          one object on stdout`;

/** More would have the account read ever longer lists of orders; fewer would mostly begin worlds. */
const EPISODES_PER_WORLD = 24;
const NOTE_EVERY_WORLDS = 10;

const note = (line: string): void => void process.stderr.write(`${line}\n`);
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
};

type Asked = {
  readonly seed: number;
  readonly episodes: number;
  readonly processes: boolean;
  readonly resume: string | null;
  readonly endAtMs: number;
};

async function storm(subject: SubjectName, asked: Asked) {
  const { episodes, processes, resume, endAtMs } = asked;
  const code = codeNow();
  const slices: Slice[] = resume === null ? [] : [...readSlices(resume)];
  const own = slices.filter((each) => each.subject === subject);
  let sum = together(own.map(({ figures }) => figures));
  let seed = Math.max(asked.seed, ...own.map((each) => each.seed + 1));
  for (let world = 1; sum.episodes < episodes && performance.now() < endAtMs; world += 1) {
    const left = episodes - sum.episodes;
    const before = cpuSeconds();
    const figures = processes
      ? await stormProcesses(subject, seed, left)
      : await stormWorld(subject, seed, Math.min(EPISODES_PER_WORLD, left));
    const slice = { code, subject, seed, cpuSeconds: cpuSeconds() - before, figures };
    if (resume !== null) keepSlice(resume, slice);
    own.push(slice);
    sum = together([sum, figures]);
    if (world % NOTE_EVERY_WORLDS === 0) note(`${subject}: ${toldOf(own)}`);
    seed += 1;
  }
  return { sum, slices: own };
}

function toldOf(slices: readonly Slice[]): string {
  const { episodes, oversoldShares, duplicates, conflicts } = together(
    slices.map(({ figures }) => figures),
  );
  const codes = [...new Set(slices.map(({ code }) => code))].join(', ');
  const seconds = slices.reduce((total, slice) => total + slice.cpuSeconds, 0);
  return [
    `${episodes} episodes on ${codes}, ${(seconds / episodes).toFixed(3)} s of one core each`,
    `${oversoldShares} oversold shares, ${duplicates} duplicates, ${conflicts} conflicts`,
  ].join('; ');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      episodes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      subjects: { type: 'string', default: SUBJECTS.join(',') },
      resume: { type: 'string' },
      minutes: { type: 'string', default: 'Infinity' },
      processes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const { processes } = values;
  const episodes = Number(values.episodes ?? (processes ? 20 : 240));
  const seed = Number(values.seed);
  const minutes = Number(values.minutes);
  const subjects = SUBJECTS.filter((name) => values.subjects.split(',').includes(name));
  if (!(episodes > 0) || !(seed > 0) || !(minutes > 0) || subjects.length === 0) {
    throw new Error(USAGE);
  }
  const endAtMs = performance.now() + minutes * 60_000;
  const asked = { seed, episodes, processes, resume: values.resume ?? null, endAtMs };
  const stormed = new Map<SubjectName, Awaited<ReturnType<typeof storm>>>();
  for (const subject of subjects) stormed.set(subject, await storm(subject, asked));
  tell(stormed, values.json);
}

function tell(
  stormed: ReadonlyMap<SubjectName, Awaited<ReturnType<typeof storm>>>,
  asJson: boolean,
): void {
  const columns = Object.fromEntries(
    [...stormed].map(([subject, { sum }]): [string, StormFigures] => [subject, sum]),
  );
  const bad = (stormed.get('bigbrother')?.slices ?? []).filter(({ figures }) => !isCalm(figures));
  const badSeeds = bad.map(({ seed }) => seed);
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ figures: columns, bad_seeds: badSeeds })}\n`);
  } else process.stdout.write(`${tableOf(columns)}\n`);
  for (const [subject, { slices }] of stormed) note(`${subject}: ${toldOf(slices)}`);
  if (badSeeds.length > 0) {
    note(`BigBrother's worlds with a conflict: ${badSeeds.join(', ')}`);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  note(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
