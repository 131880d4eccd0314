import type { Ticker } from '../../domain/ids.ts';
import { mean } from './returns.ts';

/** Correlations of some names, drawn towards their mean by `shrinkage` (0 not at all, 1 wholly). */
export type Correlations = {
  readonly names: readonly Ticker[];
  /** Row by row, `names.length` squared. */
  readonly values: Float64Array;
  readonly shrinkage: number;
};

/**
 * Correlation by Ledoit and Wolf's shrinkage towards constant correlation ("Honey, I Shrunk the
 * Sample Covariance Matrix", Journal of Portfolio Management 30(4), 2004, appendix B):
 * `shrunk = d F + (1 - d) S`, where S is the sample covariance (divided by T), F has S's variances
 * and everywhere the mean correlation, and `d = max(0, min(1, (pi - rho) / gamma / T))`. Both have
 * the same variances, so the correlations are shrunk by the same `d`.
 *
 * @param rows returns of each name on the same T days, all known
 */
export function correlationsOf(rows: ReadonlyMap<Ticker, readonly number[]>): Correlations {
  const names = [...rows.keys()];
  const standard = [...rows.values()].map(standardised);
  const sample = sampleCorrelations(standard);
  const shrinkage = shrinkageOf(standard, sample);
  const size = names.length;
  const average = meanCorrelation(sample, size);
  const values = sample.map((value, place) =>
    place % (size + 1) === 0 ? 1 : shrinkage * average + (1 - shrinkage) * value,
  );
  return { names, values, shrinkage };
}

type Standard = { readonly scores: Float64Array; readonly deviation: number };

/** Distances from the mean in deviations (divided by T); a name that never moved has none. */
function standardised(row: readonly number[]): Standard {
  const center = mean(row);
  const deviation = Math.sqrt(mean(row.map((value) => (value - center) ** 2)));
  const scores = Float64Array.from(row, (value) =>
    deviation === 0 ? 0 : (value - center) / deviation,
  );
  return { scores, deviation };
}

function sampleCorrelations(standard: readonly Standard[]): Float64Array {
  const size = standard.length;
  const values = new Float64Array(size * size);
  for (const [row, { scores }] of standard.entries()) {
    values[row * size + row] = 1;
    for (let column = row + 1; column < size; column += 1) {
      const value = meanProduct(scores, standard[column]?.scores ?? scores);
      values[row * size + column] = value;
      values[column * size + row] = value;
    }
  }
  return values;
}

function meanProduct(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let day = 0; day < one.length; day += 1) sum += (one[day] ?? 0) * (other[day] ?? 0);
  return one.length === 0 ? 0 : sum / one.length;
}

function meanCorrelation(values: Float64Array, size: number): number {
  if (size < 2) return 0;
  const all = values.reduce((sum, value) => sum + value, 0);
  return (all - size) / (size * (size - 1));
}

/** The intensity `d`; the sums over all pairs are taken once for each pair, and doubled. */
function shrinkageOf(standard: readonly Standard[], sample: Float64Array): number {
  const size = standard.length;
  const days = standard[0]?.scores.length ?? 0;
  if (size < 2 || days === 0) return 0;
  const average = meanCorrelation(sample, size);
  let [pi, rho, gamma] = [0, 0, 0];
  for (const [row, one] of standard.entries()) {
    const own = one.deviation ** 4 * fourth(one.scores, one.scores, 1);
    pi += own;
    rho += own;
    for (let column = row + 1; column < size; column += 1) {
      const other = standard[column] ?? one;
      const correlation = sample[row * size + column] ?? 0;
      const scale = (one.deviation * other.deviation) ** 2;
      const { squares, ownWise, otherWise } = pairMoments(one.scores, other.scores, correlation);
      pi += 2 * scale * squares;
      rho += average * scale * (ownWise + otherWise);
      gamma += 2 * scale * (average - correlation) ** 2;
    }
  }
  return gamma === 0 ? 1 : Math.max(0, Math.min(1, (pi - rho) / gamma / days));
}

/** Mean of `(x y - correlation)^2`. */
function fourth(one: Float64Array, other: Float64Array, correlation: number): number {
  return pairMoments(one, other, correlation).squares;
}

/** Of the products of two names' scores: their variance, and how they go with each square. */
function pairMoments(one: Float64Array, other: Float64Array, correlation: number) {
  let [squares, ownWise, otherWise] = [0, 0, 0];
  for (let day = 0; day < one.length; day += 1) {
    const [x, y] = [one[day] ?? 0, other[day] ?? 0];
    const distance = x * y - correlation;
    squares += distance * distance;
    ownWise += (x * x - 1) * distance;
    otherWise += (y * y - 1) * distance;
  }
  const days = one.length;
  return { squares: squares / days, ownWise: ownWise / days, otherWise: otherWise / days };
}

/**
 * Names that move together: connected by correlations of at least `threshold` (single linkage:
 * A with B and B with C puts C beside A, which errs towards fewer and larger clusters).
 *
 * @returns the cluster of each name that shares one, called by its first name in the alphabet
 */
export function clustersOf(
  { names, values }: Correlations,
  threshold: number,
): ReadonlyMap<Ticker, string> {
  const size = names.length;
  const placed = new Map<number, number[]>();
  for (let row = 0; row < size; row += 1) {
    const together = new Set<number[]>();
    for (let column = 0; column < row; column += 1) {
      const group = placed.get(column);
      if (group !== undefined && (values[row * size + column] ?? 0) >= threshold) {
        together.add(group);
      }
    }
    const merged = [...together].flat().concat(row);
    for (const member of merged) placed.set(member, merged);
  }
  const clusters = new Map<Ticker, string>();
  for (const group of new Set(placed.values())) {
    const members = group.flatMap((place) => names[place] ?? []);
    const [first] = [...members].sort();
    if (members.length > 1 && first !== undefined) {
      for (const member of members) clusters.set(member, first);
    }
  }
  return clusters;
}
