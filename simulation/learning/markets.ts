import type { PriceBars } from '../../src/backtest/price-bars.ts';
import { ticker } from '../../src/domain/ids.ts';
import { Draws } from '../draws.ts';

/** Markets in which another setting is the best one, and one in which none is. */
export const FAMILIES = ['trending', 'mean-reverting', 'gapping', 'nothing-to-learn'] as const;
export type Family = (typeof FAMILIES)[number];

const DAY_MS = 86_400_000;
/** 9:30 in New York on Wednesday, 2026-01-07; every bar is a day later. */
const FIRST_OPEN = Date.UTC(2026, 0, 7, 14, 30);
/** Prices that are paid in one day. */
const STEPS = 8;
const CENT = 100;
const CENTS_AT_FIRST = 10_000;

/** What the logarithm of the price does overnight, and in one of the day's steps. */
type Market = { night(): number; step(): number };

/**
 * Daily bars that a seed repeats.
 *
 * @param days how many, after `fromDay` others
 */
export function seededBars(
  family: Family,
  seed: string,
  { fromDay, days }: { readonly fromDay: number; readonly days: number },
): PriceBars {
  const draws = new Draws(`${family} ${seed}`);
  const market = MARKETS[family](draws);
  const rows = Array.from({ length: days }, () => ({ open: 0, high: 0, low: 0, close: 0 }));
  let at = 0;
  for (const row of rows) {
    at += market.night();
    row.open = unitsAt(at);
    [row.high, row.low] = [row.open, row.open];
    for (let step = 0; step < STEPS; step += 1) {
      at += market.step();
      const units = unitsAt(at);
      row.high = Math.max(row.high, units);
      row.low = Math.min(row.low, units);
      row.close = units;
    }
  }
  const openAt = Float64Array.from(rows, (_, day) => FIRST_OPEN + (fromDay + day) * DAY_MS);
  const column = (name: 'open' | 'high' | 'low' | 'close') =>
    Float64Array.from(rows, (row) => row[name]);
  return {
    ...{ symbol: ticker('SEED'), openAt, dayOf: Int32Array.from(rows, (_, day) => day) },
    ...{ open: column('open'), high: column('high'), low: column('low'), close: column('close') },
    days: Array.from(openAt, (each) => new Date(each).toISOString().slice(0, 10)),
    secondsOf: Float64Array.from(rows, () => 23_400),
  };
}

/** On a cent, and never worthless: years of falling stay a price. */
const unitsAt = (at: number): number =>
  Math.max(100, Math.round(CENTS_AT_FIRST * Math.exp(at))) * CENT;

const perStep = (perDay: number): number => perDay / Math.sqrt(STEPS);

const MARKETS: Readonly<Record<Family, (draws: Draws) => Market>> = {
  /** Goes on as it went: what has lost a little loses more, what gains is let run. */
  trending: (draws) => {
    let drift = draws.chance(0.5) ? 0.012 : -0.012;
    return {
      night: () => {
        if (draws.chance(1 / 40)) drift = -drift;
        return 0;
      },
      step: () => drift / STEPS + perStep(0.011) * normal(draws),
    };
  },
  /** Comes back to where it was: few gains get far, and few losses are lost for good. */
  'mean-reverting': (draws) => {
    let away = 0;
    return {
      night: () => 0,
      step: () => {
        const moved = -(0.25 / STEPS) * away + perStep(0.028) * normal(draws);
        away += moved;
        return moved;
      },
    };
  },
  /**
   * Swings a little around a slow rise. Now and then it sinks for some days, since somebody
   * knows, and then opens far lower: a stop further away is filled beneath the gap.
   */
  gapping: (draws) => {
    let away = 0;
    let sinkingDays = 0;
    return {
      night: () => {
        if (sinkingDays === 0) {
          if (draws.chance(1 / 45)) sinkingDays = 6;
          return 0.0035;
        }
        sinkingDays -= 1;
        if (sinkingDays > 0) return -0.013;
        return -0.12 - 0.1 * draws.fraction();
      },
      step: () => {
        const moved = -(0.5 / STEPS) * away + perStep(0.024) * normal(draws);
        away += moved;
        return moved;
      },
    };
  },
  /** A walk without a drift: where it is stopped does not matter on average. */
  'nothing-to-learn': (draws) => {
    const deviation = perStep(0.02);
    return { night: () => 0, step: () => deviation * normal(draws) - deviation ** 2 / 2 };
  },
};

/** Box and Muller's; the first draw is never 0. */
const normal = (draws: Draws): number =>
  Math.sqrt(-2 * Math.log(1 - draws.fraction())) * Math.cos(2 * Math.PI * draws.fraction());
