import type { Calendar, DateText, TradingDay, WireError } from '../../core/basics/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { newYorkText, newYorkTimeOfDay } from './times.ts';

/** The span of days that is answered when none is asked for. */
const FIRST_DATE = '2016-01-01';
const LAST_DATE = '2029-12-31';
const DATE_TYPES = ['TRADING', 'SETTLEMENT'] as const;

export const clockRoutes: readonly Route[] = [
  { method: 'GET', path: '/v2/clock', answer: getClock },
  { method: 'GET', path: '/v2/calendar', answer: getCalendar },
];

function getClock({ core }: Call): Reply {
  const { calendar, now } = core;
  return ok({
    timestamp: newYorkText(calendar, now),
    is_open: calendar.sessionAt(now) === 'regular',
    next_open: newYorkText(calendar, calendar.nextOpen(now)),
    next_close: newYorkText(calendar, calendar.nextClose(now)),
  });
}

function getCalendar({ core, settings, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const start = reader.date('start') ?? FIRST_DATE;
  const end = reader.date('end') ?? LAST_DATE;
  const isSettlement = reader.choice('date_type', DATE_TYPES, 'TRADING') === 'SETTLEMENT';
  if (reader.problem !== null) return reader.problem;
  const { calendar } = core;
  const days = isSettlement
    ? settlingBetween(calendar, start, end)
    : calendar.tradingDaysBetween(start, end);
  return ok(days.map((day) => dayJson(calendar, day)));
}

/** A trade settles within so many trading days of any time that the calendar knows. */
const SETTLEMENT_DAYS_MAX = 5;

/** The days whose trades settle from `start` to `end`, both included. */
function settlingBetween(
  calendar: Calendar,
  start: DateText,
  end: DateText,
): readonly TradingDay[] {
  let first = start;
  for (let left = SETTLEMENT_DAYS_MAX; left > 0; left -= 1) {
    first = calendar.tradingDayBefore(first).date;
  }
  const isMeant = ({ settlementDate }: TradingDay) =>
    settlementDate >= start && settlementDate <= end;
  return calendar.tradingDaysBetween(first, end).filter(isMeant);
}

function dayJson(calendar: Calendar, day: TradingDay): object {
  const time = (at: number) => newYorkTimeOfDay(calendar, at);
  return {
    date: day.date,
    open: time(day.openAt),
    close: time(day.closeAt),
    session_open: time(day.preOpenAt).replace(':', ''),
    session_close: time(day.postCloseAt).replace(':', ''),
    settlement_date: day.settlementDate,
  };
}
