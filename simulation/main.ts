import { readFixture, saveFixture } from './fixtures.ts';
import { JournalReplays, type ReplayedJournals } from './journal-replay.ts';
import { OptionError, type Options, optionsFrom, USAGE } from './options.ts';
import { reportOf } from './report.ts';
import { shrink } from './shrink.ts';
import { type Summary, Tally } from './summary.ts';
import { tellTo } from './tell.ts';
import type { Limits } from './troubles.ts';
import { runTwice } from './twice.ts';
import { runWorld } from './world.ts';

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** A world to run; `fixture` is the file that it was read from. */
type Task = { readonly seed: number; readonly limits: Limits; readonly fixture: string | null };

const tasksOf = ({ replays, firstSeed, seeds, limits }: Options): readonly Task[] =>
  replays.length > 0
    ? replays.map((fixture) => ({ ...readFixture(fixture), fixture }))
    : Array.from({ length: seeds }, (_, place) => ({
        ...{ seed: firstSeed + place, limits, fixture: null },
      }));

async function simulate(options: Options, replays: JournalReplays | null): Promise<Summary> {
  const onObservation = options.tells ? tellTo(write) : undefined;
  const tally = new Tally();
  const startedAt = performance.now();
  for (const { seed, limits, fixture } of tasksOf(options)) {
    const result = await runWorld(seed, limits, onObservation, (records, scenario) =>
      replays?.add(records, scenario),
    );
    tally.add(result, fixture);
    const [violation] = result.violations;
    if (violation === undefined) continue;
    const { invariant, symbol, because } = violation;
    note(`seed ${seed}, step ${result.steps}: invariant ${invariant}, ${symbol}: ${because}`);
    if (!options.saves || fixture !== null) continue;
    const path = saveFixture(seed, await shrink(seed, result, limits));
    note(`  saved: npm run simulate -- --replay ${path}`);
  }
  return tally.summary((performance.now() - startedAt) / 1_000);
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  if (options.runsTwice) return compareTraces(options);
  const replays = options.replaysJournals ? new JournalReplays() : null;
  const summary = await simulate(options, replays);
  const journals = replays?.result();
  if (options.isJson) write(JSON.stringify({ ...summary, journals }));
  else {
    write(reportOf(summary, options.withReport));
    if (journals !== undefined) write(wordsOf(journals));
  }
  const isAsRecorded = journals === undefined || journals.different + journals.missing === 0;
  process.exitCode = summary.violations === 0 && isAsRecorded ? 0 : 1;
}

/** By what a world is drawn; how it is told of makes no difference to it. */
async function compareTraces({ firstSeed, seeds, limits, isJson }: Options): Promise<void> {
  const args = [
    ...['--steps', String(limits.steps), '--symbols', String(limits.symbols)],
    ...(limits.kind === 'ambiguous' ? ['--only', 'ambiguous'] : []),
    ...(limits.without.length > 0 ? ['--without', limits.without.join()] : []),
    ...(limits.rare === true ? ['--rare'] : []),
    ...(limits.opens === 'busy' ? ['--opens'] : []),
    ...(limits.calm === true ? ['--calm'] : []),
    ...(limits.dieAt === undefined ? [] : ['--die-at', limits.dieAt]),
  ];
  const told = await runTwice(process.argv[1] ?? '', firstSeed, seeds, args, note);
  const { different } = told;
  const words = different.length === 0 ? 'all equal' : `DIFFERENT: ${different.join(', ')}`;
  write(isJson ? JSON.stringify(told) : `${seeds} worlds, twice in fresh processes: ${words}`);
  process.exitCode = different.length === 0 ? 0 : 1;
}

const wordsOf = ({ journals, same, different, missing, first }: ReplayedJournals): string =>
  [
    `journals replayed ${journals}: ${same} the same, ${different} different, ${missing} not known`,
    ...first,
  ].join('\n');

main().catch((error: unknown) => {
  if (!(error instanceof OptionError)) throw error;
  note(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
});
