import type { PolicySettings } from '../../policies/registry.ts';
import type { LearnedFigures } from '../domain/advice.ts';

const CENT = 100;
const NOTHING_LEARNED: LearnedFigures = { tightenPercent: 0, partialPercent: 100 };

type Held = {
  readonly entryPrice: number;
  readonly initialStopPrice: number | null;
  readonly stopPrice: number;
};

/**
 * A best price that is needed before any policy could want something new, so that years of bars
 * in which nothing happens need not be asked about. It may lie too low, which costs a question
 * in vain; it never lies too high: the policies themselves decide, this only saves asking them.
 *
 * @param isBanked true once the partial profit waits at the broker or was taken
 * @returns units; 0 where every price may matter
 */
export function wakePrice(
  held: Held,
  guard: {
    readonly settings: PolicySettings;
    readonly trails: boolean;
    readonly banks: boolean;
    readonly learned: LearnedFigures | null;
  },
  isBanked: boolean,
): number {
  const { settings, trails, banks } = guard;
  const { entryPrice, initialStopPrice, stopPrice } = held;
  const { trailingStop, partialProfit } = settings;
  if (stopPrice === 0 || initialStopPrice === null) return 0;
  const risk = entryPrice - initialStopPrice;
  const { tightenPercent, partialPercent } = guard.learned ?? NOTHING_LEARNED;
  if (stopPrice < entryPrice - (risk * (100 - tightenPercent)) / 100) return 0;
  const earlier = (Number(partialProfit.targetR.toFixed()) * partialPercent) / 100;
  const profit = entryPrice + risk * earlier - 1;
  const next = isBanked || !banks ? Number.POSITIVE_INFINITY : profit;
  if (!trails) return next;
  // The average true range moves by itself.
  if (trailingStop.trailBy === 'atr') return 0;
  return Math.min(next, trailingWake(held, risk, trailingStop));
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
