import type { EquitySample } from '../../core/account.ts';
import { toNumber } from '../../core/decimal.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import type { Milliseconds, WireError } from '../../core/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';

const DAY_MS = 86_400_000;
const TIMEFRAMES = ['1Min', '5Min', '15Min', '1H', '1D'] as const;
type HistoryTimeframe = (typeof TIMEFRAMES)[number];

const STEP_MS: Readonly<Record<HistoryTimeframe, number>> = {
  '1Min': 60_000,
  '5Min': 300_000,
  '15Min': 900_000,
  '1H': 3_600_000,
  '1D': DAY_MS,
};
const PERIOD_DAYS: Readonly<Record<string, number>> = { D: 1, W: 7, M: 30, A: 365 };

export const portfolioHistoryRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/account/portfolio/history', answer: getHistory },
];

function getHistory({ core, accountId, query }: Call): Reply | WireError {
  const reader = new QueryReader(query);
  const end = Math.min(reader.time('end') ?? core.now, core.now);
  const days = periodDays(reader);
  const start = reader.time('start') ?? end - days * DAY_MS;
  const timeframe = reader.choice('timeframe', TIMEFRAMES, days > 7 ? '1D' : '15Min');
  if (reader.problem !== null) return reader.problem;
  const samples = core.equitySamples(accountId);
  const points = pointsBetween(core, timeframe, start, end);
  const equity = points.map((at) => equityAt(samples, at));
  const base = equity.find((value) => value !== null) ?? toNumber(core.account(accountId).equity);
  return ok({
    timestamp: points.map((at) => Math.floor(at / 1000)),
    equity,
    profit_loss: equity.map((value) => (value === null ? null : cents(value - base))),
    profit_loss_pct: equity.map((value) => (value === null ? null : value / base - 1)),
    base_value: base,
    base_value_asof: core.calendar.dateOf(start),
    timeframe,
    cashflow: {},
  });
}

function periodDays(reader: QueryReader): number {
  const text = reader.text('period') ?? '1M';
  const match = /^(\d+)([DWMA])$/.exec(text);
  const days = match === null ? 0 : Number(match[1]) * (PERIOD_DAYS[match[2] ?? ''] ?? 0);
  if (days === 0) reader.refuse(`invalid period: ${text}`);
  return days;
}

/** Instants of regular sessions, one step apart; of a day its close, or now before that. */
function pointsBetween(
  core: ExchangeCore,
  timeframe: HistoryTimeframe,
  start: Milliseconds,
  end: Milliseconds,
): readonly Milliseconds[] {
  const { calendar } = core;
  const points: Milliseconds[] = [];
  for (const day of calendar.tradingDaysBetween(calendar.dateOf(start), calendar.dateOf(end))) {
    if (timeframe === '1D') {
      const at = Math.min(day.closeAt, end);
      if (at >= Math.max(day.openAt, start)) points.push(at);
      continue;
    }
    for (let at = day.openAt; at <= Math.min(day.closeAt, end); at += STEP_MS[timeframe]) {
      if (at >= start) points.push(at);
    }
  }
  return points;
}

/** The last sample at or before an instant; null before the account began. */
function equityAt(samples: readonly EquitySample[], at: Milliseconds): number | null {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const sample = samples[middle];
    if (sample !== undefined && sample.at <= at) low = middle + 1;
    else high = middle;
  }
  const sample = samples[low - 1];
  return sample === undefined ? null : toNumber(sample.equity);
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
