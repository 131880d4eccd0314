import type { Calendar, TradingDay, WireError } from '../../core/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { newYorkText, newYorkTimeOfDay } from './times.ts';

/** The span of days that is answered when none is asked for. */
const FIRST_DATE = '2016-01-01';
const LAST_DATE = '2029-12-31';

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
  if (reader.problem !== null) return reader.problem;
  const days = core.calendar.tradingDaysBetween(start, end);
  return ok(days.map((day) => dayJson(core.calendar, day)));
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
