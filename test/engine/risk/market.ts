import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { knownSplits } from '../../../src/cli/exchange/known-splits.ts';
import { notional } from '../../../src/domain/decimal.ts';
import type { Holding } from '../../../src/domain/exposure.ts';
import { type Ticker, ticker } from '../../../src/domain/ids.ts';
import type { Closes } from '../../../src/engine/risk/returns.ts';
import { toNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { parseBarFile } from '../../../src/paper-exchange/market/bar-file.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2025, 0, 2, 5);

/** Real bars lie beside the project, not in it. */
const folder = fileURLToPath(new URL('../../../../shared/bars/daily/', import.meta.url));
export const hasRealBars = existsSync(folder);
export const REAL_NAMES = ['SPY', 'AAPL', 'IBM', 'USO', 'IWM', 'EEM', 'GOOG', 'QQQ'];

/** Split-adjusted closes of `most` days up to `until` (`2021-04-01` is after the last). */
export function realCloses(symbol: string, until: string, most: number): Closes {
  const file = `${folder}${symbol}.csv`;
  const { bars } = parseBarFile({ file, symbol, text: readFileSync(file, 'utf8') });
  const splits = knownSplits.filter((one) => one.symbol === symbol);
  const end = Date.parse(until);
  return new Map(
    bars
      .filter(({ at }) => at < end)
      .slice(-most)
      .map(({ at, close }) => {
        const later = splits.filter(({ date }) => at < Date.parse(date) && Date.parse(date) < end);
        const factor = later.reduce((all, one) => (all * one.newShares) / one.oldShares, 1);
        return [at, toNumber(close) / factor];
      }),
  );
}

/** Closes that come of these returns, from 100 on. */
export function closesFrom(returns: readonly number[]): Closes {
  let close = 100;
  const closes = new Map([[FIRST_DAY, close]]);
  for (const [index, change] of returns.entries()) {
    close *= 1 + change;
    closes.set(FIRST_DAY + (index + 1) * DAY_MS, close);
  }
  return closes;
}

export const byName = (rows: Readonly<Record<string, Closes>>): ReadonlyMap<Ticker, Closes> =>
  new Map(Object.entries(rows).map(([symbol, closes]) => [ticker(symbol), closes]));

/** A long holding for dollars above zero, a short one below. */
export const holdingOf = (symbol: string, dollars: number): Holding => ({
  ...{ symbol: ticker(symbol), assetClass: 'us_equity' },
  side: dollars < 0 ? 'short' : 'long',
  value: notional(String(Math.abs(dollars))),
});

/** Normal-looking numbers out of a seed (Box and Muller over a linear congruence). */
export function seededNoise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return (state + 1) / 4_294_967_297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
