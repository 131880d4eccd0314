import { toNumber } from '../../core/basics/decimal.ts';
import type { DateText, Milliseconds, WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import { type EquitySample, placeAfter } from '../../core/state/equity-history.ts';
import { cashflowOf } from './cashflow.ts';
import { type HistoryRange, readRange, STEP_MS, sessionOf } from './history-range.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import type { RestSettings } from './settings.ts';

const EIGHT_IN_THE_EVENING_MS = 20 * 3_600_000;
const RESETS = ['per_day', 'no_reset'] as const;

export const portfolioHistoryRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/account/portfolio/history', answer: getHistory },
];

/** One step: its label, its end, and the trading day it belongs to. */
type Step = {
  readonly at: Milliseconds;
  readonly until: Milliseconds;
  readonly date: DateText;
};

/** What stands before the first step: the equity at a close, or the first that is known. */
type Base = { readonly value: number; readonly asOf: DateText | null };

function getHistory({ core, accountId, query, settings }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const range = readRange(reader, core.calendar, core.now);
  const reset = reader.choice('pnl_reset', RESETS, 'per_day');
  const cashflowTypes = reader.list('cashflow_types') ?? [];
  if (reader.problem !== null) return reader.problem;
  const samples = core.equitySamples(accountId);
  const steps = stepsOf(core, range);
  const equity = steps.map((step) => equityAt(samples, step.until));
  const base = baseOf(core, samples, range.startDate, equity);
  const isDaily = range.timeframe === '1D';
  const from = isDaily ? settings.dailyProfitLoss : reset;
  const bases = basesOf(core, samples, steps, equity, base, from);
  const gains = equity.map((value, place) => (value === null ? null : value - (bases[place] ?? 0)));
  return ok({
    timestamp: steps.map(({ at }) => Math.floor(at / 1000)),
    equity,
    profit_loss: gains.map((gain) => gain && rounded(gain, 2)),
    profit_loss_pct: gains.map((gain, place) => gain && rounded(gain / (bases[place] || 1), 4)),
    base_value: base.value,
    ...(base.asOf === null ? {} : { base_value_asof: base.asOf }),
    timeframe: range.timeframe,
    cashflow: cashflowOf(
      core.activities(accountId),
      core.calendar.midnightOf(range.startDate),
      steps,
      cashflowTypes,
    ),
  });
}

/** Labels are the beginnings of the steps; a day's is eight in the evening, as Alpaca's are. */
function stepsOf(core: ExchangeCore, range: HistoryRange): readonly Step[] {
  const { calendar, now } = core;
  const { startDate, end, timeframe, reporting } = range;
  const steps: Step[] = [];
  for (const day of calendar.tradingDaysBetween(startDate, calendar.dateOf(end))) {
    const { date } = day;
    if (timeframe === '1D') {
      const at = calendar.midnightOf(date) + EIGHT_IN_THE_EVENING_MS;
      if (day.openAt <= end) steps.push({ at, until: Math.min(day.postCloseAt, now), date });
      continue;
    }
    const [first, last] = sessionOf(calendar, day, reporting);
    const step = STEP_MS[timeframe];
    for (let at = first; at <= Math.min(last, end); at += step) {
      steps.push({ at, until: Math.min(at + step - 1, last, now), date });
    }
  }
  return steps;
}

function baseOf(
  core: ExchangeCore,
  samples: readonly EquitySample[],
  startDate: DateText,
  equity: readonly (number | null)[],
): Base {
  const closed = core.calendar.tradingDayBefore(startDate);
  const value = equityAt(samples, closed.closeAt);
  if (value !== null) return { value, asOf: closed.date };
  return { value: equity.find((one) => one !== null) ?? 0, asOf: null };
}

/** What each step's profit counts from. */
function basesOf(
  core: ExchangeCore,
  samples: readonly EquitySample[],
  steps: readonly Step[],
  equity: readonly (number | null)[],
  base: Base,
  from: RestSettings['dailyProfitLoss'] | (typeof RESETS)[number],
): readonly number[] {
  switch (from) {
    case 'no_reset':
    case 'from_base':
      return steps.map(() => base.value);
    case 'from_day_before':
      return steps.map((_, place) => equity[place - 1] ?? base.value);
    case 'per_day': {
      const closes = new Map<DateText, number>();
      for (const { date } of steps) {
        if (closes.has(date)) continue;
        const { closeAt } = core.calendar.tradingDayBefore(date);
        closes.set(date, equityAt(samples, closeAt) ?? base.value);
      }
      return steps.map(({ date }) => closes.get(date) ?? base.value);
    }
  }
}

/** The last sample at or before an instant; null before the account began. */
function equityAt(samples: readonly EquitySample[], at: Milliseconds): number | null {
  const sample = samples[placeAfter(samples, at) - 1];
  return sample === undefined ? null : toNumber(sample.equity);
}

/** Half away from zero; sums of floats lie a hair beside the cent. */
function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
