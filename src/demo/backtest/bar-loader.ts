import type { PriceBars } from '../../backtest/price-bars.ts';
import { knownSplits } from '../../cli/exchange/known-splits.ts';
import { UsageError } from '../../cli/shared/failure.ts';
import { ticker } from '../../domain/ids.ts';
import { NyseCalendar } from '../../paper-exchange/calendar/nyse.ts';
import {
  type Decimal,
  formatDecimal,
  larger,
  smaller,
} from '../../paper-exchange/core/basics/decimal.ts';
import { adjustedSeries } from '../../paper-exchange/market/adjusted-series.ts';
import type { BarSeries } from '../../paper-exchange/market/bar-file.ts';

/** Days from the first to the last, both included, as `YYYY-MM-DD`; null for no bound. */
export type DayRange = { readonly from: string | null; readonly to: string | null };

/** Bars of one symbol as they are played, and how many of their prices were false. */
export type PlayableSeries = { readonly series: BarSeries; readonly falsePrints: number };

/**
 * Bars as they are played: adjusted for the known splits among them, those outside the regular session and
 * outside the days left out, and false prints put right.
 *
 * @throws UsageError when nothing is left
 */
export function playable(
  series: readonly BarSeries[],
  { from, to }: DayRange,
): readonly PlayableSeries[] {
  const calendar = new NyseCalendar();
  return series.map((one) => {
    const bars = one.bars.filter((bar) => {
      const date = calendar.dateOf(bar.at);
      const isWanted = (from === null || date >= from) && (to === null || date <= to);
      return isWanted && spanOf(bar, calendar) !== null;
    });
    // What is split later is paid as it was then: prices far below a dollar have other ticks.
    const last = calendar.dateOf(bars.at(-1)?.at ?? 0);
    const splits = knownSplits.filter((split) => split.date <= last);
    if (bars.length > 0) {
      const adjusted = adjustedSeries({ ...one, bars }, { calendar, splits, dividends: [] });
      return withoutFalsePrints(adjusted);
    }
    throw new UsageError(`No bar of ${one.symbol} lies in a session of the days that were asked.`);
  });
}

/** The same bars as plain numbers. */
export function priceBars({ symbol, bars }: BarSeries): PriceBars {
  const calendar = new NyseCalendar();
  const days: string[] = [];
  const seconds: number[] = [];
  const dayOf = new Int32Array(bars.length);
  const openAt = new Float64Array(bars.length);
  for (const [index, bar] of bars.entries()) {
    const date = calendar.dateOf(bar.at);
    if (days.at(-1) !== date) {
      days.push(date);
      seconds.push(0);
    }
    const span = spanOf(bar, calendar);
    const day = days.length - 1;
    dayOf[index] = day;
    openAt[index] = span?.from ?? bar.at;
    seconds[day] = (seconds[day] ?? 0) + (span === null ? 0 : (span.to - span.from) / 1_000);
  }
  const column = (name: 'open' | 'high' | 'low' | 'close') =>
    Float64Array.from(bars, (bar) => Math.round(Number(formatDecimal(bar[name])) * 10_000));
  return {
    ...{ symbol: ticker(symbol), days, dayOf, openAt, secondsOf: Float64Array.from(seconds) },
    ...{ open: column('open'), high: column('high'), low: column('low'), close: column('close') },
  };
}

/** The part of a bar in the regular session; null when there is none. */
function spanOf(bar: BarSeries['bars'][number], calendar: NyseCalendar) {
  const day = calendar.tradingDay(calendar.dateOf(bar.at));
  if (day === null) return null;
  const from = Math.max(bar.at, day.openAt);
  const to = Math.min(bar.at + bar.durationMs, day.closeAt);
  // The exchange pays the last price of a bar one second before its end.
  return to - from > 1_000 ? { from, to } : null;
}

/**
 * An open, high or low that lies more than half off both the close before it and its own bar's
 * close was never paid: feeds have such prints, and no stop should be judged by them. The close
 * that is nearer to it stands in.
 */
function withoutFalsePrints(series: BarSeries): PlayableSeries {
  let falsePrints = 0;
  let before: Decimal | null = null;
  const bars = series.bars.map((bar) => {
    const references: readonly [Decimal, Decimal] = [before ?? bar.open, bar.close];
    const mended = (price: Decimal): Decimal => {
      if (references.some((close) => isNear(price, close))) return price;
      falsePrints += 1;
      return price > bar.close ? references.reduce(larger) : references.reduce(smaller);
    };
    before = bar.close;
    const open = mended(bar.open);
    const high = larger(mended(bar.high), larger(open, bar.close));
    const low = smaller(mended(bar.low), smaller(open, bar.close));
    return { ...bar, open, high, low };
  });
  return { series: { ...series, bars }, falsePrints };
}

const isNear = (price: Decimal, close: Decimal): boolean =>
  price * 2n <= close * 3n && close * 2n <= price * 3n;
