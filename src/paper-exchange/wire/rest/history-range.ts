import type { Calendar, DateText, Milliseconds, TradingDay } from '../../core/basics/types.ts';
import type { QueryReader } from './params.ts';

const DAY_MS = 86_400_000;

const TIMEFRAMES = ['1Min', '5Min', '15Min', '1H', '1D'] as const;
export type HistoryTimeframe = (typeof TIMEFRAMES)[number];

export const STEP_MS: Readonly<Record<HistoryTimeframe, number>> = {
  '1Min': 60_000,
  '5Min': 300_000,
  '15Min': 900_000,
  '1H': 3_600_000,
  '1D': DAY_MS,
};

const REPORTINGS = ['market_hours', 'extended_hours', 'continuous'] as const;
type Reporting = (typeof REPORTINGS)[number];

const DATE_LENGTH = 10;
/** The longest span that is answered in steps shorter than a day. */
const INTRADAY_DAYS_MAX = 30;

export type HistoryRange = {
  readonly startDate: DateText;
  readonly end: Milliseconds;
  readonly timeframe: HistoryTimeframe;
  readonly reporting: Reporting;
};

/** Which days and steps GET /v2/account/portfolio/history asks for. */
export function readRange(
  reader: QueryReader,
  calendar: Calendar,
  now: Milliseconds,
): HistoryRange {
  const start = readTime(reader, calendar, 'start');
  const end = readTime(reader, calendar, 'end');
  const period = readPeriod(reader);
  if (start !== null && end !== null && reader.text('period') !== null) {
    reader.refuse('only two of start, end and period can be specified');
  }
  const last = Math.min(end ?? (start === null ? now : endOf(start, reader, period, now)), now);
  const startDate =
    start === null ? before(calendar, lastDay(calendar, last), period) : dayOf(calendar, start);
  const days = (last - calendar.midnightOf(startDate)) / DAY_MS;
  const otherwise = days < 7 ? '1Min' : days < INTRADAY_DAYS_MAX ? '15Min' : '1D';
  const timeframe = reader.choice('timeframe', TIMEFRAMES, otherwise);
  if (timeframe !== '1D' && days > INTRADAY_DAYS_MAX + 1) {
    reader.refuse(`invalid timeframe: only 1D reaches over more than ${INTRADAY_DAYS_MAX} days`);
  }
  const isExtended = reader.flag('extended_hours');
  const reporting = reader.choice(
    'intraday_reporting',
    REPORTINGS,
    isExtended ? 'extended_hours' : 'market_hours',
  );
  return { startDate, end: last, timeframe, reporting };
}

/** The first and the last step of a day, as the reporting wants it. */
export function sessionOf(
  calendar: Calendar,
  day: TradingDay,
  reporting: Reporting,
): readonly [Milliseconds, Milliseconds] {
  switch (reporting) {
    case 'market_hours':
      return [day.openAt, day.closeAt];
    case 'extended_hours':
      return [day.preOpenAt, day.postCloseAt];
    case 'continuous':
      return [
        calendar.midnightOf(day.date),
        calendar.midnightOf(calendar.tradingDayAfter(day.date).date) - 1,
      ];
  }
}

type Period = { readonly count: number; readonly unit: 'D' | 'W' | 'M' | 'A' };

function readPeriod(reader: QueryReader): Period {
  const text = reader.text('period') ?? '1M';
  const match = /^([1-9]\d{0,3})([DWMA])$/.exec(text);
  const unit = (['D', 'W', 'M', 'A'] as const).find((letter) => letter === match?.[2]);
  if (unit !== undefined) return { count: Number(match?.[1]), unit };
  reader.refuse(`invalid period: ${text}`);
  return { count: 1, unit: 'M' };
}

/** A bare date is one of New York, whole. */
function readTime(
  reader: QueryReader,
  calendar: Calendar,
  name: 'start' | 'end',
): Milliseconds | null {
  const at = reader.time(name);
  if (at === null || reader.text(name)?.length !== DATE_LENGTH) return at;
  const midnight = calendar.midnightOf(new Date(at).toISOString().slice(0, DATE_LENGTH));
  return name === 'start' ? midnight : midnight + DAY_MS - 1;
}

/** Without a period everything from the start until now. */
function endOf(
  start: Milliseconds,
  reader: QueryReader,
  period: Period,
  now: Milliseconds,
): Milliseconds {
  if (reader.text('period') === null) return now;
  const date = new Date(start).toISOString().slice(0, 10);
  return start + (Date.parse(date) - Date.parse(shift(date, period, -1)));
}

/** The trading day that an instant belongs to, or the last one before it. */
function lastDay(calendar: Calendar, at: Milliseconds): DateText {
  const date = calendar.dateOf(at);
  const day = calendar.tradingDay(date);
  return day !== null && day.preOpenAt <= at ? date : calendar.tradingDayBefore(date).date;
}

/** The session that a start falls into, or the next one. */
function dayOf(calendar: Calendar, start: Milliseconds): DateText {
  const date = calendar.dateOf(start);
  const day = calendar.tradingDay(date);
  return day !== null && start <= day.postCloseAt ? date : calendar.tradingDayAfter(date).date;
}

/** A period of days counts its last day as one of them. */
function before(calendar: Calendar, last: DateText, period: Period): DateText {
  const first = shift(last, period, -1);
  const isDays = period.unit === 'D' || period.unit === 'W';
  return isDays ? calendar.tradingDayAfter(first).date : first;
}

function shift(date: DateText, { count, unit }: Period, sign: 1 | -1): DateText {
  const moved = new Date(`${date}T00:00:00Z`);
  const by = count * sign;
  switch (unit) {
    case 'D':
      moved.setUTCDate(moved.getUTCDate() + by);
      break;
    case 'W':
      moved.setUTCDate(moved.getUTCDate() + 7 * by);
      break;
    case 'M':
      moved.setUTCMonth(moved.getUTCMonth() + by);
      break;
    case 'A':
      moved.setUTCFullYear(moved.getUTCFullYear() + by);
      break;
  }
  return moved.toISOString().slice(0, 10);
}
