import type { BacktestFigures } from '../../backtest/figures.ts';
import type { BacktestReport } from '../../backtest/report.ts';
import type { WalkForward } from '../../backtest/walk-forward.ts';
import { type Column, table } from '../shared/table.ts';

const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;

const titles = [
  '',
  'return',
  'max drawdown',
  'ES 95 a day',
  'worst day',
  'trades',
  'naked share-s',
];
const columns: readonly Column[] = titles.map((title, index) => ({
  title,
  align: index === 0 ? 'left' : 'right',
}));

const row = (name: string, figures: BacktestFigures): readonly string[] => [
  name,
  percent(figures.total_return),
  percent(figures.max_drawdown),
  percent(figures.expected_shortfall_95),
  figures.worst_day === null ? '' : percent(figures.worst_day.return),
  String(figures.trades),
  Math.round(figures.naked_share_seconds).toLocaleString('en-US'),
];

/** What came of it, beside what it is compared with. */
export function comparison(
  report: BacktestReport,
  run: { readonly bars: number; readonly bars_per_second: number },
): string {
  return [
    ...report.facts,
    '',
    ...table(
      columns,
      report.columns.map(({ name, figures }) => row(name, figures)),
    ),
    '',
    `${run.bars.toLocaleString('en-US')} bars, ${run.bars_per_second.toLocaleString('en-US')} a second`,
  ].join('\n');
}

export function walkForwardTable(walked: Omit<WalkForward, 'curve'>): string {
  const { windows, out_of_sample: outOfSample, fixed, buy_and_hold: held } = walked;
  return [
    ...table(
      columns,
      windows.map(({ test, chosen, figures }) =>
        row(`${test.from} to ${test.to}: ${chosen}`, figures),
      ),
    ),
    '',
    'Out of sample, all windows together:',
    ...table(columns, [
      row('chosen in the window before', outOfSample),
      ...fixed.map(({ name, figures }) => row(`always ${name}`, figures)),
      row('buy and hold', held),
    ]),
  ].join('\n');
}
