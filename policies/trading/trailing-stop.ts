// Once a winner has earned it, the stop follows its best price, and never turns back.
import { z } from 'zod';
import {
  basisPointsOf,
  type Decimal,
  type Price,
  percentOf,
  text,
  ZERO,
} from '../../src/domain/decimal.ts';
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import {
  isThrough,
  isTighter,
  tickTighter,
  towardsGain,
  towardsLoss,
} from '../../src/domain/side.ts';
import { decimalSetting, settingsObject, wholeSetting } from '../settings.ts';
import { dollars } from '../words.ts';
import { limitFor, type StopLimitSettings } from './stop-limit.ts';

export const trailingStopSettings = settingsObject({
  /** What the best price must have gained before the stop starts to follow. */
  triggerBy: z.enum(['r', 'percent']).default('r'),
  triggerR: decimalSetting('0.1', '100').prefault('1'),
  triggerPercent: decimalSetting('0.1', '1000').prefault('8'),
  /** How far behind the best price the stop stays. */
  trailBy: z.enum(['percent', 'atr']).default('percent'),
  trailPercent: decimalSetting('0.1', '50').prefault('5'),
  trailAtrMultiple: decimalSetting('0.1', '20').prefault('3'),
  /** The stop is moved only when that gains at least this part of its price. */
  minimumStepBps: wholeSetting(0, 1_000).prefault(25),
});
export type TrailingStopSettings = z.output<typeof trailingStopSettings>;

export type TrailingLevel =
  | { readonly outcome: 'trails'; readonly stopPrice: Price; readonly because: string }
  | { readonly outcome: 'waits'; readonly because: string };

/** Raises the stop behind the best price since the entry, once the trigger was reached. */
export class TrailingStopPolicy implements TradingPolicy {
  readonly name = 'trailing-stop';
  readonly promise = 'A winner keeps most of what it has earned: its stop follows, never back.';
  readonly #trailing: TrailingStopSettings;
  readonly #stopLimit: StopLimitSettings;

  constructor(settings: {
    readonly trailingStop: TrailingStopSettings;
    readonly stopLimit: StopLimitSettings;
  }) {
    this.#trailing = settings.trailingStop;
    this.#stopLimit = settings.stopLimit;
  }

  evaluate(context: PositionContext): Evaluation {
    const { position, cover, price } = context;
    const level = trailingLevel(context, this.#trailing);
    if (level.outcome === 'waits') return this.#abstain(level.because);

    const { stopPrice } = level;
    if (!cover.nakedQuantity.eq(ZERO)) {
      return this.#abstain('part of the position has no stop; stop-loss sets it at this level');
    }
    const loosest = loosestStop(context);
    if (loosest === null) return this.#abstain('no stop rests that could follow');
    if (!this.#isWorthMoving(context, loosest, stopPrice)) {
      return this.#abstain(
        `the stop at ${dollars(loosest)} is less than ${this.#trailing.minimumStepBps} bps from ` +
          `${dollars(stopPrice)}, or tighter`,
      );
    }
    if (isThrough(position.side, stopPrice, price)) {
      return this.#abstain(
        `the market at ${dollars(price)} is already through ${dollars(stopPrice)}; the stop ` +
          `that rests at ${dollars(loosest)} holds`,
      );
    }
    const limit = limitFor(context, stopPrice, this.#stopLimit);
    return {
      outcome: 'recommends',
      recommendation: {
        policy: this.name,
        symbol: position.symbol,
        action: { kind: 'protect', stopPrice, limitPrice: limit.limitPrice },
        urgency: 'normal',
        because: `${level.because}; the stop moves there from ${dollars(loosest)}, ${limit.because}`,
      },
    };
  }

  #isWorthMoving({ position }: PositionContext, from: Price, to: Price): boolean {
    const step = basisPointsOf(from, this.#trailing.minimumStepBps);
    const threshold = towardsGain(position.side, from, step);
    return isTighter(position.side, to, from) && !isTighter(position.side, threshold, to);
  }

  #abstain(because: string): Evaluation {
    return { outcome: 'abstains', policy: this.name, because };
  }
}

/**
 * Where the trailing stop belongs by now. It is measured from the best price alone, so it
 * is the same after a restart, and a falling market cannot take it back.
 */
export function trailingLevel(
  context: PositionContext,
  settings: TrailingStopSettings,
): TrailingLevel {
  const { side, highWaterPrice } = context.episode;
  const trigger = triggerPrice(context, settings);
  if (isTighter(side, trigger.price, highWaterPrice)) {
    return {
      outcome: 'waits',
      because:
        `the best price ${dollars(highWaterPrice)} has not reached ` +
        `${dollars(trigger.price)}, ${trigger.because}`,
    };
  }
  const trail = trailDistance(context, settings);
  const raw = towardsLoss(side, highWaterPrice, trail.distance);
  if (raw.lte(ZERO)) {
    return {
      outcome: 'waits',
      because: `${trail.because} behind ${dollars(highWaterPrice)} is nothing`,
    };
  }
  const stopPrice = tickTighter(side, raw);
  const rounding = stopPrice.eq(raw) ? '' : ', rounded to the tighter tick';
  return {
    outcome: 'trails',
    stopPrice,
    because:
      `${trail.because} behind the best price ${dollars(highWaterPrice)} is ` +
      `${dollars(stopPrice)}${rounding}`,
  };
}

function triggerPrice(
  { episode, riskPerShare }: PositionContext,
  { triggerBy, triggerR, triggerPercent }: TrailingStopSettings,
): { readonly price: Decimal; readonly because: string } {
  const { side, entryPrice } = episode;
  if (triggerBy === 'r' && riskPerShare !== null) {
    const gain = riskPerShare.times(triggerR);
    return { price: towardsGain(side, entryPrice, gain), because: `a gain of ${text(triggerR)}R` };
  }
  const gain = percentOf(entryPrice, triggerPercent);
  const instead = triggerBy === 'r' ? ' (instead of R, which needs an initial stop)' : '';
  return {
    price: towardsGain(side, entryPrice, gain),
    because: `a gain of ${text(triggerPercent)} %${instead}`,
  };
}

function trailDistance(
  { episode, market }: PositionContext,
  { trailBy, trailPercent, trailAtrMultiple }: TrailingStopSettings,
): { readonly distance: Decimal; readonly because: string } {
  if (trailBy === 'atr' && market.averageTrueRange !== null) {
    return {
      distance: market.averageTrueRange.times(trailAtrMultiple),
      because: `${text(trailAtrMultiple)} average true ranges`,
    };
  }
  const instead = trailBy === 'atr' ? ' (instead of the average true range, unknown yet)' : '';
  return {
    distance: percentOf(episode.highWaterPrice, trailPercent),
    because: `${text(trailPercent)} %${instead}`,
  };
}

function loosestStop({ position, cover }: PositionContext): Price | null {
  return cover.stops.reduce<Price | null>((loosest, { stopPrice }) => {
    if (stopPrice === null) return loosest;
    return loosest === null || isTighter(position.side, loosest, stopPrice) ? stopPrice : loosest;
  }, null);
}
