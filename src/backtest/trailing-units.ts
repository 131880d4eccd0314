import type { TrailingStopSettings } from '../../policies/trading/trailing-stop.ts';
import type { Decimal } from '../domain/decimal.ts';

/** The stop that follows a long position, reckoned in whole units. */
export type TrailingUnits = {
  /** From this price on its sums are no longer exact. */
  readonly mostUnits: number;
  /** The best price from which on a stop follows. */
  readonly earnedFrom: (entryPrice: number, initialStopPrice: number) => number;
  /** Where the stop belongs behind a best price, rounded up to the tick. */
  readonly levelBehind: (bestPrice: number) => number;
  /** Whether it gains enough to be moved. */
  readonly isWorthMoving: (from: number, to: number) => boolean;
};

/** Settings are taken in thousandths: below 100,000 dollars a share no sum leaves 2^52. */
const THOUSANDTHS = 1_000;
const MOST_UNITS = 1_000_000_000;
const WHOLE = 100 * THOUSANDTHS;
const CENT = 100;
const DOLLAR = 10_000;
const ALL_BPS = 10_000;

/**
 * The rule of the trailing stop in whole numbers, so that a stop that follows for months need not
 * ask the engine for each cent: the engine is asked for its last move only, and has to agree.
 *
 * @returns null where it depends on more than the best price, or on finer settings than thousandths
 */
export function trailingUnits(settings: TrailingStopSettings): TrailingUnits | null {
  const { triggerBy, minimumStepBps } = settings;
  const trail = thousandths(settings.trailPercent);
  const trigger = thousandths(triggerBy === 'r' ? settings.triggerR : settings.triggerPercent);
  if (settings.trailBy === 'atr' || trail === null || trigger === null) return null;
  return {
    mostUnits: MOST_UNITS,
    earnedFrom: (entryPrice, initialStopPrice) =>
      triggerBy === 'r'
        ? entryPrice + Math.ceil(((entryPrice - initialStopPrice) * trigger) / THOUSANDTHS)
        : entryPrice + Math.ceil((entryPrice * trigger) / WHOLE),
    levelBehind: (bestPrice) => {
      const raw = bestPrice * (WHOLE - trail);
      const tick = raw >= DOLLAR * WHOLE ? CENT : 1;
      return Math.ceil(raw / (WHOLE * tick)) * tick;
    },
    isWorthMoving: (from, to) => to > from && to * ALL_BPS >= from * (ALL_BPS + minimumStepBps),
  };
}

function thousandths(setting: Decimal): number | null {
  const count = setting.times(String(THOUSANDTHS));
  return count.eq(count.round(0, 0)) ? Number(count.toFixed()) : null;
}
