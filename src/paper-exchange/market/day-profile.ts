/**
 * How a regular session runs, as shares of it: 0 is the open and 1 the close. The figures are
 * near those of hourly bars of AAPL and SPY from 2015 to 2021.
 */

/** Of a day's variance, from one close to the next, what falls outside the regular session. */
export const overnightVariance = 0.28;
/** Of a day's variance, what falls into the extended hours. */
export const extendedVariance = 0.06;

/** Of a day's variance, what falls between 20:00 and 04:00 where that is quoted: a guess. */
export const nightVariance = 0.06;

/** Of a day's volume. */
export const openingAuctionVolume = 0.015;
export const closingAuctionVolume = 0.08;
export const extendedVolume = 0.015;
const continuousVolume = 1 - openingAuctionVolume - closingAuctionVolume - extendedVolume;

const volatilityShape = (share: number): number =>
  0.85 + 1.3 * Math.exp(-share / 0.08) + 0.5 * Math.exp(-(1 - share) / 0.08);
const volumeShape = (share: number): number =>
  0.62 + 1.4 * Math.exp(-share / 0.13) + 1.4 * Math.exp(-(1 - share) / 0.07);

const meanSquareVolatility = mean((share) => volatilityShape(share) ** 2);
const meanVolume = mean(volumeShape);

/** What a move at this point is to be multiplied with; the mean of its square is 1. */
export const volatilityAt = (share: number): number =>
  volatilityShape(share) / Math.sqrt(meanSquareVolatility);

/** How much is traded at this point against a whole day spread evenly, auctions left out. */
export const volumeAt = (share: number): number =>
  (continuousVolume * volumeShape(share)) / meanVolume;

/** How much wider spreads are than around noon: at the edges nobody knows the price. */
export const spreadAt = (sinceOpenMs: number, untilCloseMs: number): number =>
  1 + 3 * Math.exp(-sinceOpenMs / 240_000) + 0.8 * Math.exp(-untilCloseMs / 180_000);

/** The same in the extended hours, where few quote. */
export const extendedSpread = 8;

function mean(of: (share: number) => number): number {
  const points = 1_000;
  let sum = 0;
  for (let point = 0; point < points; point += 1) sum += of((point + 0.5) / points);
  return sum / points;
}
