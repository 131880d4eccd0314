import type { EpochMs } from './time.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The exchange's day of an instant, `2026-10-06`, whether it trades on it or not. */
export const newYorkDay = (at: EpochMs): string => newYorkWall(at).toISOString().slice(0, 10);

/** When a day of New York begins; its clocks change later in the night. */
export const startOfNewYorkDay = (day: string): EpochMs => newYorkInstant(day, '00:00');

/** When New York's clocks show this time of a day: `2026-11-27`, `09:30`. */
export function newYorkInstant(day: string, timeOfDay: string): EpochMs {
  const asIfUtc = Date.parse(`${day}T${timeOfDay}:00Z`);
  // The clocks change on Sundays, so the distance is the same all through a trading day.
  return asIfUtc - newYorkOffsetMs(asIfUtc);
}

/** What New York's calendar and clocks show, as if it were UTC. */
export const newYorkWall = (at: EpochMs): Date => new Date(at + newYorkOffsetMs(at));

/**
 * How far New York's clocks are ahead of UTC: negative. By the two rules that the United States
 * have had since 1987: Intl knows them too, but its tables keep 10 MB of memory busy; a test
 * compares the two.
 */
function newYorkOffsetMs(at: EpochMs): number {
  const year = new Date(at).getUTCFullYear();
  const [begins, ends] =
    year >= 2007
      ? [sundayFrom(year, 3, 8), sundayFrom(year, 11, 1)]
      : [sundayFrom(year, 4, 1), sundayFrom(year, 10, 25)];
  // Clocks move at 02:00 of standard time in spring and at 02:00 of summer time in autumn.
  const isSummer = at >= begins + 7 * HOUR_MS && at < ends + 6 * HOUR_MS;
  return (isSummer ? -4 : -5) * HOUR_MS;
}

/** The first Sunday from this day on, at 00:00 UTC. */
function sundayFrom(year: number, month: number, day: number): EpochMs {
  const first = Date.UTC(year, month - 1, day);
  return first + ((7 - new Date(first).getUTCDay()) % 7) * DAY_MS;
}
