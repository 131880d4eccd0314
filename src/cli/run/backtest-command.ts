import { basename, extname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { withStrategy } from '../../../policies/strategies.ts';
import { replaceTextFile } from '../../adapters/system/files.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { MarketDay } from '../../backtest/market-days.ts';
import {
  buyAndHold,
  fixedStop,
  type Outcome,
  playAdaptively,
  playFast,
  type Setup,
} from '../../backtest/portfolio.ts';
import { type PriceBars, UNITS_PER_DOLLAR } from '../../backtest/price-bars.ts';
import { type BacktestReport, reportOf } from '../../backtest/report.ts';
import { reportPage } from '../../backtest/report-page.ts';
import { type Candidate, type Selector, walkForward } from '../../backtest/walk-forward.ts';
import { loadRules } from '../../config.ts';
import { playable, priceBars } from '../../demo/backtest/bar-loader.ts';
import { entryPlan, readEntries } from '../../demo/backtest/entry-file.ts';
import { type FaithfulOutcome, playFaithfully } from '../../demo/backtest/faithful-path.ts';
import type { BarSeries } from '../../paper-exchange/market/bar-file.ts';
import type { Rules } from '../../settings-file.ts';
import { wholeNumber } from '../shared/arguments.ts';
import { readBarFiles } from '../shared/bar-files.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { marketOf } from './backtest-market.ts';
import { comparison, walkForwardTable } from './backtest-words.ts';

type Options = {
  readonly config?: string;
  readonly bars: readonly string[];
  readonly settings?: readonly string[];
  readonly entries?: string;
  readonly benchmark?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reEnter: number;
  readonly cash: number;
  readonly fills: Setup['fills'];
  readonly spreadBps: number;
  readonly costBps: number;
  readonly fast?: boolean;
  readonly walkForward?: number;
  readonly json?: boolean;
  readonly report?: string;
};

const explanation = `
Plays recorded bars to BigBrother and tells what came of it, beside the same money bought and held,
and beside a first stop that never moves. Prices are adjusted for known splits; dividends are left
out on every side. Each symbol has an equal part of the money.

Without --fast: through the paper exchange, the Alpaca SDK and all of BigBrother under a virtual
clock. With --fast: the same policies and engine over the bars alone, millions a second.

Without --entries each symbol is bought with all of its money at its first open, and again
--re-enter bars after it was sold. A file of entries has time, symbol, and quantity or dollars:
a JSON array, or CSV with these columns.

Examples:
  bigbrother backtest --bars SPY.csv --from 2008-01-01 --to 2008-12-31
  bigbrother backtest --bars SPY.csv AAPL.csv --fast --report report.html
  bigbrother backtest --bars SPY.csv --fast --settings careful.json usual.json --walk-forward 8`;

const date = (typed: string): string => {
  if (/^\d{4}-\d{2}-\d{2}$/.test(typed) && !Number.isNaN(Date.parse(typed))) return typed;
  throw new InvalidArgumentError('Allowed: a day as YYYY-MM-DD.');
};

export const backtestCommand = (): Command =>
  new Command('backtest')
    .description('plays recorded bars to BigBrother and compares what came of it')
    .requiredOption('--bars <files...>', 'CSV files named after their symbols')
    .option('--settings <files...>', 'settings files; several only with --walk-forward')
    .option('--entries <file>', 'what is bought, and when')
    .option('--benchmark <file>', 'bars by which the regime of the market is told')
    .option('--from <day>', 'first day', date)
    .option('--to <day>', 'last day', date)
    .option(
      '--re-enter <bars>',
      'bars from an exit to the next purchase',
      wholeNumber(1, 100_000),
      5,
    )
    .option('--cash <dollars>', 'money at the start', wholeNumber(100, 100_000_000), 100_000)
    .addOption(
      new Option('--fills <how>', 'with --fast: at the prices the exchange plays, or at levels')
        .choices(['prints', 'levels'])
        .default('prints'),
    )
    .option(
      '--spread-bps <bps>',
      'bid to ask; half of it is lost each time',
      wholeNumber(1, 500),
      2,
    )
    .option('--cost-bps <bps>', 'fees of each execution', wholeNumber(0, 500), 0)
    .option('--fast', 'without the exchange')
    .option(
      '--walk-forward <windows>',
      'implies --fast; figures out of sample',
      wholeNumber(1, 500),
    )
    .option('--json', 'only the figures, as one JSON object')
    .option('--report <file.html>', 'writes a page, and the same as JSON beside it')
    .addHelpText('after', explanation)
    .action((_, command: Command) => backtest(command.optsWithGlobals<Options>()));

async function backtest(options: Options): Promise<void> {
  const { bars: paths, from = null, to = null, fast, walkForward: windows } = options;
  const isFast = fast === true || windows !== undefined;
  if (!isFast && options.fills === 'levels') {
    throw new UsageError('--fills levels goes with --fast: the exchange fills at its own prices.');
  }
  const loaded = playable(readBarFiles(paths), { from, to });
  const series = loaded.map((one) => one.series);
  const falsePrints = loaded.reduce((sum, one) => sum + one.falsePrints, 0);
  const setup = setupOf(options, series.map(priceBars));
  const candidates = candidatesIn(options);
  if (windows !== undefined) return walk(options, setup, candidates, windows);
  const [{ rules }, ...others] = candidates;
  if (others.length > 0) throw new UsageError('Several --settings go with --walk-forward.');
  const market = marketOf(options, rules);
  const stopwatch = new SystemClock();
  const beganAt = stopwatch.now();
  const played: Outcome | FaithfulOutcome = isFast
    ? playByRules(setup, rules, market)
    : await playFaithfully({
        ...{ setup, series, rules, stopwatch: () => stopwatch.now() },
        onProgress: progress(series),
      });
  const elapsedMs = Math.max(1, stopwatch.now() - beganAt);
  const count = series.reduce((sum, { bars }) => sum + bars.length, 0);
  const outcomes = [
    { name: 'BigBrother', outcome: played },
    { name: 'fixed stop', outcome: fixedStop(setup, rules.policies) },
    { name: 'buy and hold', outcome: buyAndHold(setup) },
  ];
  const [, stopped, held] = outcomes.map(({ outcome }) => outcome.figures);
  const facts = [...factsOf(options, setup, isFast), ...falseness(falsePrints)];
  const report = reportOf({ title: 'Backtest', facts, outcomes, series: barsOf(setup), market });
  const figures = {
    path: isFast ? 'fast' : 'faithful',
    symbols: series.map(({ symbol }) => symbol),
    bars: count,
    false_prints: falsePrints,
    ...played.figures,
    skipped_entries: played.skippedEntries,
    bars_per_second: Math.round((count * 1_000) / elapsedMs),
    fixed_stop: stopped,
    buy_and_hold: held,
    regimes: report.regimes,
    switches: report.switches,
    ...('demo' in played ? { guarding: played.demo } : {}),
  };
  write(options, report, figures);
  const text = options.json === true ? JSON.stringify(figures) : comparison(report, figures);
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCodes.done;
}

/** In the faithful path the runtime's own selector looks at the market that the exchange plays. */
const playByRules = (
  setup: Setup,
  { policies, strategies }: Rules,
  market: readonly MarketDay[] | null,
): Outcome =>
  market === null || !strategies.enabled
    ? playFast(setup, policies)
    : playAdaptively(setup, policies, strategies, market);

const barsOf = ({ series }: Setup): readonly PriceBars[] => series.map(({ bars }) => bars);

function setupOf(options: Options, series: readonly PriceBars[]): Setup {
  const { entries: path, fills, spreadBps, costBps, reEnter } = options;
  const listed = path === undefined ? null : readEntries(path);
  return {
    ...{ fills, spreadBps, costBps, cash: options.cash * UNITS_PER_DOLLAR },
    series: series.map((bars) => ({
      bars,
      entries:
        listed === null
          ? { kind: 'always', firstBar: 0, againAfterBars: reEnter }
          : entryPlan(listed, bars),
    })),
  };
}

type Rulebook = { readonly name: string; readonly rules: Rules };

/** Of the environment only counts where the files are. */
function candidatesIn({ settings, config }: Options): readonly [Rulebook, ...Rulebook[]] {
  const read = (path: string | null): Rulebook => ({
    name: path === null ? 'default' : basename(path, extname(path)),
    rules: loadRules(path),
  });
  const [first, ...more] = settings ?? [];
  return [read(first ?? config ?? null), ...more.map(read)];
}

/** The settings themselves, and with each of the bundles in them that their owner approved. */
function candidatesOf({ name, rules }: Rulebook): readonly Candidate[] {
  const { policies, strategies } = rules;
  return [
    { name, settings: policies },
    ...Object.keys(strategies.named).map((active) => ({
      name: `${name}/${active}`,
      settings: withStrategy(policies, { ...strategies, active }),
    })),
  ];
}

/** The first of them that has its strategies switched on. */
function selectorOf(options: Options, rulebooks: readonly Rulebook[]): Selector | null {
  const rules = rulebooks.find((each) => each.rules.strategies.enabled)?.rules;
  const market = rules === undefined ? null : marketOf(options, rules);
  if (rules === undefined || market === null) return null;
  return { market, play: (part) => playByRules(part, rules, market) };
}

function walk(
  options: Options,
  setup: Setup,
  rulebooks: readonly Rulebook[],
  windows: number,
): void {
  const candidates = rulebooks.flatMap(candidatesOf);
  const walked = walkForward(setup, candidates, windows, selectorOf(options, rulebooks));
  if (walked === null) {
    throw new UsageError(`There are too few days for ${windows} windows; ask for fewer.`);
  }
  const { curve, ...figures } = walked;
  const text = options.json === true ? JSON.stringify(figures) : walkForwardTable(figures);
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCodes.done;
}

function factsOf(options: Options, setup: Setup, isFast: boolean): readonly string[] {
  const days = [...new Set(barsOf(setup).flatMap((bars) => bars.days))].sort();
  const { fills, spreadBps, costBps } = setup;
  return [
    `${barsOf(setup)
      .map(({ symbol }) => symbol)
      .join(', ')}, ${days[0]} to ${days.at(-1)}, split-adjusted, without dividends`,
    isFast
      ? `Fast path: production policies and engine over the bars; fills at ${fills}`
      : 'Faithful path: the paper exchange and all of BigBrother',
    `${options.cash} dollars, an equal part for each symbol; spread ${spreadBps} bps, ` +
      `fees ${costBps} bps an execution`,
    options.entries === undefined
      ? `Bought at the first open, and again ${options.reEnter} bars after an exit`
      : `Bought as ${basename(options.entries)} says`,
  ];
}

const falseness = (count: number): readonly string[] =>
  count === 0 ? [] : [`${count} prices far off both closes around them were put right`];

function write({ report: path }: Options, report: BacktestReport, figures: object): void {
  if (path === undefined) return;
  if (extname(path) !== '.html') throw new UsageError('--report takes a file named *.html.');
  replaceTextFile(path, reportPage(report));
  const json = `${path.slice(0, -'.html'.length)}.json`;
  replaceTextFile(json, `${JSON.stringify({ ...report, figures }, null, 2)}\n`);
}

/** How far it is, on the error stream and only where a person watches. */
function progress(series: readonly BarSeries[]): (at: number) => void {
  if (process.stderr.isTTY !== true) return () => undefined;
  const starts = series.map(({ bars }) => bars[0]?.at ?? 0);
  const ends = series.map(({ bars }) => bars.at(-1)?.at ?? 0);
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  return (at) => {
    const part = Math.min(1, Math.max(0, (at - first) / Math.max(1, last - first)));
    const end = part === 1 ? '\n' : '';
    process.stderr.write(`\r${Math.round(part * 100)} % of the days${end}`);
  };
}
