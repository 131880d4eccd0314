import { type Decimal, larger, smaller, ZERO } from '../basics/decimal.ts';
import { Rows } from '../basics/packed-rows.ts';
import type { Bar, Milliseconds } from '../basics/types.ts';

/** Volumes of coins have decimals. */
const VOLUME_PARTS = 10_000;

/** Says in which bucket an instant lies, by the bucket's first instant. */
export type BucketOf = (at: Milliseconds) => Milliseconds;

/** Finished bars of one symbol, by length; longer ones are built from shorter on request. */
export class BarSeries {
  private readonly byDuration = new Map<number, Rows<Bar>>();

  /** Bars arrive in order of time; one with the time of another takes its place. */
  add(bar: Bar): void {
    const bars = this.byDuration.get(bar.durationMs) ?? new Rows<Bar>();
    this.byDuration.set(bar.durationMs, bars);
    const { items } = bars;
    const place = firstAtOrAfter(items, bar.at);
    items.splice(place, items[place]?.at === bar.at ? 1 : 0, bar);
  }

  /** Forgets bars shorter than `durationMs` that began before `at`. */
  dropBefore(at: Milliseconds, durationMs: number): void {
    for (const [length, { items }] of this.byDuration) {
      if (length < durationMs) items.splice(0, firstAtOrAfter(items, at));
    }
  }

  /** The newest bar of exactly this length that counts; null when there is none. */
  latest(durationMs: number, counts: (bar: Bar) => boolean): Bar | null {
    return this.byDuration.get(durationMs)?.items.findLast(counts) ?? null;
  }

  /**
   * Bars of `durationMs` that begin in `start`..`end`, oldest first. Where several stored lengths
   * cover one bucket the longest is used; longer ones than asked for are left out, and those
   * that do not count.
   */
  between(
    durationMs: number,
    bucketOf: BucketOf,
    start: Milliseconds,
    end: Milliseconds,
    counts: (bar: Bar) => boolean = () => true,
  ): Bar[] {
    const lengths = [...this.byDuration.keys()].filter((length) => length <= durationMs);
    lengths.sort((one, other) => other - one);
    const buckets = new Map<Milliseconds, Bar>();
    for (const length of lengths) {
      const groups = this.group(length, bucketOf, start, end, counts);
      for (const [at, bars] of groups) {
        const merged = buckets.has(at) ? null : merge(bars, at, durationMs);
        if (merged !== null) buckets.set(at, merged);
      }
    }
    return [...buckets.values()].sort((one, other) => one.at - other.at);
  }

  private group(
    length: number,
    bucketOf: BucketOf,
    start: Milliseconds,
    end: Milliseconds,
    counts: (bar: Bar) => boolean,
  ): ReadonlyMap<Milliseconds, readonly Bar[]> {
    const bars = this.byDuration.get(length)?.items ?? [];
    const groups = new Map<Milliseconds, Bar[]>();
    for (let place = firstAtOrAfter(bars, bucketOf(start)); place < bars.length; place += 1) {
      const bar = bars[place];
      if (bar === undefined) break;
      const at = bucketOf(bar.at);
      if (at > end) break;
      if (at < start || !counts(bar)) continue;
      const group = groups.get(at);
      if (group === undefined) groups.set(at, [bar]);
      else group.push(bar);
    }
    return groups;
  }
}

function merge(bars: readonly Bar[], at: Milliseconds, durationMs: number): Bar | null {
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return null;
  let { high, low } = first;
  let volume = 0;
  let tradeCount = 0;
  let dollars: Decimal = ZERO;
  let weights = 0n;
  for (const bar of bars) {
    high = larger(high, bar.high);
    low = smaller(low, bar.low);
    volume += bar.volume;
    tradeCount += bar.tradeCount;
    const weight = BigInt(Math.round(bar.volume * VOLUME_PARTS));
    weights += weight;
    dollars += bar.vwap * weight;
  }
  const vwap = weights > 0n ? dollars / weights : last.close;
  const { symbol } = first;
  const [open, close] = [first.open, last.close];
  return { symbol, at, durationMs, open, high, low, close, volume, tradeCount, vwap };
}

function firstAtOrAfter(bars: readonly Bar[], at: Milliseconds): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const bar = bars[middle];
    if (bar !== undefined && bar.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
