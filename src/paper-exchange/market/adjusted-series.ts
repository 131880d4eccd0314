import { type Decimal, decimal, divide, multiply, ONE, roundTo } from '../core/basics/decimal.ts';
import type { Bar, Calendar, DateText, Milliseconds } from '../core/basics/types.ts';
import type { BarSeries } from './bar-file.ts';
import type { Split } from './source.ts';

/** Takes effect before the open of its `date`. */
export type RecordedSplit = Split & { readonly date: DateText };

/** Goes to those who hold the share when the last day before its `date` ends. */
export type RecordedDividend = {
  readonly symbol: string;
  readonly date: DateText;
  /** Dollars per share, as decimal digits. */
  readonly rate: string;
};

export type Happenings = {
  readonly calendar: Calendar;
  readonly splits: readonly RecordedSplit[];
  readonly dividends: readonly RecordedDividend[];
};

type Factor = {
  /** Of the bars before it. */
  readonly before: Milliseconds;
  readonly price: Decimal;
  readonly volume: Decimal;
};

const priceDecimals = 4;

/**
 * Bars as if all that is given had happened before the first of them: prices before a split are
 * divided and volumes multiplied by it; prices before a dividend are lowered by what it was of
 * the close before. Prices are rounded to four decimals, volumes to whole shares.
 */
export function adjustedSeries(series: BarSeries, happenings: Happenings): BarSeries {
  const factors = factorsOf(series, happenings).sort((one, other) => other.before - one.before);
  if (factors.length === 0) return series;
  let [price, volume] = [ONE, ONE];
  const bars: Bar[] = [];
  for (const bar of [...series.bars].reverse()) {
    for (let next = factors[0]; next !== undefined && bar.at < next.before; next = factors[0]) {
      factors.shift();
      price = multiply(price, next.price);
      volume = multiply(volume, next.volume);
    }
    bars.push(adjusted(bar, price, volume));
  }
  return { ...series, bars: bars.reverse() };
}

function factorsOf({ symbol, bars }: BarSeries, { calendar, splits, dividends }: Happenings) {
  const factors: Factor[] = [];
  for (const split of splits) {
    if (split.symbol !== symbol) continue;
    const [fresh, old] = [BigInt(split.newShares) * ONE, BigInt(split.oldShares) * ONE];
    const before = calendar.midnightOf(split.date);
    factors.push({ before, price: divide(old, fresh), volume: divide(fresh, old) });
  }
  for (const dividend of dividends) {
    const before = calendar.midnightOf(dividend.date);
    const last = bars.findLast((bar) => bar.at < before);
    if (dividend.symbol !== symbol || last === undefined) continue;
    const price = ONE - divide(decimal(dividend.rate), last.close);
    factors.push({ before, price, volume: ONE });
  }
  return factors;
}

function adjusted(bar: Bar, price: Decimal, volume: Decimal): Bar {
  if (price === ONE && volume === ONE) return bar;
  const moved = (value: Decimal) => roundTo(multiply(value, price), priceDecimals);
  return {
    ...bar,
    open: moved(bar.open),
    high: moved(bar.high),
    low: moved(bar.low),
    close: moved(bar.close),
    vwap: moved(bar.vwap),
    volume: Math.round((bar.volume * Number(volume)) / Number(ONE)),
  };
}
