import { Command } from 'commander';
import { periodIn } from '../../../tools/history/period.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { loadSettings } from '../../config.ts';
import { type ShadowReport, shadowReport } from '../../engine/shadow/report.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { type Column, table } from '../shared/table.ts';
import { journalPath } from './account-journal.ts';
import { recordsOf, wholeJournal } from './whole-journal.ts';

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly from?: string;
  readonly to?: string;
  readonly orders?: string;
  readonly json?: boolean;
};

const MOST_LINES = 20;

const explanation = `
Compares what BigBrother wanted while it only looked on (mode observe or propose, or a policy in
shadow) with what somebody else did with the account. Reads the journal only, and may run while
BigBrother does. Where there is nothing to compare it says so, and ends with 1. See docs/shadow.md.

Examples:
  bigbrother shadow report
  bigbrother shadow report --from 2026-11-20 --to 2026-11-21 --json
  bigbrother shadow report --from 7d --orders mybot-`;

export function shadowCommand(): Command {
  const command = new Command('shadow').description('what the other bot did, and we would have');
  command
    .command('report')
    .description('scores each decision against what was really done at the broker')
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--from <time>', 'from this time on, or at most this old: 2026-11-22, 90m, 2h, 7d')
    .option('--to <time>', 'up to this time; a day is included')
    .option('--orders <prefix>', 'only orders whose client order id begins like this')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, self: Command) => report(self.optsWithGlobals<Options>()));
  return command;
}

function report(options: Options): void {
  const settings = loadSettings(options.config ?? null);
  const { from: since, to: until } = options;
  const period = periodIn({ since, until }, new SystemClock().now());
  if ('wrong' in period) throw new UsageError(inOurWords(period.wrong));
  const path = journalPath(settings.dataDirectory, options.account);
  const found = shadowReport(recordsOf(wholeJournal(path)), {
    ...{ from: period.sinceAt, until: period.untilAt },
    idPrefix: options.orders ?? null,
  });
  const written = options.json === true ? JSON.stringify(found) : wordsOf(found);
  process.stdout.write(`${written}\n`);
  process.exitCode = found.verdict === 'compared' ? exitCodes.done : exitCodes.failed;
}

const inOurWords = (wrong: string): string =>
  wrong.replace(/\bsince\b/g, '--from').replace(/\buntil\b/g, '--to');

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const COLUMNS: readonly Column[] = [
  left('policy'),
  ...['wishes', 'matched', 'missed', 'conflicting', 'other later by', 'money'].map(right),
  ...['naked share-seconds', 'foreseen'].map(right),
];

function wordsOf(found: ShadowReport): string {
  const { seen, policies, extra, naked, foreseen, conflicts, scores } = found;
  const head = [
    `From ${found.from ?? 'nothing'} to ${found.until ?? 'nothing'}: ${found.because}.`,
    `Seen: ${seen.decisions} decisions here, ${seen.orders} orders of others with ${seen.fills} fills.`,
  ];
  if (found.verdict === 'nothing_to_compare') return ['Nothing to compare.', ...head].join('\n');
  const rows = policies.map((row) => [
    ...[row.policy, `${row.wishes}`, `${row.matched}`, `${row.missed}`, `${row.conflicting}`],
    row.medianDelaySeconds === null ? '-' : `${row.medianDelaySeconds} s`,
    ...[`$${row.money}`, row.naked.shareSeconds, row.foreseen.shareSeconds],
  ]);
  const others = Object.entries(extra).filter(([, count]) => count > 0);
  const extras = others.map(([kind, count]) => `${count} ${kind}`).join(', ');
  const missed = scores.filter(({ verdict }) => verdict !== 'matched');
  return [
    ...head,
    '',
    ...table(COLUMNS, rows),
    '',
    `Only the other did: ${extras === '' ? 'nothing' : extras}.`,
    `Without a stop: ${naked.shareSeconds} share-seconds; BigBrother foresaw ${foreseen.shareSeconds}.`,
    `Money: $${found.money} more with what BigBrother wanted, against what the same shares brought.`,
    `Conflicts: ${conflicts.conflicting} against a wish, ${conflicts.turnedPositions} positions turned.`,
    ...missed.slice(0, MOST_LINES).map(lineOf),
    ...(missed.length > MOST_LINES ? [`... and ${missed.length - MOST_LINES} more (--json)`] : []),
  ].join('\n');
}

const lineOf = ({ at, symbol, policy, wanted, verdict, because, decisionSeq }: ScoreLine): string =>
  `${at} ${symbol} ${policy} wanted ${wanted}: ${verdict}, ${because} (decision ${decisionSeq})`;

type ScoreLine = ShadowReport['scores'][number];
