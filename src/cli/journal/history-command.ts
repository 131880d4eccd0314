import { Command, InvalidArgumentError, Option } from 'commander';
import { type Asking, askHistory } from '../../../tools/history/ask.ts';
import { OUTCOMES } from '../../../tools/history/filters.ts';
import { KINDS } from '../../../tools/history/kinds.ts';
import { type Period, periodIn } from '../../../tools/history/period.ts';
import { type Question, VIEWS } from '../../../tools/history/question.ts';
import { type HistorySource, readLast } from '../../../tools/history/source.ts';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings, type Settings } from '../../config.ts';
import type { Environment } from '../../domain/environment.ts';
import type { EventType } from '../../domain/event.ts';
import { textAt } from '../../domain/record-body.ts';
import { eventTypes, symbol, wholeNumber } from '../shared/arguments.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { recordLine } from '../shared/record-line.ts';
import { journalPath } from './account-journal.ts';
import { historyText } from './history-text.ts';

type Options = Pick<
  Question,
  'view' | 'symbol' | 'day' | 'since' | 'until' | 'kind' | 'outcome' | 'policy' | 'cursor'
> & {
  readonly config?: string;
  readonly account?: string;
  readonly hours?: number;
  readonly type?: readonly EventType[];
  readonly plan?: string;
  readonly order?: string;
  readonly limit?: number;
  readonly from: 'journal' | 'supabase';
  readonly json?: boolean;
};

const USUAL_RECORDS = 50;

const explanation = `
Reads the journal only, and may run while BigBrother does. Newest first. Days are New York's:
2026-10-06, 2026-10, 2026-10-01..2026-10-09, today, yesterday, tuesday, this_week, last_month.
With --view it answers what get_history answers to an agent; without it prints the records.

Examples:
  bigbrother history --symbol AAPL --since 2h
  bigbrother history --view why --symbol NVDA --day tuesday
  bigbrother history --view why_not --day this_week
  bigbrother history --view by_policy --day 2026-10
  bigbrother history --type plan_finished,plan_refused --limit 5
  bigbrother history --plan plan-0j8yq --json
  bigbrother history --symbol AAPL --since 7d --from supabase`;

export const historyCommand = (): Command =>
  new Command('history')
    .description('shows what happened and why, from the journal in the data directory')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .addOption(new Option('--view <view>', 'answer a question').choices(VIEWS))
    .option('--symbol <symbol>', 'only this symbol', symbol)
    .option('--hours <count>', 'the last so many hours', hours)
    .option('--day <day>', 'a day, a month or a range')
    .option('--since <time>', 'from this time on, or at most this old: 2026-11-22, 90m, 2h, 7d')
    .option('--until <time>', 'up to this time; a day is included')
    .addOption(new Option('--kind <kind>', 'only these, with --view events').choices(KINDS))
    .addOption(new Option('--outcome <outcome>', 'the same, by how it ended').choices(OUTCOMES))
    .option('--policy <name>', 'only what this policy wanted, with --view')
    .option('--type <types>', 'only these kinds of event, separated by commas', eventTypes)
    .option('--plan <id>', 'only this plan')
    .option('--order <id>', 'only this order, by the id the broker gave it')
    .option('--limit <count>', 'at most this many', wholeNumber(1, 100_000))
    .option('--cursor <cursor>', 'go on where an answer ended, with --view')
    .addOption(
      new Option('--from <place>', 'read this machine’s journal, or the copy that Supabase keeps')
        .choices(['journal', 'supabase'])
        .default('journal'),
    )
    .option('--json', 'one JSON object for each record, or for the answer')
    .addHelpText('after', explanation)
    .action((_, command: Command) => showHistory(command.optsWithGlobals<Options>()));

function hours(typed: string): number {
  const count = /^\d{1,6}(\.\d+)?$/.test(typed) ? Number(typed) : Number.NaN;
  if (count > 0) return count;
  throw new InvalidArgumentError('Allowed: a number of hours, such as 24.');
}

async function showHistory(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const period = periodOf(options);
  if (options.from === 'supabase') {
    await showFrom(await supabaseSource(settings, options), options, period);
  } else {
    const store = new SqliteEventReader(journalPath(settings.dataDirectory, options.account));
    try {
      await showFrom(sourceOver(store), options, period);
    } finally {
      store.close();
    }
  }
  process.exitCode = exitCodes.done;
}

async function showFrom(source: HistorySource, options: Options, period: Period): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (options.view === undefined) return printRecords(source, options, period, print);
  const question = questionIn(options);
  const environment = await environmentOf(source);
  const asking: Asking = { source, environment, now: new SystemClock().now() };
  const answer = await askHistory(question, asking);
  if (answer.outcome === 'refused') throw new UsageError(answer.refusal.message);
  if (options.json === true) print(JSON.stringify(answer.result));
  else for (const line of historyText(answer.result)) print(line);
}

async function printRecords(
  source: HistorySource,
  options: Options,
  { sinceAt, untilAt }: Period,
  print: (line: string) => void,
): Promise<void> {
  const { records } = await source.query({
    symbol: options.symbol,
    types: options.type,
    planId: options.plan,
    orderId: options.order,
    sinceAt: sinceAt ?? undefined,
    untilAt: untilAt ?? undefined,
    limit: options.limit ?? USUAL_RECORDS,
  });
  for (const record of records) {
    print(options.json === true ? JSON.stringify(record) : recordLine(record));
  }
}

function periodOf(options: Options): Period {
  const period = periodIn(options, new SystemClock().now());
  if ('wrong' in period) throw new UsageError(period.wrong);
  return period;
}

const questionIn = (options: Options): Question => {
  const { view, symbol: about, hours: count, day, since, until, kind, outcome } = options;
  const { policy, cursor, limit, plan: plan_id, order: order_id } = options;
  const terms = { view, symbol: about, hours: count, day, since, until, kind, outcome };
  return { ...terms, policy, cursor, limit, plan_id, order_id };
};

const sourceOver = (store: SqliteEventReader): HistorySource => ({
  query(query) {
    const found = store.query({ ...query, limit: query.limit + 1 });
    const records = found.slice(0, query.limit);
    const isAll = found.length <= query.limit;
    return { records, nextBeforeSeq: isAll ? null : (records.at(-1)?.seq ?? null) };
  },
});

/** What the newest process that kept this journal said of itself. */
async function environmentOf(source: HistorySource): Promise<Environment> {
  const started = await readLast(source, { types: ['started'] });
  const said = started === null ? null : textAt(started.body, 'environment');
  return said === 'paper' || said === 'live' ? said : 'simulated';
}

/** Checked against its hashes: whoever owns the project could have changed it. */
async function supabaseSource(settings: Settings, options: Options): Promise<HistorySource> {
  const { supabase } = settings;
  if (supabase === null) {
    throw new UsageError(
      'No Supabase project is named: set SUPABASE_URL, SUPABASE_KEY and SUPABASE_ACCOUNT_KEY.',
    );
  }
  const { SupabaseHistory } = await import('../../adapters/supabase/history.ts');
  return new SupabaseHistory(options.account ?? null, { ...supabase, clock: new SystemClock() });
}
