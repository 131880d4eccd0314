import { Command } from 'commander';
import { DataDirectory, temporaryDirectory } from '../../adapters/system/files.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { closingReport } from '../../demo/closing-report.ts';
import { isClean } from '../../demo/figures.ts';
import { type DemoOutcome, runDemo } from '../../demo/run-demo.ts';
import { recordedYears, type Stage, scriptedDay } from '../../demo/stage.ts';
import { actionLine } from '../shared/action-teller.ts';
import { list, wholeNumber } from '../shared/arguments.ts';
import { readBarFiles } from '../shared/bar-files.ts';
import { exitCodes } from '../shared/failure.ts';
import { LiveScreen } from '../shared/live-screen.ts';
import { Dashboard } from './dashboard.ts';

type Options = {
  readonly seed: number;
  readonly bars?: readonly string[];
  readonly json?: boolean;
  readonly keep?: string;
};

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

const explanation = `
Plays a market against an account on the paper exchange, in this process and far faster than
real time, while BigBrother guards it through the real Alpaca SDK. Nothing leaves the machine.

Without --bars: the last minutes of one day, a night and a whole day, with ten positions that
each meet their own fate. With --bars: recorded prices from first to last, and beside BigBrother
an app that buys again whenever it has been flat for three days.

It exits 0 when no two orders ever reached for the same share, nothing was sold that was not
held, and the journal verifies; else 1.

Examples:
  bigbrother demo
  bigbrother demo --seed 7 --json
  bigbrother demo --bars AAPL.csv,SPY.csv --keep ./journal`;

export const demoCommand = (): Command =>
  new Command('demo')
    .description('guards made-up or recorded markets at high speed and shows what is done')
    .option('--seed <number>', 'the same seed plays the same day', wholeNumber(0, 4_294_967_295), 1)
    .option('--bars <files>', 'CSV files named after their symbols, separated by commas', list)
    .option('--json', 'only the figures, as one JSON object')
    .option('--keep <directory>', 'keep the journal there; else it is removed at the end')
    .addHelpText('after', explanation)
    .action((options: Options) => demonstrate(options));

async function demonstrate(options: Options): Promise<void> {
  const series = options.bars === undefined ? null : readBarFiles(options.bars);
  const scratch = options.keep === undefined ? temporaryDirectory('bigbrother-demo-') : null;
  const directory = scratch?.path ?? DataDirectory.open(options.keep ?? '').path;
  try {
    const stage =
      series === null
        ? scriptedDay(options.seed, directory)
        : recordedYears(options.seed, series, directory);
    const outcome = await play(stage, options, series === null ? MINUTE_MS : DAY_MS);
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(outcome.figures)}\n`
        : `${closingReport(outcome, stage, options.keep ?? null).join('\n')}\n`,
    );
    process.exitCode = isClean(outcome.figures) ? exitCodes.done : exitCodes.failed;
  } finally {
    scratch?.remove();
  }
}

async function play(stage: Stage, options: Options, stepMs: number): Promise<DemoOutcome> {
  const isQuiet = options.json === true;
  const isLive = !isQuiet && process.stdout.isTTY;
  const screen = isLive ? new LiveScreen(process.stdout) : null;
  const real = new SystemClock();
  let dashboard: Dashboard | null = null;
  try {
    return await runDemo({
      seed: options.seed,
      stage,
      journal: options.bars === undefined || options.keep !== undefined ? 'file' : 'memory',
      stepMs,
      stopwatch: () => real.now(),
      onStart: (running) => {
        dashboard = new Dashboard(running);
      },
      onAction: (action) => {
        dashboard?.add(action);
        if (!isQuiet && !isLive) process.stdout.write(`${actionLine(action)}\n`);
      },
      onProgress: () => {
        if (dashboard !== null) screen?.draw(dashboard.lines());
      },
    });
  } finally {
    screen?.close();
  }
}
