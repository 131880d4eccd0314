import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the process holds at the end of a simulated day. */
export type Day = {
  readonly day: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly records: number;
};

export type Bounds = {
  readonly heapBytesPerDay: number;
  readonly rssBytesPerDay: number;
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The first days fill caches and compile code. */
const WARM_UP_DAYS = 5;

export function measured(day: number, records: number): Day {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const descriptors = readdirSync('/proc/self/fd').length;
  return { day, heapBytes: heapUsed, rssBytes: rss, descriptors, records };
}

/** What a day adds by the line that fits best through all days after the first few. */
export function slopeOf(days: readonly Day[], of: (day: Day) => number): number {
  const late = days.filter(({ day }) => day > WARM_UP_DAYS);
  const mean = (numbers: readonly number[]) =>
    numbers.reduce((sum, each) => sum + each, 0) / Math.max(1, numbers.length);
  const [x, y] = [mean(late.map(({ day }) => day)), mean(late.map(of))];
  const spread = late.reduce((sum, { day }) => sum + (day - x) ** 2, 0);
  return spread === 0
    ? 0
    : late.reduce((sum, one) => sum + (one.day - x) * (of(one) - y), 0) / spread;
}

/** In words, what grows from day to day; none where all is flat. */
export function growing(days: readonly Day[], bounds: Bounds): readonly string[] {
  const heap = slopeOf(days, ({ heapBytes }) => heapBytes);
  const rss = slopeOf(days, ({ rssBytes }) => rssBytes);
  const open = days.filter(({ day }) => day > WARM_UP_DAYS).map(({ descriptors }) => descriptors);
  const [first = 0, last = 0] = [open[0], open.at(-1)];
  const rate = (bytes: number) => `${(bytes / 1_024).toFixed(0)} KiB a day`;
  return [
    ...(heap > bounds.heapBytesPerDay ? [`the heap grows by ${rate(heap)}`] : []),
    ...(rss > bounds.rssBytesPerDay ? [`the process grows by ${rate(rss)}`] : []),
    ...(last > first ? [`open descriptors grew from ${first} to ${last}`] : []),
  ];
}

export const lineOf = ({ day, heapBytes, rssBytes, descriptors, records }: Day): string =>
  [
    `day ${day}`,
    `heap ${(heapBytes / 1_048_576).toFixed(2)} MiB`,
    `rss ${(rssBytes / 1_048_576).toFixed(1)} MiB`,
    `descriptors ${descriptors}`,
    `records ${records}`,
  ].join(', ');
