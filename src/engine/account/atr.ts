import type { Price } from '../../domain/decimal.ts';
import { decimal, larger, ZERO } from '../../domain/decimal.ts';
import type { Bar } from '../../domain/market.ts';

/**
 * Wilder's average true range in dollars per share: the plain mean of the first `periods`
 * true ranges, then smoothed by one part in `periods` with each later bar.
 *
 * Rounded up to a millionth of a dollar, so that distances derived from it never come out
 * too tight.
 *
 * @param bars oldest first
 * @returns null with fewer than `periods` + 1 bars: the first one only lends its close
 */
export function averageTrueRange(bars: readonly Bar[], periods = 14): Price | null {
  const ranges = bars.slice(1).map((bar, index) => trueRange(bar, bars[index]));
  if (periods < 1 || ranges.length < periods) return null;

  const count = decimal(String(periods));
  const seed = ranges
    .slice(0, periods)
    .reduce((sum, range) => sum.plus(range), ZERO)
    .div(count);
  const smoothed = ranges
    .slice(periods)
    .reduce((average, range) => average.times(count.minus('1')).plus(range).div(count), seed);
  return smoothed.round(6, 3) as Price;
}

function trueRange(bar: Bar, previous: Bar | undefined) {
  const range = bar.high.minus(bar.low);
  if (previous === undefined) return range;
  const upGap = bar.high.minus(previous.close).abs();
  const downGap = bar.low.minus(previous.close).abs();
  return larger(range, larger(upGap, downGap));
}
