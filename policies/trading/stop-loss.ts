// Every share has a resting stop at the broker; one without is the most urgent thing there is.
import { z } from 'zod';
import { type Decimal, type Price, percentOf, text, ZERO } from '../../src/domain/decimal.ts';
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import {
  exitSide,
  isThrough,
  isTighter,
  tickTighter,
  tightest,
  towardsLoss,
} from '../../src/domain/side.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { dollars, shares } from '../words.ts';
import { limitFor, type StopLimitSettings } from './stop-limit.ts';
import { type TrailingStopSettings, trailingLevel } from './trailing-stop.ts';

export const stopLossSettings = settingsObject({
  /** How the first stop is found. `entry_plan` expects the entry to bring one along. */
  method: z.enum(['percent', 'atr', 'entry_plan']).default('percent'),
  /** Percent of the entry price; also the way out where the method has nothing to go by. */
  percent: decimalSetting('0.1', '50').prefault('8'),
  atrMultiple: decimalSetting('0.1', '20').prefault('2'),
  /**
   * What becomes of a position that never had a stop and has already lost more than the
   * first stop would allow: its first stop is measured from the market, or it is sold. By
   * default nothing is sold that was held like this before BigBrother came.
   */
  alreadyPast: z.enum(['measure_from_market', 'exit']).default('measure_from_market'),
});
type StopLossSettings = z.output<typeof stopLossSettings>;

/** Everything that decides where a position's stop belongs. */
export type StopSettings = {
  readonly stopLoss: StopLossSettings;
  readonly trailingStop: TrailingStopSettings;
  readonly stopLimit: StopLimitSettings;
};

/** Asks for a stop-limit wherever the cover is missing or does not reach. */
export class StopLossPolicy implements TradingPolicy {
  readonly name = 'stop-loss';
  readonly promise = 'Every share I hold has a stop resting at the broker.';
  readonly #settings: StopSettings;

  constructor(settings: StopSettings) {
    this.#settings = settings;
  }

  evaluate(context: PositionContext): Evaluation {
    const { position, cover, price } = context;
    if (cover.nakedQuantity.eq(ZERO)) {
      return this.#abstain(`stops rest for all ${shares(position.quantity)}`);
    }
    const { stopPrice, because } = stopOwed(context, this.#settings);
    if (isThrough(position.side, stopPrice, price)) {
      return this.#abstain(
        `the market at ${dollars(price)} is already through the stop at ${dollars(stopPrice)} ` +
          `(${because}): no stop can be placed there, gap-rescue decides`,
      );
    }
    const limit = limitFor(context, stopPrice, this.#settings.stopLimit);
    return {
      outcome: 'recommends',
      recommendation: {
        policy: this.name,
        symbol: position.symbol,
        action: { kind: 'protect', stopPrice, limitPrice: limit.limitPrice },
        urgency: 'critical',
        because:
          `${text(cover.nakedQuantity)} of ${shares(position.quantity)} have no resting stop; ` +
          `stop at ${dollars(stopPrice)} (${because}), ${limit.because}`,
      },
    };
  }

  #abstain(because: string): Evaluation {
    return { outcome: 'abstains', policy: this.name, because };
  }
}

type Owed = { readonly stopPrice: Price; readonly because: string };

/**
 * The stop that a position is owed: the tightest price known of it, and only where none
 * is known a first one. A stop that was lost is never set again at a looser price.
 */
export function stopOwed(context: PositionContext, settings: StopSettings): Owed {
  const { side } = context.position;
  const known = knownStop(context) ?? firstStop(context, settings.stopLoss);
  const trailing = trailingLevel(context, settings.trailingStop);
  return trailing.outcome === 'trails' && isTighter(side, trailing.stopPrice, known.stopPrice)
    ? trailing
    : known;
}

function knownStop(context: PositionContext): Owed | null {
  const { position, episode } = context;
  const standing = tightest(position.side, stopsStanding(context));
  const initial = episode.initialStopPrice;
  if (standing !== null && (initial === null || isTighter(position.side, standing, initial))) {
    return onTick(context, standing, 'the tightest stop that stands');
  }
  return initial === null ? null : onTick(context, initial, 'the stop it was entered with');
}

/** Stops on their way in or out count too; not those of an entry that still works, or of before a split. */
function stopsStanding({ position, orders }: PositionContext): readonly Price[] {
  const closing = exitSide(position.side);
  const entries = new Set(orders.filter(({ side }) => side !== closing).map(({ id }) => id));
  return orders.flatMap(({ side, stopPrice, parentId, isBeforeSplit }) =>
    side === closing &&
    stopPrice !== null &&
    isBeforeSplit !== true &&
    !(parentId !== null && entries.has(parentId))
      ? [stopPrice]
      : [],
  );
}

function firstStop(context: PositionContext, settings: StopLossSettings): Owed {
  const { position, episode, price } = context;
  if (episode.entryPrice.lte(ZERO)) {
    // Shares from a transfer or a spin-off may have cost nothing.
    return firstStopFrom(context, price, 'the market, since the entry has no price', settings);
  }
  const byMethod = firstStopFrom(context, episode.entryPrice, 'the entry', settings);
  return settings.alreadyPast === 'measure_from_market' &&
    !wasTried(context) &&
    isThrough(position.side, byMethod.stopPrice, price)
    ? firstStopFrom(context, price, 'the market, since the entry lies further off', settings)
    : byMethod;
}

/** A stop that was sent and refused had its price: the position is under guard since. */
const wasTried = ({ intents, episode }: PositionContext): boolean =>
  intents.some(({ key }) => key.includes(`|${episode.id}|cover/`));

function firstStopFrom(
  context: PositionContext,
  from: Price,
  fromWhat: string,
  { method, percent, atrMultiple }: StopLossSettings,
): Owed {
  const { side } = context.position;
  const base = `${fromWhat} at ${dollars(from)}`;
  const range = context.market.averageTrueRange;
  if (method === 'atr' && range !== null) {
    const raw = towardsLoss(side, from, range.times(atrMultiple));
    // A wide range of a cheap share can reach below zero, where no stop can stand.
    if (raw.gt(ZERO)) {
      return onTick(context, raw, `${text(atrMultiple)} average true ranges from ${base}`);
    }
  }
  const raw = towardsLoss(side, from, percentOf(from, percent));
  return onTick(context, raw, `${text(percent)} % from ${base}${INSTEAD_OF[method]}`);
}

const INSTEAD_OF: Record<StopLossSettings['method'], string> = {
  percent: '',
  atr: ', since the average true range gives no stop',
  entry_plan: ', since it came without a stop',
};

/** Rounded to the side that loses less, and said where that changed the price. */
function onTick({ position }: PositionContext, raw: Decimal, because: string): Owed {
  const stopPrice = tickTighter(position.side, raw);
  const rounding = stopPrice.eq(raw) ? '' : ', rounded to the tighter tick';
  return { stopPrice, because: because + rounding };
}
