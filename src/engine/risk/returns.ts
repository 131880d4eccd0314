import {
  addShares,
  NO_SHARES,
  type Quantity,
  quantity,
  text,
  wholeShares,
} from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Bar } from '../../domain/market.ts';
import type { EpochMs } from '../../domain/time.ts';

/**
 * Statistics of prices. Everything in this folder that is a `number` is a float by nature: a
 * return, a deviation, a correlation. None of them becomes an order; what leaves as dollars is
 * an exact decimal, rounded up.
 */

/** The closes of one name by the start of their day. */
export type Closes = ReadonlyMap<EpochMs, number>;

export const closesOf = (bars: readonly Bar[]): Closes =>
  new Map(bars.map(({ at, close }) => [at, Number(text(close))]));

const VOLUME_DAYS = 20;

/**
 * Shares a day over the last 20 days, rounded down: what can be sold is never overrated.
 *
 * @returns null where a day's volume is not told
 */
export function averageVolume(bars: readonly Bar[]): Quantity | null {
  const latest = bars.slice(-VOLUME_DAYS);
  if (latest.length < VOLUME_DAYS) return null;
  let sum = NO_SHARES;
  for (const { volume } of latest) {
    if (volume === undefined) return null;
    sum = addShares(sum, volume);
  }
  return wholeShares(quantity(sum.div(String(VOLUME_DAYS))));
}

/** Returns of several names over the same days; null where a name has no close on either end. */
export type ReturnTable = {
  /** The day on which each return ended, oldest first. */
  readonly days: readonly EpochMs[];
  readonly of: ReadonlyMap<Ticker, readonly (number | null)[]>;
};

/**
 * Simple daily returns `close(t) / close(t-1) - 1`, as a change of dollars needs them.
 *
 * A day counts when at least half of the names have a close on it, so that one name's odd bar
 * makes no day for all.
 *
 * @param most the newest so many returns
 */
export function returnsOf(closes: ReadonlyMap<Ticker, Closes>, most: number): ReturnTable {
  const names = new Map<EpochMs, number>();
  for (const byDay of closes.values()) {
    for (const day of byDay.keys()) names.set(day, (names.get(day) ?? 0) + 1);
  }
  const days = [...names]
    .filter(([, count]) => 2 * count >= closes.size)
    .map(([day]) => day)
    .sort((one, other) => one - other)
    .slice(-(most + 1));
  const of = new Map(
    [...closes].map(([symbol, byDay]) => [
      symbol,
      days.slice(1).map((day, index) => change(byDay.get(days[index] ?? day), byDay.get(day))),
    ]),
  );
  return { days: days.slice(1), of };
}

const change = (before: number | undefined, after: number | undefined): number | null =>
  before === undefined || after === undefined || before <= 0 ? null : after / before - 1;

/** Those days of a row on which there is a return. */
export const known = (row: readonly (number | null)[]): number[] =>
  row.filter((value) => value !== null);

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation, `sqrt(sum((x - mean)^2) / (n - 1))`; null below two values. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Beta, `cov(name, benchmark) / var(benchmark)` (Sharpe 1964), over the days that both have.
 *
 * @returns null with fewer than `least` such days, or where the benchmark never moved
 */
export function betaOf(
  row: readonly (number | null)[],
  benchmark: readonly (number | null)[],
  least: number,
): number | null {
  const pairs = row.flatMap((own, index) => {
    const market = benchmark[index] ?? null;
    return own === null || market === null ? [] : [{ own, market }];
  });
  if (pairs.length < least) return null;
  const [ownMean, marketMean] = [
    mean(pairs.map(({ own }) => own)),
    mean(pairs.map(({ market }) => market)),
  ];
  let [both, alone] = [0, 0];
  for (const { own, market } of pairs) {
    both += (own - ownMean) * (market - marketMean);
    alone += (market - marketMean) ** 2;
  }
  return alone === 0 ? null : both / alone;
}
