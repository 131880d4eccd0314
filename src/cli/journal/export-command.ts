import { resolve } from 'node:path';
import { Command } from 'commander';
import { writeWholeFile } from '../../adapters/system/line-file.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings } from '../../config.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { journalPath } from './account-journal.ts';
import { bundleInWords, exportBundle } from './export-bundle.ts';
import { type OrderRow, ordersCsv, ordersIn } from './export-orders.ts';
import { timeline } from './export-timeline.ts';
import { whyReport } from './export-why.ts';
import { recordsOf, type WholeJournal, wholeJournal } from './whole-journal.ts';

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly bundle?: string;
  readonly disclose?: string;
  readonly orders?: string;
  readonly timeline?: string;
  readonly why?: string;
};

const explanation = `
Reads the journal with its archive, and may run while BigBrother does.

Examples:
  bigbrother export --bundle evidence
  bigbrother export --bundle evidence --disclose plan-0j8yq3v6hn2mt5xk
  bigbrother export --orders orders.csv
  bigbrother export --timeline 2026-11.md
  bigbrother export --why 6a02b233-e5f6-4b60-9a07-1d18609465f6`;

export const exportCommand = (): Command =>
  new Command('export')
    .description('writes evidence, orders, a timeline or the story of one order out of the journal')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--bundle <directory>', 'all records with checkpoints, public key and digests')
    .option('--disclose <id>', 'with --bundle: also the records of one order or plan by themselves')
    .option('--orders <file>', 'one line for each order, as CSV')
    .option('--timeline <file>', 'what happened, as Markdown')
    .option('--why <order>', 'what led to one order and what became of it, on stdout')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { dataDirectory } = loadSettings(options.config ?? null);
      const path = journalPath(dataDirectory, options.account);
      exportFrom(path, options, answerOf(command));
      process.exitCode = exitCodes.done;
    });

function exportFrom(path: string, options: Options, answer: Answer): void {
  const { bundle, disclose, orders, timeline: readable, why } = options;
  if ([bundle, orders, readable, why].every((each) => each === undefined)) {
    throw new UsageError('Nothing to export: name --bundle, --orders, --timeline or --why.');
  }
  if (disclose !== undefined && bundle === undefined) {
    throw new UsageError('--disclose goes with --bundle, which says where to.');
  }
  const whole = wholeJournal(path);
  if (bundle !== undefined) {
    const given = { about: disclose ?? null, now: new SystemClock().now() };
    const written = exportBundle(path, whole, resolve(bundle), given);
    answer.note({ bundle: written });
    answer.say(bundleInWords(written));
  }
  if (orders !== undefined) {
    const rows = ordersIn(recordsOf(whole));
    writeWholeFile(resolve(orders), ordersCsv(rows));
    answer.note({ orders: { file: resolve(orders), orders: rows.length } });
    answer.say(`${rows.length} orders are in ${resolve(orders)}.`);
  }
  if (readable !== undefined) {
    writeWholeFile(resolve(readable), timeline(recordsOf(whole)));
    answer.note({ timeline: { file: resolve(readable) } });
    answer.say(`The timeline is in ${resolve(readable)}.`);
  }
  if (why !== undefined) {
    const row = orderNamed(why, whole);
    const report = [...whyReport(row, recordsOf(whole))].join('');
    answer.note({ why: { order: row, report } });
    answer.say(report.trimEnd());
  }
}

function orderNamed(id: string, whole: WholeJournal): OrderRow {
  const row = ordersIn(recordsOf(whole)).find(
    ({ orderId, clientOrderId }) => orderId === id || clientOrderId === id,
  );
  if (row !== undefined) return row;
  throw new UsageError(`The journal tells of no order ${id}.`);
}
