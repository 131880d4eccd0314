/**
 * A calendar day as the number of days since 1970-01-01: day arithmetic without time zones,
 * and a key that is cheap to look up.
 */
export type CivilDay = number;

const dayMs = 86_400_000;

export const civilDay = (year: number, month: number, date: number): CivilDay =>
  Date.UTC(year, month - 1, date) / dayMs;

/** @throws when the text is not a real date written `YYYY-MM-DD` */
export function parseDay(text: string): CivilDay {
  const day = Date.parse(`${text}T00:00:00.000Z`) / dayMs;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || dayText(day) !== text) {
    throw new Error(`"${text}" is not a date; write YYYY-MM-DD, for example 2026-11-27`);
  }
  return day;
}

/** `YYYY-MM-DD`; of a day that cannot be, the empty text. */
export function dayText(day: CivilDay): string {
  return Number.isFinite(day) ? new Date(day * dayMs).toISOString().slice(0, 10) : '';
}

export const yearOf = (day: CivilDay): number => new Date(day * dayMs).getUTCFullYear();

/** 0 is Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: CivilDay): number => (((day + 4) % 7) + 7) % 7;

/** The `nth` given weekday of a month: `nthWeekday(2026, 11, 4, 4)` is Thanksgiving. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): CivilDay {
  const first = civilDay(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1);
}

export function lastWeekday(year: number, month: number, weekday: number): CivilDay {
  const last = civilDay(year, month + 1, 1) - 1;
  return last - ((weekdayOf(last) - weekday + 7) % 7);
}
