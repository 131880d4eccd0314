import type { Timeframe } from '../../core/market-data.ts';
import type { QueryReader } from './params.ts';

const UNITS: Readonly<Record<string, Timeframe['unit']>> = {
  T: 'minute',
  Min: 'minute',
  H: 'hour',
  Hour: 'hour',
  D: 'day',
  Day: 'day',
  W: 'week',
  Week: 'week',
  M: 'month',
  Month: 'month',
};
const MOST: Readonly<Record<Timeframe['unit'], number>> = {
  minute: 59,
  hour: 23,
  day: 1,
  week: 1,
  month: 12,
};

/** `[1-59]Min`, `[1-23]Hour`, `1Day`, `1Week`, `[1,2,3,4,6,12]Month`, or their short names. */
export function readTimeframe(reader: QueryReader): Timeframe {
  const text = reader.text('timeframe') ?? '';
  const match = /^(\d{1,2})([A-Za-z]+)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  const count = Number(match?.[1]);
  const isKnown = unit !== undefined && count >= 1 && count <= MOST[unit];
  if (isKnown && (unit !== 'month' || 12 % count === 0)) return { count, unit };
  reader.refuse(`invalid timeframe: ${text}`);
  return { count: 1, unit: 'day' };
}
