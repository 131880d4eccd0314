import { parseArgs } from 'node:util';
import { type Counts, together } from './counter.ts';
import { ambiguousWorld } from './world.ts';

const USAGE = `npm run ambiguity -- [options]
  --posts N     ambiguous POSTs to reach (default 20000)
  --seed S      of the first world (default 1)
  --symbols N   positions of each world (default 10)
  --rounds N    times ten stops for each of them (default 60)
  --plant       sends what is sent again under another id: it must be counted
  --json        one object on stdout`;

const NOTE_EVERY_MS = 30_000;
const MOST_BAD = 20;
const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      posts: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      symbols: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '60' },
      plant: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [posts, firstSeed] = [Number(values.posts), Number(values.seed)];
  const [symbols, rounds] = [Number(values.symbols), Number(values.rounds)];
  if (![posts, firstSeed, symbols, rounds].every((number) => number > 0)) throw new Error(USAGE);
  const startedAt = performance.now();
  const secondsSince = (): number => (performance.now() - startedAt) / 1_000;
  // Others may use the machine: what one core would do alone.
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  };
  let sum = together([]);
  let notedAt = startedAt;
  const badSeeds: number[] = [];
  let seed = firstSeed;
  for (; sum.ambiguousPosts < posts && badSeeds.length < MOST_BAD; seed += 1) {
    const counts = await ambiguousWorld(seed, { symbols, rounds, isPlanted: values.plant });
    const { duplicates, unprotected, refusals } = counts;
    if (duplicates + unprotected + refusals.length > 0) badSeeds.push(seed);
    for (const because of refusals.slice(0, 1))
      note(`seed ${seed}: a plan was refused: ${because}`);
    sum = together([sum, counts]);
    if (performance.now() - notedAt < NOTE_EVERY_MS) continue;
    notedAt = performance.now();
    note(lineOf(sum, secondsSince()));
  }
  const perSecond = (seconds: number): number => Math.round(sum.ambiguousPosts / seconds);
  const rates = { perSecond: perSecond(secondsSince()), perCpuSecond: perSecond(cpuSeconds()) };
  const told = { worlds: seed - firstSeed, ...sum, ...rates, badSeeds };
  if (values.json) process.stdout.write(`${JSON.stringify(told)}\n`);
  else process.stdout.write(`${lineOf(sum, secondsSince())}\n${JSON.stringify(told)}\n`);
  if (badSeeds.length > 0) {
    note(
      `worlds with a duplicate, a bare share or a refused plan: ${badSeeds.slice(0, 20).join(', ')}`,
    );
    process.exitCode = 1;
  }
}

const lineOf = (counts: Counts, seconds: number): string =>
  [
    `ambiguous POSTs ${counts.ambiguousPosts}`,
    `${Math.round(counts.ambiguousPosts / seconds)} a second`,
    `orders ${counts.orders} of ${counts.intended} intended`,
    `duplicates ${counts.duplicates}`,
    `unprotected ${counts.unprotected}`,
    `done within their plan ${counts.completed}`,
  ].join(', ');

main().catch((error: unknown) => {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 2;
});
