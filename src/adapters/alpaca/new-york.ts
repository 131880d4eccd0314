import type { EpochMs } from '../../domain/time.ts';

const NEW_YORK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/** When New York's clocks show this time of a trading day: `2026-11-27`, `09:30`. */
export function newYorkTime(date: string, timeOfDay: string): EpochMs {
  const asIfUtc = Date.parse(`${date}T${timeOfDay}:00Z`);
  // The clocks change on Sundays, so the distance is the same all through a trading day.
  return asIfUtc - offsetMs(asIfUtc);
}

/** How far New York's clocks are ahead of UTC: negative. */
function offsetMs(at: EpochMs): number {
  const parts = new Map(
    NEW_YORK.formatToParts(at).map(({ type, value }) => [type, Number(value)] as const),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(at / 1_000) * 1_000;
}
