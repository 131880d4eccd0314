import type { StrategySettings } from '../../policies/strategies.ts';
import type { Regime, RegimeLook } from '../domain/regime.ts';
import type { EpochMs } from '../domain/time.ts';
import { regimeOf } from '../engine/regime/classify.ts';
import { regimeFeatures } from '../engine/regime/features.ts';
import { chooseStrategy } from '../engine/regime/strategy-choice.ts';
import type { Closes } from '../engine/risk/returns.ts';
import { RETURN_DAYS } from '../engine/risk/risk-model.ts';
import { dollars, firstBarOf, type PriceBars } from './price-bars.ts';

/** Closes that the market is told by, as many as production has. */
const MOST_CLOSES = RETURN_DAYS + 1;
/** More looks than a strategy can ask for in a row, as production keeps them. */
const MOST_LOOKS = 60;
const TOO_FEW = 'there are too few daily closes of the benchmark to tell';

/** What was known of the market at the open of a day: nothing of the day itself. */
export type MarketDay = {
  readonly day: string;
  readonly openAt: EpochMs;
  readonly regime: Regime;
  /** The bundle of settings that holds; null for the settings without any. */
  readonly strategy: string | null;
  readonly because: string;
};

/**
 * Each day of the benchmark with its regime and with the bundle that the adaptive selector lets
 * hold, by the functions that production asks, from the closes before that day.
 *
 * @param held names by which breadth is told; here all that are played, whether held or not
 * @returns oldest first; the benchmark's first day knows nothing and is not among them
 */
export function marketDays(
  benchmark: PriceBars,
  held: readonly PriceBars[],
  strategies: StrategySettings,
): readonly MarketDay[] {
  const market = dailyCloses(benchmark);
  const names = held.map(dailyCloses);
  const found: MarketDay[] = [];
  let looks: readonly RegimeLook[] = [];
  let switchedAt: readonly EpochMs[] = [];
  let { active } = strategies;
  for (const [index, day] of benchmark.days.entries()) {
    if (index === 0) continue;
    const openAt = benchmark.openAt[firstBarOf(benchmark, index)] ?? 0;
    const closes = names.map((each) => closesBefore(each, day));
    const look = lookAt(closesBefore(market, day), closes, looks.at(-1));
    looks = [...looks, look].slice(-MOST_LOOKS);
    const choice = chooseStrategy(strategies, { active, looks, switchedAt }, openAt);
    if (choice.outcome === 'switch') {
      active = choice.to;
      switchedAt = [...switchedAt, openAt];
    }
    found.push({
      ...{ day, openAt, regime: look.regime, strategy: active, because: choice.because },
    });
  }
  return found;
}

/** The newest of them that is not after the day; null before the first. */
export const marketOn = (market: readonly MarketDay[], day: string): MarketDay | null =>
  lastUpTo(market, (each) => each.day <= day);

/** The same by an instant. */
export const marketAt = (market: readonly MarketDay[], at: EpochMs): MarketDay | null =>
  lastUpTo(market, ({ openAt }) => openAt <= at);

/** Binary search: days are in order. */
function lastUpTo(
  market: readonly MarketDay[],
  isBefore: (each: MarketDay) => boolean,
): MarketDay | null {
  let [low, high] = [0, market.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = market[middle];
    if (each !== undefined && isBefore(each)) low = middle + 1;
    else high = middle;
  }
  return market[low - 1] ?? null;
}

function lookAt(
  benchmark: Closes,
  held: readonly Closes[],
  before: RegimeLook | undefined,
): RegimeLook {
  const found = regimeFeatures(benchmark, held);
  if (found === null) {
    const day = [...benchmark.keys()].at(-1) ?? 0;
    return { day, regime: 'unknown', features: null, because: TOO_FEW };
  }
  return { ...found, ...regimeOf(found.features, before?.regime ?? 'unknown') };
}

type DailyCloses = {
  readonly days: readonly string[];
  readonly closes: readonly (readonly [EpochMs, number])[];
};

const dailyCloses = (bars: PriceBars): DailyCloses => ({
  days: bars.days,
  closes: bars.days.map((day, index) => [
    Date.parse(day),
    dollars(bars.close[firstBarOf(bars, index + 1) - 1] ?? 0),
  ]),
});

function closesBefore({ days, closes }: DailyCloses, day: string): Closes {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] ?? '') < day) low = middle + 1;
    else high = middle;
  }
  return new Map(closes.slice(Math.max(0, low - MOST_CLOSES), low));
}
