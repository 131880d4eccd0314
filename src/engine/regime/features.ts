import type { RegimeFeatures } from '../../domain/regime.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Closes } from '../risk/returns.ts';

const TREND_DAYS = 60;
const VOLATILITY_DAYS = 20;
const YEAR_DAYS = 252;
const MEAN_DAYS = 50;
/** Fewer windows than this rank nothing. */
const LEAST_WINDOWS = 100;

/**
 * The features of the market as of the newest close.
 *
 * @returns null where the benchmark has too few closes: about half a year of them is needed
 */
export function regimeFeatures(
  benchmark: Closes,
  held: readonly Closes[],
): { readonly day: EpochMs; readonly features: RegimeFeatures } | null {
  const days = [...benchmark.keys()].sort((one, other) => one - other);
  const day = days.at(-1);
  const closes = inOrder(benchmark);
  const volatilities = rollingDeviations(logReturns(closes), VOLATILITY_DAYS).slice(-YEAR_DAYS);
  if (day === undefined || closes.length <= TREND_DAYS || volatilities.length < LEAST_WINDOWS) {
    return null;
  }
  const features = {
    trendStrength: efficiencyRatio(closes.slice(-TREND_DAYS - 1)),
    volatilityPercentile: percentileOfLast(volatilities),
    drawdownPercent: drawdownPercent(closes.slice(-YEAR_DAYS)),
    breadthPercent: breadthPercent(held),
  };
  return { day, features };
}

const inOrder = (closes: Closes): readonly number[] =>
  [...closes].sort(([one], [other]) => one - other).map(([, close]) => close);

/**
 * The net move over the sum of all moves, with its sign: 1 for a straight way up, 0 where it came
 * to nothing. Kaufman, "Smarter Trading" (1995), chapter 7.
 */
export function efficiencyRatio(closes: readonly number[]): number {
  const moves = closes.slice(1).map((close, index) => close - (closes[index] ?? close));
  const way = moves.reduce((sum, move) => sum + Math.abs(move), 0);
  return way === 0 ? 0 : moves.reduce((sum, move) => sum + move, 0) / way;
}

const logReturns = (closes: readonly number[]): readonly number[] =>
  closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? close)));

/** Sample standard deviations of each run of `length` values. */
function rollingDeviations(values: readonly number[], length: number): readonly number[] {
  const deviations: number[] = [];
  for (let end = length; end <= values.length; end += 1) {
    deviations.push(deviationOf(values.slice(end - length, end)));
  }
  return deviations;
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** How many of the values before are below the last one, equal ones counted half, in percent. */
export function percentileOfLast(values: readonly number[]): number {
  const last = values.at(-1) ?? 0;
  const before = values.slice(0, -1);
  if (before.length === 0) return 50;
  const below = before.filter((value) => value < last).length;
  const equal = before.filter((value) => value === last).length;
  return (100 * (below + equal / 2)) / before.length;
}

/** How far the last close is below the highest one, in percent. */
export function drawdownPercent(closes: readonly number[]): number {
  const [peak, last] = [Math.max(...closes), closes.at(-1) ?? 0];
  return peak <= 0 ? 0 : 100 * (1 - last / peak);
}

function breadthPercent(held: readonly Closes[]): number | null {
  const enough = held.map(inOrder).filter((closes) => closes.length >= MEAN_DAYS);
  if (enough.length === 0) return null;
  const above = enough.filter((closes) => {
    const latest = closes.slice(-MEAN_DAYS);
    const mean = latest.reduce((sum, close) => sum + close, 0) / MEAN_DAYS;
    return (latest.at(-1) ?? 0) > mean;
  });
  return (100 * above.length) / enough.length;
}
