import { toNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { Bar } from '../../../src/paper-exchange/core/basics/types.ts';

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How fat the tails are: 0 for the normal distribution. */
function excessKurtosis(values: readonly number[]): number {
  const center = mean(values);
  const variance = mean(values.map((value) => (value - center) ** 2));
  return mean(values.map((value) => (value - center) ** 4)) / variance ** 2 - 3;
}

export function correlation(left: readonly number[], right: readonly number[]): number {
  const [leftMean, rightMean] = [mean(left), mean(right)];
  let [both, ofLeft, ofRight] = [0, 0, 0];
  for (const [place, value] of left.entries()) {
    const [x, y] = [value - leftMean, (right[place] ?? rightMean) - rightMean];
    both += x * y;
    ofLeft += x * x;
    ofRight += y * y;
  }
  return both / Math.sqrt(ofLeft * ofRight);
}

const autocorrelation = (values: readonly number[], lag: number): number =>
  correlation(values.slice(lag), values.slice(0, -lag));

/** From each price to the next, in log prices. */
export const returnsOf = (prices: readonly number[]): number[] =>
  prices.slice(1).map((price, place) => Math.log(price / (prices[place] ?? price)));

export const closesOf = (bars: readonly Bar[]): number[] =>
  bars.map(({ close }) => toNumber(close));

/** In percent of a year of 252 days. */
export const annualVolatility = (dailyReturns: readonly number[]): number =>
  100 * Math.sqrt(252 * mean(dailyReturns.map((value) => value ** 2)));

/** What of the variance from close to close happens before the open. */
export function overnightShare(daily: readonly Bar[]): number {
  let [night, day] = [0, 0];
  for (const [place, { open, close }] of daily.entries()) {
    const before = daily[place - 1];
    if (before === undefined) continue;
    night += Math.log(toNumber(open) / toNumber(before.close)) ** 2;
    day += Math.log(toNumber(close) / toNumber(open)) ** 2;
  }
  return night / (night + day);
}

/** The facts of one row of returns, daily or by the minute. */
export function factsOf(returns: readonly number[]) {
  const sizes = returns.map(Math.abs);
  return {
    count: returns.length,
    kurtosis: excessKurtosis(returns),
    memory: autocorrelation(returns, 1),
    clusters1: autocorrelation(sizes, 1),
    clusters10: autocorrelation(sizes, 10),
    clusters50: autocorrelation(sizes, 50),
  };
}
