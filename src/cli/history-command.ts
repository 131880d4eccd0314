import { Command, Option } from 'commander';
import { SqliteEventReader } from '../adapters/event-stores/sqlite-reader.ts';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { loadSettings, type Settings } from '../config.ts';
import type { EventType, HistoryQuery, JournalRecord } from '../domain/event.ts';
import { journalPath } from './account-journal.ts';
import { eventTypes, since, symbol, wholeNumber } from './arguments.ts';
import { exitCodes, UsageError } from './failure.ts';
import { recordLine } from './record-line.ts';

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly symbol?: string;
  readonly since?: number;
  readonly type?: readonly EventType[];
  readonly plan?: string;
  readonly order?: string;
  readonly limit: number;
  readonly from: 'journal' | 'supabase';
  readonly json?: boolean;
};

const explanation = `
Reads the journal only, and may run while BigBrother does. Newest first.

Examples:
  bigbrother history --symbol AAPL --since 2h
  bigbrother history --type plan_finished,plan_refused --limit 5
  bigbrother history --plan plan-0j8yq --json
  bigbrother history --symbol AAPL --since 7d --from supabase`;

export const historyCommand = (): Command =>
  new Command('history')
    .description('shows what happened and why, from the journal in the data directory')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--symbol <symbol>', 'only this symbol', symbol)
    .option(
      '--since <time>',
      'from this time on, or at most this old: 2026-11-22, 90m, 2h, 7d',
      since(() => new SystemClock().now()),
    )
    .option('--type <types>', 'only these kinds of event, separated by commas', eventTypes)
    .option('--plan <id>', 'only this plan')
    .option('--order <id>', 'only this order, by the id the broker gave it')
    .option('--limit <count>', 'at most this many', wholeNumber(1, 100_000), 50)
    .addOption(
      new Option('--from <place>', 'read this machine’s journal, or the copy that Supabase keeps')
        .choices(['journal', 'supabase'])
        .default('journal'),
    )
    .option('--json', 'one JSON object for each line')
    .addHelpText('after', explanation)
    .action((_, command: Command) => showHistory(command.optsWithGlobals<Options>()));

async function showHistory(options: Options): Promise<void> {
  const settings = loadSettings(options.config ?? null);
  const records =
    options.from === 'supabase'
      ? await recordsInSupabase(settings, options)
      : recordsOf(journalPath(settings.dataDirectory, options.account), options);
  for (const record of records) {
    const line = options.json === true ? JSON.stringify(record) : recordLine(record);
    process.stdout.write(`${line}\n`);
  }
  process.exitCode = exitCodes.done;
}

function recordsOf(path: string, options: Options): readonly JournalRecord[] {
  const store = new SqliteEventReader(path);
  try {
    return store.query(queryOf(options));
  } finally {
    store.close();
  }
}

/** Checked against its hashes: whoever owns the project could have changed it. */
async function recordsInSupabase(settings: Settings, options: Options) {
  const { supabase } = settings;
  if (supabase === null) {
    throw new UsageError(
      'No Supabase project is named: set SUPABASE_URL, SUPABASE_KEY and SUPABASE_ACCOUNT_KEY.',
    );
  }
  const { SupabaseHistory } = await import('../adapters/supabase/history.ts');
  const access = { ...supabase, clock: new SystemClock() };
  const page = await new SupabaseHistory(options.account ?? null, access).query(queryOf(options));
  return page.records;
}

const queryOf = (options: Options): HistoryQuery => ({
  symbol: options.symbol,
  types: options.type,
  planId: options.plan,
  orderId: options.order,
  sinceAt: options.since,
  limit: options.limit,
});
