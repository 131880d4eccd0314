import { readFixture, saveFixture } from './fixtures.ts';
import { OptionError, type Options, optionsFrom, USAGE } from './options.ts';
import { reportOf } from './report.ts';
import { shrink } from './shrink.ts';
import { type Summary, Tally } from './summary.ts';
import { tellTo } from './tell.ts';
import { runWorld } from './world.ts';

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function simulate(options: Options): Promise<Summary> {
  const replayed = options.replay === null ? null : readFixture(options.replay);
  const limits = replayed?.limits ?? options.limits;
  const firstSeed = replayed?.seed ?? options.firstSeed;
  const seeds = replayed === null ? options.seeds : 1;
  const onObservation = options.tells ? tellTo(write) : undefined;
  const tally = new Tally();
  const startedAt = performance.now();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const result = await runWorld(seed, limits, onObservation);
    tally.add(result);
    const [violation] = result.violations;
    if (violation === undefined) continue;
    const { invariant, symbol, because } = violation;
    note(`seed ${seed}, step ${result.steps}: invariant ${invariant}, ${symbol}: ${because}`);
    if (!options.saves || replayed !== null) continue;
    const path = saveFixture(seed, await shrink(seed, result, limits));
    note(`  saved: npm run simulate -- --replay ${path}`);
  }
  return tally.summary((performance.now() - startedAt) / 1_000);
}

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const summary = await simulate(options);
  if (options.isJson) write(JSON.stringify(summary));
  else write(reportOf(summary, options.withReport));
  process.exitCode = summary.violations === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  if (!(error instanceof OptionError)) throw error;
  note(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
});
