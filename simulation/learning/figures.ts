import { sampleOf } from '../../src/engine/learning/shrinkage.ts';
import { normalQuantile } from '../../src/engine/learning/track-record.ts';
import { historicalTail } from '../../src/engine/risk/tail.ts';

/** A mean with its 95 % confidence interval (Student). */
export type Interval = { readonly mean: number; readonly from: number; readonly to: number };

/** The loss of the worst twentieth, in R: higher is worse. */
export const tailLoss = (results: readonly number[]): number =>
  historicalTail(
    results.map((each) => -each),
    95,
  ).shortfall;

export const meanOf = (values: readonly number[]): number => sampleOf(values).mean;

/** @param values independent of each other */
export function intervalOf(values: readonly number[]): Interval {
  const { count, mean, variance } = sampleOf(values);
  const quantile = normalQuantile(0.975);
  // Student's quantile to the first order, as in production.
  const widened = quantile * (1 + (quantile ** 2 + 1) / (4 * Math.max(1, count - 1)));
  const half = widened * Math.sqrt(variance / Math.max(1, count));
  return { mean, from: mean - half, to: mean + half };
}
