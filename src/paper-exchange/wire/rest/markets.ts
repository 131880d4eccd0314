import {
  type Calendar,
  type Milliseconds,
  type TradingDay,
  WireError,
} from '../../core/basics/types.ts';
import { QueryReader } from './params.ts';
import { type Call, ok, type Reply, type Route } from './route.ts';
import { newYorkText, utcText } from './times.ts';

/** The markets whose hours this exchange knows, by each of their names. */
const MARKETS = [
  { acronym: 'NYSE', mic: 'XNYS', name: 'New York Stock Exchange', timezone: 'America/New_York' },
  { acronym: 'NASDAQ', mic: 'XNAS', name: 'Nasdaq', timezone: 'America/New_York' },
  { acronym: 'BOATS', mic: 'OCEA', name: 'Blue Ocean ATS', timezone: 'America/New_York' },
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
  return ok({ market, calendar: days.map((day) => dayJson(market, day, text)) });
}

function clockJson(calendar: Calendar, market: Market, at: Milliseconds): object {
  const [today, next] = [calendar.tradingDay(calendar.dateOf(at)), dayAhead(calendar, at)];
  const isNight = market.acronym === 'BOATS';
  const days = [today, next, calendar.tradingDayAfter(next.date)].filter((day) => day !== null);
  const phases = days.flatMap((day) => (isNight ? phasesOfNight(day) : phasesOf(day)));
  const coreStarts = phases.filter(({ phase }) => phase === 'core');
  const now = phases.find(({ start, end }) => start <= at && at < end);
  const until =
    now?.end ??
    earliest(
      phases.map(({ start }) => start),
      at,
    );
  return {
    market,
    timestamp: newYorkText(calendar, at),
    is_market_day: (isNight ? calendar.tradingDayAt(at) : today) !== null,
    next_market_open: newYorkText(
      calendar,
      earliest(
        coreStarts.map(({ start }) => start),
        at,
      ),
    ),
    next_market_close: newYorkText(
      calendar,
      earliest(
        coreStarts.map(({ end }) => end),
        at,
      ),
    ),
    phase: now?.phase ?? 'closed',
    phase_until: newYorkText(calendar, until),
  };
}

type Phase = {
  readonly phase: 'pre' | 'core' | 'post';
  readonly start: Milliseconds;
  readonly end: Milliseconds;
};

function phasesOf(day: TradingDay): readonly Phase[] {
  return [
    { phase: 'pre', start: day.preOpenAt, end: day.openAt },
    { phase: 'core', start: day.openAt, end: day.closeAt },
    { phase: 'post', start: day.closeAt, end: day.postCloseAt },
  ];
}

/** The venue of the night has one session, of the trading day in whose morning it ends. */
function phasesOfNight(day: TradingDay): readonly Phase[] {
  return [{ phase: 'core', start: day.overnightOpenAt, end: day.preOpenAt }];
}

function dayAhead(calendar: Calendar, at: Milliseconds): TradingDay {
  return calendar.tradingDayAfter(calendar.dateOf(at));
}

function earliest(instants: readonly Milliseconds[], after: Milliseconds): Milliseconds {
  return Math.min(...instants.filter((instant) => instant > after));
}

function dayJson(market: Market, day: TradingDay, text: (at: Milliseconds) => string): object {
  const phases = market.acronym === 'BOATS' ? phasesOfNight(day) : phasesOf(day);
  const bounds = phases.flatMap(({ phase, start, end }) => [
    [`${phase}_start`, text(start)],
    [`${phase}_end`, text(end)],
  ]);
  const { date, settlementDate } = day;
  return { date, ...Object.fromEntries(bounds), settlement_date: settlementDate };
}

function marketNamed(name: string): Market | null {
  return MARKETS.find(({ acronym, mic }) => acronym === name || mic === name) ?? null;
}

function unknownMarket(name: string): WireError {
  return new WireError(400, { code: 40010000, message: `unknown market: ${name}` });
}
