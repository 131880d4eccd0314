import { newYorkDay, startOfNewYorkDay } from '../../src/domain/new-york.ts';
import type { EpochMs } from '../../src/domain/time.ts';

/** Both ends are included; null is no end. */
export type Period = { readonly sinceAt: EpochMs | null; readonly untilAt: EpochMs | null };

/** How a time may be said; without any of them all of the journal is meant. */
export type PeriodWords = {
  readonly hours?: number | undefined;
  readonly day?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SPAN = /^(\d{1,4})([mhdw])$/;
const SPAN_MS = { m: 60_000, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS } as const;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-\d{2}$/;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
/** No clock change is longer: noon of a day lies in it, whatever the clocks did. */
const NOON_MS = 12 * HOUR_MS;

const DAYS =
  'a New York date such as 2026-10-06, a month such as 2026-10, a range 2026-10-01..2026-10-09, ' +
  'today, yesterday, a weekday, this_week, last_week, this_month or last_month';
const TIMES = `an ISO-8601 time with its zone, a span such as 24h or 7d, or ${DAYS}`;

/** @returns the period, or in words what is wrong with how it was said */
export function periodIn(
  { hours, day, since, until }: PeriodWords,
  now: EpochMs,
): Period | { readonly wrong: string } {
  const said = [hours, day, since ?? until].filter((each) => each !== undefined);
  if (said.length > 1) {
    return { wrong: 'Say hours, or day, or since and until: more than one of them is unclear.' };
  }
  if (hours !== undefined) return { sinceAt: now - hours * HOUR_MS, untilAt: null };
  if (day !== undefined) {
    const days = daysIn(day, now);
    return days === null ? { wrong: `day must be ${DAYS}.` } : days;
  }
  const from = since === undefined ? null : momentIn(since, now, 'sinceAt');
  if (since !== undefined && from === null) return { wrong: `since must be ${TIMES}.` };
  const to = until === undefined ? null : momentIn(until, now, 'untilAt');
  if (until !== undefined && to === null) return { wrong: `until must be ${TIMES}.` };
  if (from !== null && to !== null && from > to) return { wrong: 'since must be before until.' };
  return { sinceAt: from, untilAt: to };
}

function momentIn(written: string, now: EpochMs, end: keyof Period): EpochMs | null {
  const span = SPAN.exec(written);
  if (span !== null) return now - Number(span[1]) * SPAN_MS[span[2] as keyof typeof SPAN_MS];
  if (!INSTANT.test(written)) return daysIn(written, now)?.[end] ?? null;
  const at = Date.parse(written);
  return Number.isNaN(at) ? null : at;
}

type Days = { readonly sinceAt: EpochMs; readonly untilAt: EpochMs };

/** Days of New York, as a trader says them. */
function daysIn(written: string, now: EpochMs): Days | null {
  const [first = '', last, ...more] = written.split('..');
  if (last !== undefined) {
    const [from, to] = [daysIn(first, now), daysIn(last, now)];
    if (more.length > 0 || from === null || to === null || from.sinceAt > to.untilAt) return null;
    return { sinceAt: from.sinceAt, untilAt: to.untilAt };
  }
  if (DATE.test(written)) return isDate(written) ? between(written, written) : null;
  if (MONTH.test(written)) return isDate(`${written}-01`) ? monthOf(`${written}-01`) : null;
  const today = newYorkDay(now);
  const word = written.toLowerCase();
  const weekday = WEEKDAYS.indexOf(word);
  if (weekday >= 0) {
    const day = moved(today, -((weekdayOf(today) - weekday + 7) % 7));
    return between(day, day);
  }
  const monday = moved(today, -((weekdayOf(today) + 6) % 7));
  switch (word) {
    case 'today':
      return between(today, today);
    case 'yesterday':
      return between(moved(today, -1), moved(today, -1));
    case 'this_week':
      return between(monday, moved(monday, 6));
    case 'last_week':
      return between(moved(monday, -7), moved(monday, -1));
    case 'this_month':
      return monthOf(today);
    case 'last_month':
      return monthOf(moved(`${today.slice(0, 7)}-01`, -1));
    default:
      return null;
  }
}

/** From the first instant of one day to the last of another. */
const between = (first: string, last: string): Days => ({
  sinceAt: startOfNewYorkDay(first),
  untilAt: startOfNewYorkDay(moved(last, 1)) - 1,
});

function monthOf(day: string): Days {
  const first = `${day.slice(0, 7)}-01`;
  const next = moved(first, 31);
  return between(first, moved(`${next.slice(0, 7)}-01`, -1));
}

const noonUtc = (day: string): EpochMs => Date.parse(`${day}T00:00:00Z`) + NOON_MS;
const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);
const moved = (day: string, days: number): string => dayOf(noonUtc(day) + days * DAY_MS);
const weekdayOf = (day: string): number => new Date(noonUtc(day)).getUTCDay();
const isDate = (day: string): boolean => !Number.isNaN(noonUtc(day)) && dayOf(noonUtc(day)) === day;
