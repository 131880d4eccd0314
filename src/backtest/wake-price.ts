import type { PolicySettings } from '../../policies/registry.ts';
import type { LearnedFigures } from '../domain/advice.ts';
import type { TrailingUnits } from './trailing-units.ts';

const CENT = 100;
const NOTHING_LEARNED: LearnedFigures = { tightenPercent: 0, partialPercent: 100 };

type Held = {
  readonly entryPrice: number;
  readonly initialStopPrice: number | null;
  readonly stopPrice: number;
};

type Guarding = {
  readonly settings: PolicySettings;
  readonly trails: boolean;
  readonly banks: boolean;
  readonly trailing: TrailingUnits | null;
  readonly learned: LearnedFigures | null;
};

/** Best prices, in units, that are needed before anything can change; 0 where every price may. */
export type Wakes = {
  /** Before the engine has to be asked. */
  readonly asksFrom: number;
  /** Before the stop may follow, which may be reckoned in units. */
  readonly movesFrom: number;
};

const ALWAYS: Wakes = { asksFrom: 0, movesFrom: 0 };

/**
 * Best prices that are needed before any policy could want something new, so that years of bars
 * in which nothing happens need not be asked about. They may lie too low, which costs a question
 * in vain; they never lie too high: the policies themselves decide, this only saves asking them.
 *
 * @param isBanked true once the partial profit waits at the broker or was taken
 */
export function wakesOf(held: Held, guard: Guarding, isBanked: boolean): Wakes {
  const { settings, trails, banks, trailing } = guard;
  const { entryPrice, initialStopPrice, stopPrice } = held;
  const { trailingStop, partialProfit } = settings;
  if (stopPrice === 0 || initialStopPrice === null) return ALWAYS;
  const risk = entryPrice - initialStopPrice;
  const { tightenPercent, partialPercent } = guard.learned ?? NOTHING_LEARNED;
  if (stopPrice < entryPrice - (risk * (100 - tightenPercent)) / 100) return ALWAYS;
  const earlier = (Number(partialProfit.targetR.toFixed()) * partialPercent) / 100;
  const profit = entryPrice + risk * earlier - 1;
  const asksFrom = isBanked || !banks ? Number.POSITIVE_INFINITY : profit;
  if (!trails) return { asksFrom, movesFrom: asksFrom };
  // The average true range moves by itself.
  if (trailingStop.trailBy === 'atr') return ALWAYS;
  const movesFrom = Math.min(asksFrom, trailingWake(held, risk, trailingStop));
  return trailing === null || guard.learned !== null
    ? { asksFrom: movesFrom, movesFrom }
    : { asksFrom: Math.min(asksFrom, trailing.mostUnits), movesFrom };
}

function trailingWake(
  { entryPrice, stopPrice }: Held,
  risk: number,
  settings: PolicySettings['trailingStop'],
): number {
  const byR = settings.triggerBy === 'r' && risk > 0;
  const gain = byR
    ? risk * Number(settings.triggerR.toFixed())
    : (entryPrice * Number(settings.triggerPercent.toFixed())) / 100;
  const trigger = entryPrice + gain - 1;
  // The stop is rounded up to a cent, and moves when that gains the smallest step.
  const wanted = stopPrice * (1 + settings.minimumStepBps / 10_000) - CENT;
  const needed = wanted / (1 - Number(settings.trailPercent.toFixed()) / 100) - 1;
  return Math.max(trigger, needed);
}
