import { type Price, price } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { Bar } from '../domain/market.ts';
import type { EpochMs } from '../domain/time.ts';

/**
 * Prices of a backtest are whole ten-thousandths of a dollar, the finest that US equities have:
 * sums and comparisons of whole numbers are exact.
 */
export const UNITS_PER_DOLLAR = 10_000;

/** Bars of one symbol, one number each in arrays: a million of them fit and are walked fast. */
export type PriceBars = {
  readonly symbol: Ticker;
  /** When the first price of each bar was paid, oldest first. */
  readonly openAt: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Which of `days` each bar belongs to. */
  readonly dayOf: Int32Array;
  /** Trading days as `YYYY-MM-DD`. */
  readonly days: readonly string[];
  /** Regular trading seconds of the bars of each day. */
  readonly secondsOf: Float64Array;
};

export const dollars = (units: number): number => units / UNITS_PER_DOLLAR;

/** Exact: the digits are moved, nothing is divided. */
export function priceOf(units: number): Price {
  const digits = String(units).padStart(5, '0');
  return price(`${digits.slice(0, -4)}.${digits.slice(-4)}`);
}

/** Whole units of a price on Alpaca's tick, which has at most four decimals. */
export const unitsOf = (at: Price): number => Number(at.times('10000').toFixed());

/**
 * The newest `count` days that were over before `day`, as daily bars.
 *
 * @param day index into `days`
 */
export function dailyBarsBefore(bars: PriceBars, day: number, count: number): readonly Bar[] {
  const first = Math.max(0, day - count);
  const found: Bar[] = [];
  let from = firstBarOf(bars, first);
  for (let each = first; each < day; each += 1) {
    const until = firstBarOf(bars, each + 1);
    found.push(dailyBar(bars, from, until));
    from = until;
  }
  return found;
}

function dailyBar({ openAt, open, high, low, close }: PriceBars, from: number, until: number): Bar {
  const at: EpochMs = openAt[from] ?? 0;
  return {
    at,
    open: priceOf(open[from] ?? 0),
    high: priceOf(high.subarray(from, until).reduce((most, each) => Math.max(most, each), 0)),
    low: priceOf(low.subarray(from, until).reduce((least, each) => Math.min(least, each))),
    close: priceOf(close[until - 1] ?? 0),
  };
}

/** Binary search: bars are sorted by day. */
export function firstBarOf({ dayOf }: PriceBars, day: number): number {
  let [low, high] = [0, dayOf.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((dayOf[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bars of some days, `until` not included. */
export function barsOfDays(bars: PriceBars, from: number, until: number): PriceBars {
  const [first, end] = [firstBarOf(bars, from), firstBarOf(bars, until)];
  return {
    symbol: bars.symbol,
    openAt: bars.openAt.slice(first, end),
    open: bars.open.slice(first, end),
    high: bars.high.slice(first, end),
    low: bars.low.slice(first, end),
    close: bars.close.slice(first, end),
    dayOf: bars.dayOf.slice(first, end).map((day) => day - from),
    days: bars.days.slice(from, until),
    secondsOf: bars.secondsOf.slice(from, until),
  };
}
