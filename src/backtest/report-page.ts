import { hash } from 'node:crypto';
import type { BacktestFigures } from './figures.ts';
import type { BacktestReport, SymbolReport, TradeReport } from './report.ts';
import { histogram, lineChart, type Mark } from './report-chart.ts';

/** More trades than this are in the JSON file beside the page. */
const MOST_TRADES = 400;

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--dim:#5b6675;--paper:#fff;--line:#d8dee6;
--c0:#0b63ce;--c1:#b25e00;--c2:#6b7280;--gain:#157f3b;--loss:#b42318}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--dim:#9aa5b4;--paper:#12161c;--line:#2b333d;
--c0:#6cb0ff;--c1:#f0a658;--c2:#9aa5b4;--gain:#5fd18a;--loss:#ff8b7e}}
body{margin:0 auto;max-width:60rem;padding:1.5rem;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 .5rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 .5rem}
ul{color:var(--dim);margin:0;padding-left:1.2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{color:var(--dim);font-weight:600}
svg{width:100%;height:auto;display:block}svg text{fill:var(--dim);font-size:11px}
svg text.y{text-anchor:end;dominant-baseline:middle}.grid{stroke:var(--line)}
.line{fill:none;stroke-width:1.5}.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}
.k0{color:var(--c0)}.k1{color:var(--c1)}.k2{color:var(--c2)}.key span{margin-right:1rem}
.gain,.buy{fill:var(--gain)}.loss,.sell{fill:var(--loss)}
.key .bought{color:var(--gain)}.key .sold{color:var(--loss)}
`;

/** The report as one page that loads nothing and runs nothing: its charts are plain SVG. */
export function reportPage(report: BacktestReport): string {
  const digest = hash('sha256', STYLE, 'base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escaped(report.title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(report.title)}</h1>`,
    `<ul>${report.facts.map((fact) => `<li>${escaped(fact)}</li>`).join('')}</ul>`,
    `<h2>Figures</h2>${figuresTable(report)}`,
    `<h2>Equity</h2>${key(report)}${equityChart(report)}`,
    `<h2>Drawdown</h2>${key(report)}${drawdownChart(report)}`,
    `<h2>R multiples of ${report.r_multiples.length} trades</h2>${rChart(report)}`,
    `<h2>By policy</h2>${policyTable(report)}`,
    ...(report.regimes.length === 0 ? [] : [`<h2>By regime</h2>${regimeTable(report)}`]),
    ...report.symbols.map(symbolSection),
    '</body></html>\n',
  ].join('\n');
}

const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;
const money = (amount: number): string =>
  amount.toLocaleString('en-US', { maximumFractionDigits: 0 });
const cents = (amount: number): string => amount.toFixed(2);

function figuresTable({ columns }: BacktestReport): string {
  const rows: readonly (readonly [string, (figures: BacktestFigures) => string])[] = [
    ['Total return', (each) => percent(each.total_return)],
    ['Maximum drawdown', (each) => percent(each.max_drawdown)],
    ['Expected shortfall of a day, 95 %', (each) => percent(each.expected_shortfall_95)],
    ['Worst day', ({ worst_day }) => (worst_day === null ? '' : percent(worst_day.return))],
    ['', ({ worst_day }) => worst_day?.date ?? ''],
    ['Trades', (each) => String(each.trades)],
    ['Open at the end', (each) => String(each.open_at_end)],
    ['Mean R', ({ mean_r }) => (mean_r === null ? '' : mean_r.toFixed(2))],
    ['Naked share-seconds', (each) => money(each.naked_share_seconds)],
  ];
  return tableOf(
    ['', ...columns.map(({ name }) => name)],
    rows.map(([name, cell]) => [name, ...columns.map(({ figures }) => cell(figures))]),
  );
}

