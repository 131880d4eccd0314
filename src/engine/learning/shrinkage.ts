/** What was seen of one group: how often, with what mean, and how far apart (sample variance). */
export type GroupSample = {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
};

/** What is believed of the true mean of a group: normal, with this mean and deviation. */
export type Estimate = { readonly mean: number; readonly deviation: number };

/** Mean and unbiased variance; a single figure has no variance of its own. */
export function sampleOf(values: readonly number[]): GroupSample {
  const count = values.length;
  if (count === 0) return { count, mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, variance: count > 1 ? squares / (count - 1) : 0 };
}

/** Figures that hardly differ say nothing of how much such figures differ. */
const LEAST_VARIANCE = 1e-12;

/**
 * Normal-normal empirical Bayes, the estimator of James and Stein (1961) as Efron and Morris
 * (1975) put it for groups of different size: each group's mean is drawn towards nothing, the
 * mean of having no effect, the more the fewer it rests on and the less the groups differ. How
 * much they differ is found by moments (DerSimonian and Laird 1986). Drawn towards zero and not
 * towards their common mean, since an effect that nobody has shown is none.
 *
 * The variance within a group is at least the pooled one, so that a few like figures pass for
 * nothing; and no estimate is called surer than its own figures alone would make it.
 *
 * @param groups at least one with two figures, or nothing is known of any
 * @returns one for each group, in order; null where nothing is known
 */
export function shrunkMeans(groups: readonly GroupSample[]): readonly Estimate[] | null {
  const within = pooledVariance(groups);
  if (within === null || within < LEAST_VARIANCE) return null;
  const errors = groups.map(({ count, variance }) => Math.max(within, variance) / count);
  const between = betweenVariance(groups, errors);
  return groups.map(({ mean }, index) => {
    const error = errors[index] ?? Number.POSITIVE_INFINITY;
    const share = between === 0 ? 0 : between / (between + error);
    return { mean: share * mean, deviation: Math.sqrt(error) };
  });
}

function pooledVariance(groups: readonly GroupSample[]): number | null {
  const freedom = groups.reduce((sum, { count }) => sum + Math.max(0, count - 1), 0);
  if (freedom === 0) return null;
  const squares = groups.reduce(
    (sum, { count, variance }) => sum + variance * Math.max(0, count - 1),
    0,
  );
  return squares / freedom;
}

/** Of the true means around zero: what the means show beyond their own errors, never below none. */
function betweenVariance(groups: readonly GroupSample[], errors: readonly number[]): number {
  const seen = groups.flatMap(({ count, mean }, index) => {
    const error = errors[index] ?? 0;
    return count === 0 || error === 0 ? [] : [{ mean, error, weight: 1 / error }];
  });
  const weights = seen.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return 0;
  const excess = seen.reduce((sum, { mean, weight }) => sum + weight * mean ** 2, 0) - seen.length;
  return Math.max(0, excess / weights);
}
