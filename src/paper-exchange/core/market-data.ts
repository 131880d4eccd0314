import type { Bar, Calendar, Milliseconds, Venue } from './basics/types.ts';
import type { Kernel } from './state/kernel.ts';
import type { SymbolMarket } from './state/market.ts';

const DAY_MS = 86_400_000;
/** Older minutes are forgotten, or a long run would fill the memory; their days stay. */
const MINUTES_KEPT_MS = 20 * DAY_MS;

/** A length of bars as requests name it, for example 5 minutes. */
export type Timeframe = {
  readonly count: number;
  readonly unit: 'minute' | 'hour' | 'day' | 'week' | 'month';
};

const UNIT_MS: Readonly<Record<Timeframe['unit'], number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 31 * DAY_MS,
};

/** Finished bars that begin in `start`..`end`, both included, oldest first. */
export function barsBetween(
  kernel: Kernel,
  symbol: string,
  timeframe: Timeframe,
  start: Milliseconds,
  end: Milliseconds,
  venue: Venue = 'day',
): readonly Bar[] {
  const durationMs = timeframe.count * UNIT_MS[timeframe.unit];
  const bucketOf = (at: Milliseconds) => bucketStart(kernel, timeframe, at);
  const market = kernel.market(symbol);
  const isWhole =
    market.isAroundTheClock || timeframe.unit === 'minute' || timeframe.unit === 'hour';
  const counts = (bar: Bar) =>
    isOfVenue(kernel, market, bar, venue) &&
    (isWhole || venue === 'night' || countsIntoDay(kernel, bar));
  return market.bars.between(durationMs, bucketOf, start, end, counts);
}

/** The newest minute of a venue that had ended by `until`; null when there is none. */
export function latestBar(
  kernel: Kernel,
  symbol: string,
  venue: Venue,
  until: Milliseconds,
): Bar | null {
  const market = kernel.market(symbol);
  const hasEnded = ({ at, durationMs }: Bar) => at + durationMs <= until;
  const counts = (bar: Bar) => hasEnded(bar) && isOfVenue(kernel, market, bar, venue);
  return market.bars.latest(UNIT_MS.minute, counts);
}

/** Bars of whole days are those of the exchanges. */
function isOfVenue(kernel: Kernel, market: SymbolMarket, bar: Bar, venue: Venue): boolean {
  if (market.isAroundTheClock || bar.durationMs >= DAY_MS) return venue === 'day';
  return venueAt(kernel.calendar, bar.at) === venue;
}

export function venueAt(calendar: Calendar, at: Milliseconds): Venue {
  return calendar.sessionAt(at) === 'overnight' ? 'night' : 'day';
}

/** A day's prices are those of the regular session, as daily bars of the tapes leave Form T out. */
function countsIntoDay({ calendar }: Kernel, { at, durationMs }: Bar): boolean {
  if (durationMs >= DAY_MS || calendar.sessionAt(at) === 'regular') return true;
  return calendar.sessionAt(at + durationMs - 1) === 'regular';
}

/** The newest daily bar, today's so far once there is one, and the one before it. */
export function dailyBars(
  kernel: Kernel,
  symbol: string,
): { readonly newest: Bar | null; readonly before: Bar | null } {
  const timeframe: Timeframe = { count: 1, unit: 'day' };
  const start = bucketStart(kernel, timeframe, kernel.now - 10 * DAY_MS);
  const bars = barsBetween(kernel, symbol, timeframe, start, kernel.now);
  return { newest: bars.at(-1) ?? null, before: bars.at(-2) ?? null };
}

/** Takes in bars of the time before the exchange began. */
export function loadHistory(kernel: Kernel, bars: readonly Bar[]): void {
  const today = kernel.calendar.midnightOf(kernel.calendar.dateOf(kernel.now));
  for (const bar of bars) {
    const market = kernel.market(bar.symbol);
    market.bars.add(bar);
    if (bar.at >= today) continue;
    market.lastDayClose = bar.close;
    market.closingPrice = bar.close;
    if (market.trade !== null) continue;
    for (const account of kernel.accounts) account.mark(bar.symbol, bar.close);
  }
  for (const account of kernel.accounts) {
    account.closeDay();
    account.startDay(account.balanceAsOf);
  }
}

/** A finished day is kept as one bar, so that long looks back stay cheap. */
export function rollUpDay(kernel: Kernel, market: SymbolMarket, midnight: Milliseconds): void {
  const day: Timeframe = { count: 1, unit: 'day' };
  const [bar] = barsBetween(kernel, market.symbol, day, midnight, midnight);
  if (bar !== undefined) market.bars.add(bar);
  market.bars.dropBefore(midnight - MINUTES_KEPT_MS, UNIT_MS.hour);
}

function bucketStart(kernel: Kernel, { count, unit }: Timeframe, at: Milliseconds): Milliseconds {
  const { calendar } = kernel;
  if (unit === 'minute' || unit === 'hour') {
    const length = count * UNIT_MS[unit];
    return Math.floor(at / length) * length;
  }
  const date = calendar.dateOf(at);
  if (unit === 'month') return calendar.midnightOf(firstOfMonths(date, count));
  if (unit === 'day' && count === 1) return calendar.midnightOf(date);
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  // 1970-01-05 was a Monday.
  const start = unit === 'week' ? day - ((((day - 4) % 7) + 7) % 7) : day - (day % count);
  return calendar.midnightOf(new Date(start * DAY_MS).toISOString().slice(0, 10));
}

function firstOfMonths(date: string, count: number): string {
  const month = Number(date.slice(5, 7)) - 1;
  const first = month - (month % count) + 1;
  return `${date.slice(0, 4)}-${String(first).padStart(2, '0')}-01`;
}
