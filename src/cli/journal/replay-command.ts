import { Command } from 'commander';
import { fileExists } from '../../adapters/system/files.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { replayRulesFrom, replayRulesOf, rulesOf } from '../../composition/replay-rules.ts';
import { loadSettings } from '../../config.ts';
import type { Json } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { EpochMs } from '../../domain/time.ts';
import { Replay } from '../../runtime/replay.ts';
import { ReplayReport } from '../../runtime/replay-report.ts';
import { type Tape, TapeReader } from '../../runtime/replay-tape.ts';
import { rulesIn } from '../../runtime/settings/settings-keeper.ts';
import type { Rules } from '../../settings-file.ts';
import { since } from '../shared/arguments.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { journalPath } from './account-journal.ts';
import { playedOnExchange } from './replay-exchange.ts';
import { replayInWords, replayJson } from './replay-words.ts';
import { recordsOf, wholeJournal } from './whole-journal.ts';

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly settings?: string;
  readonly exchange: boolean;
  readonly json?: boolean;
};

const explanation = `
Takes every recorded decision, plan and verdict, makes it anew from what the journal says it was
made from, and compares the two byte by byte. Reads only, and may run while BigBrother does. Not
every look at the account is in the journal: a decision is when it differs from the one before it
or leads to a plan.

With --settings it is a what-if: the same moments under other rules, each by itself. Then the paper
exchange plays the prices that the journal holds, under the recorded rules and under the others;
where the first does not come to what is recorded, it says that these prices do not suffice.

Examples:
  bigbrother replay
  bigbrother replay --from 2026-11-20 --to 2026-11-21 --json
  bigbrother replay --settings tighter.json --from 7d
  bigbrother replay records.jsonl

Exit code 0 when all is the same, 1 when something differs, 2 for input that cannot be used.`;

const now = (): EpochMs => new SystemClock().now();

export const replayCommand = (): Command =>
  new Command('replay')
    .description('makes recorded decisions anew and compares them, or tries other settings on them')
    .argument('[path]', 'a journal or exported records; default: the journal of the data directory')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--from <time>', 'only what was decided from then on: 2026-11-22, 90m, 7d', since(now))
    .option('--to <time>', 'only what was decided until then', since(now))
    .option('--settings <file>', 'what would have been decided under the settings of this file')
    .option('--no-exchange', 'with --settings: leave the paper exchange out, which takes its time')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action(async (named: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { result, exchange } = await replayed(recordsIn(named, options), options);
      const told = { result, exchange, settings: options.settings ?? null };
      process.stdout.write(options.json === true ? replayJson(told) : replayInWords(told));
      const { decision, plan, verdicts } = result.counts;
      const different = decision.different + plan.different + verdicts.different;
      process.exitCode = different === 0 ? exitCodes.done : exitCodes.failed;
    });

async function replayed(records: Iterable<JournalRecord>, options: Options) {
  const { from: fromAt, to: toAt = Number.POSITIVE_INFINITY, settings } = options;
  const other = settings === undefined ? null : loadSettings(settings).rules;
  const replay = new Replay({
    ...{ rulesFrom: replayRulesFrom, atFirst: null },
    ...(other === null ? {} : { instead: replayRulesOf(other) }),
  });
  const report = new ReplayReport({ toAt, ...(fromAt === undefined ? {} : { fromAt }) });
  const reader = new TapeReader(fromAt ?? Number.NEGATIVE_INFINITY);
  let recorded: Json | null = null;
  for (const record of records) {
    if (record.at > toAt) break;
    recorded = rulesIn(record) ?? recorded;
    if (other !== null && options.exchange) reader.see(record);
    for (const finding of replay.see(record)) report.add(finding);
  }
  const exchange =
    other === null || !options.exchange ? null : await onExchange(reader.tape(), recorded, other);
  return { result: report.result(), exchange };
}

/** What the paper exchange makes of other settings; in words, why nobody can tell. */
async function onExchange(tape: Tape | null, recorded: Json | null, other: Rules) {
  if (recorded === null) return 'the journal does not tell of the settings that held';
  if (tape === null) return 'no look at the whole account stands in the journal';
  return playedOnExchange(tape, rulesOf(recorded), other);
}

/** @throws UsageError for what holds no records */
function* recordsIn(named: string | undefined, options: Options): Iterable<JournalRecord> {
  if (named !== undefined && !fileExists(named)) throw new UsageError(`There is no file ${named}.`);
  const path =
    named ?? journalPath(loadSettings(options.config ?? null).dataDirectory, options.account);
  try {
    yield* recordsOf(wholeJournal(path));
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path} cannot be read as a journal: ${because}`, { cause: error });
  }
}