const key = ({ curves }: BacktestReport): string =>
  `<p class="key">${curves
    .map(({ name }, index) => `<span class="k${index}">&#9644; ${escaped(name)}</span>`)
    .join('')}</p>`;

const equityChart = ({ days, curves }: BacktestReport): string =>
  lineChart({
    label: 'Equity at the end of each day',
    days,
    lines: curves.map(({ name, equity }) => ({ name, values: equity })),
    format: money,
  });

const drawdownChart = ({ days, curves }: BacktestReport): string =>
  lineChart({
    label: 'Fall from the highest equity so far',
    days,
    lines: curves.map(({ name, drawdown }) => ({ name, values: drawdown })),
    format: (value) => `${(value * 100).toFixed(0)} %`,
  });

const rChart = ({ r_multiples }: BacktestReport): string =>
  histogram({
    label: 'Trades by their gain in R',
    values: r_multiples,
    step: 0.5,
    format: (value) => `${value} R`,
  });

const policyTable = ({ policies, profit }: BacktestReport): string =>
  tableOf(
    ['Left by', 'Executions', 'Shares', 'Gain, USD'],
    [
      ...policies.map((each) => [
        ...[each.policy, String(each.exits), money(each.shares), money(each.profit)],
      ]),
      ['all, before costs', '', '', money(profit)],
    ],
  );

const regimeTable = ({ regimes, switches }: BacktestReport): string =>
  tableOf(
    ['Regime at the open', 'Days', 'Return', 'Held', 'Worst day', 'Trades', 'Gain, USD', 'Mean R'],
    regimes.map((each) => [
      ...[each.regime, String(each.days), percent(each.total_return)],
      percent(each.buy_and_hold_return),
      each.worst_day === null ? '' : percent(each.worst_day),
      ...[String(each.trades), money(each.profit), each.mean_r?.toFixed(2) ?? ''],
    ]),
  ) +
  (switches.length === 0
    ? ''
    : tableOf(
        ['Switched on', 'To', 'Because'],
        switches.map(({ day, strategy, because }) => [day, strategy ?? 'no strategy', because]),
      ));

function symbolSection(symbol: SymbolReport): string {
  const placeOf = new Map(symbol.days.map((day, at) => [day, at]));
  const marks = symbol.trades.flatMap(({ opened, entry, exits }): Mark[] => [
    { at: placeOf.get(opened) ?? 0, value: entry, kind: 'buy' },
    ...exits.map(({ day, price }): Mark => {
      return { at: placeOf.get(day) ?? 0, value: price, kind: 'sell' };
    }),
  ]);
  const shown = symbol.trades.slice(0, MOST_TRADES);
  const omitted = symbol.trades.length - shown.length;
  return [
    `<h2>${escaped(symbol.symbol)}</h2>`,
    '<p class="key"><span class="bought">&#9650; bought</span>',
    '<span class="sold">&#9660; sold</span></p>',
    lineChart({
      label: `Closes of ${escaped(symbol.symbol)} with ${symbol.trades.length} trades`,
      days: symbol.days,
      lines: [{ name: symbol.symbol, values: symbol.closes }],
      marks,
      format: cents,
    }),
    tableOf(['Opened', 'Shares', 'Entry', 'Stop', 'Gain, USD', 'R', 'Exits'], shown.map(tradeRow)),
    omitted === 0 ? '' : `<p>${omitted} more trades are in the JSON file.</p>`,
  ].join('');
}

const tradeRow = (trade: TradeReport): readonly string[] => [
  trade.opened,
  money(trade.quantity),
  cents(trade.entry),
  trade.initial_stop === null ? '' : cents(trade.initial_stop),
  money(trade.profit),
  trade.r === null ? '' : trade.r.toFixed(2),
  [
    ...trade.exits.map(({ day, price, policy }) => `${day} ${cents(price)} ${policy}`),
    ...(trade.left > 0 ? [`${money(trade.left)} held`] : []),
  ].join('; '),
];

function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th scope="col">${escaped(title)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
    .join('');
  return (
    `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead>` +
    `<tbody>${body}</tbody></table></div>`
  );
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
