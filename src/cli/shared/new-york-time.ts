import type { EpochMs } from '../../domain/time.ts';

const newYork = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'America/New_York',
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** An instant as a trader reads it: `Wed, 11 Mar 2026, 10:42:10`, New York time. */
export const newYorkTime = (at: EpochMs): string => newYork.format(at);
