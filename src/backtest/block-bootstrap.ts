const DAYS_PER_YEAR = 252;

/** What an interval was drawn with, so that anybody can draw it again. */
export const BOOTSTRAP = {
  method: 'circular block bootstrap of paired days',
  level: 0.95,
  block_days: 20,
  resamples: 2_000,
  seed: 1,
} as const;

/** A difference and the interval that holds it in 95 % of the resamples. */
export type Interval = {
  readonly difference: number;
  readonly from: number;
  readonly to: number;
};

export type PairedDifference = {
  /** Mean daily log return, one less the other, times 252. */
  readonly yearly_log_return: Interval;
  /** Expected shortfall of a day; negative where the one loses less on bad days. */
  readonly expected_shortfall_95: Interval;
};

/**
 * How far one account did better than another on the same days, and how sure that is. Blocks of
 * days in a row, the last followed by the first, are drawn with replacement until there are as
 * many days as there were, the same ones for both; the interval is that of the percentiles
 * (Politis and Romano 1992).
 *
 * @param one daily returns, of the same days as `other`
 */
export function pairedDifference(
  one: readonly number[],
  other: readonly number[],
): PairedDifference {
  const days = Float64Array.from(one, (_, day) => day);
  const drawn = resamplesOf(one.length);
  const intervalOf = (measure: (at: Float64Array) => number): Interval => {
    const values = drawn.map(measure).sort((low, high) => low - high);
    const outside = (1 - BOOTSTRAP.level) / 2;
    const quantile = (part: number) => values[Math.round(part * (values.length - 1))] ?? 0;
    return { difference: measure(days), from: quantile(outside), to: quantile(1 - outside) };
  };
  return {
    yearly_log_return: intervalOf((at) => yearly(one, at) - yearly(other, at)),
    expected_shortfall_95: intervalOf((at) => shortfall(one, at) - shortfall(other, at)),
  };
}

function yearly(returns: readonly number[], at: Float64Array): number {
  let sum = 0;
  for (const day of at) sum += Math.log1p(returns[day] ?? 0);
  return at.length === 0 ? 0 : (sum / at.length) * DAYS_PER_YEAR;
}

/** As `historicalTail` defines it, but sorted as plain numbers: it is asked thousands of times. */
function shortfall(returns: readonly number[], at: Float64Array): number {
  const worstFirst = at.map((day) => returns[day] ?? 0).sort();
  const tail = worstFirst.length / 20;
  const whole = Math.floor(tail);
  const sum = worstFirst.subarray(0, whole).reduce((all, each) => all + each, 0);
  const rest = (tail - whole) * (worstFirst[whole] ?? 0);
  return tail === 0 ? 0 : -(sum + rest) / tail;
}

function resamplesOf(count: number): readonly Float64Array[] {
  const draw = drawsFrom(BOOTSTRAP.seed);
  return Array.from({ length: BOOTSTRAP.resamples }, () => {
    const days = new Float64Array(count);
    for (let filled = 0; filled < count; filled += BOOTSTRAP.block_days) {
      const first = Math.floor(draw() * count);
      const end = Math.min(count, filled + BOOTSTRAP.block_days);
      for (let at = filled; at < end; at += 1) days[at] = (first + at - filled) % count;
    }
    return days;
  });
}

/** Marsaglia's xorshift (2003), from 0 up to but without 1. */
function drawsFrom(seed: number): () => number {
  let state = (seed * 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
