import { parseArgs } from 'node:util';
import { readBarFiles } from '../../src/cli/shared/bar-files.ts';
import { playable, priceBars } from '../../src/demo/backtest/bar-loader.ts';
import type { Interval } from './figures.ts';
import { FAMILIES } from './markets.ts';
import {
  compare,
  drawnEntries,
  type FamilyReport,
  type Hindsight,
  inHindsight,
  seededEntries,
  trialTerms,
} from './report.ts';
import type { Entry } from './trial.ts';

const USAGE = `npm run learning-trial -- [options]
  --seeds N        seeded markets of each family, or draws of entries (default 200)
  --seed S         the first seed (default 1)
  --trades N       positions in each seeded market (default 150)
  --family NAME    this family alone; more than once for some: ${FAMILIES.join(', ')}
  --bars FILE      real bars instead, a file for each symbol; more than once
  --fills HOW      levels (default) or prints, as in docs/backtest.md
  --hindsight N    seeds in which every change is tried from the first trade on (default 0)
  --json           one object on stdout`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Market = { readonly name: string; readonly entriesOf: (seed: number) => readonly Entry[] };

function main(): void {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      trades: { type: 'string', default: '150' },
      family: { type: 'string', multiple: true, default: [...FAMILIES] },
      bars: { type: 'string', multiple: true, default: [] },
      fills: { type: 'string', default: 'levels' },
      hindsight: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    },
  });
  const counts = [values.seeds, values.seed, values.trades, values.hindsight].map(Number);
  const [seeds = 0, first = 0, trades = 0, hindsight = 0] = counts;
  const { fills } = values;
  const isWrong = !counts.every((count) => Number.isInteger(count) && count >= 0) || trades === 0;
  if (isWrong || seeds < 2 || (fills !== 'levels' && fills !== 'prints')) throw new Error(USAGE);
  // Real bars hold many times the positions, and what few of them teach changes little.
  const terms = { ...trialTerms(fills), ...(values.bars.length > 0 ? { learnsEvery: 40 } : {}) };
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => first + index);
  const reports = marketsOf(values.bars, values.family, trades).map(({ name, entriesOf }) => {
    const report = compare(name, upTo(seeds), entriesOf, terms);
    const tried = hindsight > 1 ? inHindsight(upTo(hindsight), entriesOf, terms) : [];
    if (!values.json) for (const line of linesOf(report, tried)) say(line);
    return { ...report, hindsight: tried };
  });
  if (values.json) say(JSON.stringify({ fills, families: reports }));
}

function marketsOf(
  files: readonly string[],
  wanted: readonly string[],
  trades: number,
): readonly Market[] {
  if (files.length > 0) {
    const series = playable(readBarFiles(files), { from: null, to: null });
    const bars = series.map((one) => priceBars(one.series));
    return [{ name: 'real bars', entriesOf: (seed) => drawnEntries(bars, seed) }];
  }
  const families = FAMILIES.filter((family) => wanted.includes(family));
  if (families.length !== wanted.length) throw new Error(USAGE);
  return families.map((name) => ({
    name,
    entriesOf: (seed) => seededEntries(name, seed, trades),
  }));
}

function linesOf(report: FamilyReport, tried: readonly Hindsight[]): readonly string[] {
  const { family, seeds, trades, advised, mean_r, mean_r_gain, tail_loss } = report;
  return [
    `${family}: ${seeds} seeds, ${trades} trades, ${(advised * 100).toFixed(0)} % of them advised`,
    `  mean R ${mean_r.fixed.toFixed(3)} fixed, ${mean_r.advised.toFixed(3)} advised: ` +
      inWords(mean_r_gain),
    `  ES95 of the loss, R ${tail_loss.fixed.toFixed(3)} fixed, ` +
      `${tail_loss.advised.toFixed(3)} advised: ${inWords(report.tail_loss_change)}`,
    ...tried.map(
      (each) =>
        `  from the first trade on, ${each.tightenPercent} % tighter, profit at ` +
        `${each.partialPercent} %: ${inWords(each.mean_r_gain)}`,
    ),
  ];
}

const inWords = ({ mean, from, to }: Interval): string =>
  `${signed(mean)} (95 % from ${signed(from)} to ${signed(to)})`;
const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(3)}`;

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
