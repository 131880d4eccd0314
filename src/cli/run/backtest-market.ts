import { type MarketDay, marketDays } from '../../backtest/market-days.ts';
import { playable, priceBars } from '../../demo/backtest/bar-loader.ts';
import type { Rules } from '../../settings-file.ts';
import { readBarFiles } from '../shared/bar-files.ts';
import { UsageError } from '../shared/failure.ts';

type Files = {
  readonly bars: readonly string[];
  readonly benchmark?: string;
  readonly to?: string;
};

/**
 * The regime of each day, and the bundle of settings that it lets hold. The benchmark is the file
 * that was named, else what is played under its symbol; its days before the first that is played
 * are looked at as well.
 *
 * @returns null where no benchmark is at hand, which is wrong only where the settings need one
 */
export function marketOf(
  { bars, benchmark, to }: Files,
  { policies, strategies }: Pick<Rules, 'policies' | 'strategies'>,
): readonly MarketDay[] | null {
  const load = (paths: readonly string[]) =>
    playable(readBarFiles(paths), { from: null, to: to ?? null }).map(({ series }) =>
      priceBars(series),
    );
  const played = load(bars);
  const name = policies.risk.benchmark;
  const [found] =
    benchmark === undefined ? played.filter(({ symbol }) => symbol === name) : load([benchmark]);
  if (found !== undefined) return marketDays(found, played, strategies);
  if (!strategies.enabled) return null;
  throw new UsageError(
    `strategies are enabled, and ${name}, by which the market is told, is not among the bars; ` +
      `name its file with --benchmark ${name}.csv.`,
  );
}
