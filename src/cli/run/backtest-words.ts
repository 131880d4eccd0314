import type { Interval } from '../../backtest/block-bootstrap.ts';
import type { BacktestFigures } from '../../backtest/figures.ts';
import type { RegimeFigures } from '../../backtest/regimes.ts';
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
const columnsOf = (names: readonly string[]): readonly Column[] =>
  names.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' }));
const columns = columnsOf(titles);

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
    ...regimeLines(report.regimes),
    '',
    `${run.bars.toLocaleString('en-US')} bars, ${run.bars_per_second.toLocaleString('en-US')} a second`,
  ].join('\n');
}

export function walkForwardTable(walked: Omit<WalkForward, 'curve'>): string {
  const { windows, out_of_sample: outOfSample, fixed, buy_and_hold: held, adaptive } = walked;
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
      ...(adaptive === null ? [] : [row('the adaptive selector', adaptive.figures)]),
      ...fixed.map(({ name, figures }) => row(`always ${name}`, figures)),
      row('buy and hold', held),
    ]),
    ...(adaptive === null ? [] : adaptiveLines(adaptive)),
  ].join('\n');
}

const regimeLines = (regimes: readonly RegimeFigures[]): readonly string[] =>
  regimes.length === 0
    ? []
    : [
        '',
        'By the regime known at the open:',
        ...table(
          columnsOf(['', 'days', 'return', 'held', 'worst day', 'trades', 'mean R']),
          regimes.map((each) => [
            ...[each.regime, String(each.days), percent(each.total_return)],
            percent(each.buy_and_hold_return),
            each.worst_day === null ? '' : percent(each.worst_day),
            ...[String(each.trades), each.mean_r?.toFixed(2) ?? ''],
          ]),
        ),
      ];

function adaptiveLines(adaptive: NonNullable<WalkForward['adaptive']>): readonly string[] {
  const { bootstrap, against, regimes, switches } = adaptive;
  return [
    ...regimeLines(regimes),
    '',
    `The adaptive selector (${switches.length} switches) less the others, with 95 % intervals:`,
    ...table(
      columnsOf(['', 'log return a year', 'ES 95 a day']),
      against.map((each) => [
        each.name,
        span(each.yearly_log_return),
        span(each.expected_shortfall_95),
      ]),
    ),
    `${bootstrap.method}: blocks of ${bootstrap.block_days} days, ${bootstrap.resamples} resamples, ` +
      `seed ${bootstrap.seed}`,
  ];
}

const span = ({ difference, from, to }: Interval): string =>
  `${percent(difference)} (${percent(from)} to ${percent(to)})`;
