import type { EpochMs } from './time.ts';

const NEW_YORK = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** The exchange's day of an instant, `2026-10-06`, whether it trades on it or not. */
export function newYorkDay(at: EpochMs): string {
  const { year, month, day } = shownAt(at);
  return `${year}-${month}-${day}`;
}

/** When a day of New York begins; its clocks change later in the night. */
export function startOfNewYorkDay(day: string): EpochMs {
  const asIfUtc = Date.parse(`${day}T00:00:00Z`);
  const { year, month, day: date, hour, minute, second } = shownAt(asIfUtc);
  const shown = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  return asIfUtc + (asIfUtc - shown);
}

function shownAt(at: EpochMs): Readonly<Record<string, string>> {
  return Object.fromEntries(
    NEW_YORK.formatToParts(at).map(({ type, value }) => [type, value] as const),
  );
}
