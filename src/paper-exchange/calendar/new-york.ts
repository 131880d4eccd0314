import { type CivilDay, lastWeekday, nthWeekday, yearOf } from './civil-day.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const sunday = 0;

/**
 * Milliseconds to add to UTC for the wall clock in New York, from 1987 on. The two rules the
 * United States have had since then are written out because asking Intl for each tick is a
 * thousand times slower; a test compares them with Intl.
 */
export function newYorkOffsetMs(at: number): number {
  const year = yearOf(Math.floor(at / dayMs));
  const [firstDay, lastDay] =
    year >= 2007
      ? [nthWeekday(year, 3, sunday, 2), nthWeekday(year, 11, sunday, 1)]
      : [nthWeekday(year, 4, sunday, 1), lastWeekday(year, 10, sunday)];
  // Clocks move at 02:00 standard time in spring and at 02:00 summer time in autumn.
  const isSummer = at >= firstDay * dayMs + 7 * hourMs && at < lastDay * dayMs + 6 * hourMs;
  return (isSummer ? -4 : -5) * hourMs;
}

/** The date on the wall calendar in New York. */
export function newYorkDay(at: number): CivilDay {
  return Math.floor((at + newYorkOffsetMs(at)) / dayMs);
}

/**
 * The instant at which the wall clock in New York shows this day and time. An hour that
 * occurs twice means its first run; one that is skipped means the hour after.
 */
export function newYorkInstant(day: CivilDay, timeOfDayMs: number): number {
  const wall = day * dayMs + timeOfDayMs;
  const inSummer = wall + 4 * hourMs;
  return newYorkOffsetMs(inSummer) === -4 * hourMs ? inSummer : wall + 5 * hourMs;
}

/** Milliseconds since midnight of a wall clock time: `timeOfDay(9, 30)`. */
export const timeOfDay = (hour: number, minute: number): number => hour * hourMs + minute * 60_000;
