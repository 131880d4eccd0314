import { type Calendar, type Milliseconds, type TradingDay, WireError } from '../../core/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { newYorkText, utcText } from './times.ts';

/** The markets whose hours this exchange knows, by each of their names. */
const MARKETS = [
  { acronym: 'NYSE', mic: 'XNYS', name: 'New York Stock Exchange', timezone: 'America/New_York' },
  { acronym: 'NASDAQ', mic: 'XNAS', name: 'Nasdaq', timezone: 'America/New_York' },
] as const;

type Market = (typeof MARKETS)[number];

/** The clock and the calendar of version 3, with the phases of the day. */
export const marketRoutes: readonly Route[] = [
  { method: 'GET', path: '/v3/clock', answer: getClock },
  { method: 'GET', path: '/v3/calendar/*', answer: getCalendar },
];

function getClock({ core, settings, query }: Call): Reply | WireError {
  const reader = new QueryReader(query, settings.badParameterStatus);
  const at = reader.time('time') ?? core.now;
  if (reader.problem !== null) return reader.problem;
  const clocks: object[] = [];
  for (const name of reader.list('markets') ?? ['NYSE']) {
    const market = marketNamed(name);
    if (market === null) return unknownMarket(name);
    clocks.push(clockJson(core.calendar, market, at));
  }
  return ok({ clocks });
}

function getCalendar({ core, settings, params, query }: Call): Reply | WireError {
  const name = params[0] ?? '';
  const market = marketNamed(name);
  if (market === null) return unknownMarket(name);
  const reader = new QueryReader(query, settings.badParameterStatus);
  const today = core.calendar.dateOf(core.now);
  const start = reader.date('start') ?? today;
  const end = reader.date('end') ?? today;
  const isUtc = reader.choice('timezone', ['UTC', ''], '') === 'UTC';
  if (reader.problem !== null) return reader.problem;
  const text = (at: Milliseconds) => (isUtc ? utcText(at) : newYorkText(core.calendar, at));
  const days = core.calendar.tradingDaysBetween(start, end);
  return ok({ market, calendar: days.map((day) => dayJson(day, text)) });
}

function clockJson(calendar: Calendar, market: Market, at: Milliseconds): object {
  const today = calendar.tradingDay(calendar.dateOf(at));
  const session = calendar.sessionAt(at);
  return {
    market,
    timestamp: newYorkText(calendar, at),
    is_market_day: today !== null,
    next_market_open: newYorkText(calendar, calendar.nextOpen(at)),
    next_market_close: newYorkText(calendar, calendar.nextClose(at)),
    phase: session === 'regular' ? 'core' : session,
    phase_until: newYorkText(calendar, phaseEnd(calendar, today, at)),
  };
}

function phaseEnd(calendar: Calendar, today: TradingDay | null, at: Milliseconds): Milliseconds {
  if (today !== null) {
    const ends = [today.preOpenAt, today.openAt, today.closeAt, today.postCloseAt];
    const end = ends.find((boundary) => boundary > at);
    if (end !== undefined) return end;
  }
  return calendar.tradingDayAfter(calendar.dateOf(at)).preOpenAt;
}

function dayJson(day: TradingDay, text: (at: Milliseconds) => string): object {
  return {
    date: day.date,
    pre_start: text(day.preOpenAt),
    pre_end: text(day.openAt),
    core_start: text(day.openAt),
    core_end: text(day.closeAt),
    post_start: text(day.closeAt),
    post_end: text(day.postCloseAt),
    settlement_date: day.settlementDate,
  };
}

function marketNamed(name: string): Market | null {
  return MARKETS.find(({ acronym, mic }) => acronym === name || mic === name) ?? null;
}

function unknownMarket(name: string): WireError {
  return new WireError(400, { code: 40010000, message: `unknown market: ${name}` });
}
