// When a position has earned twice what it risked, half of it is sold: once, and never again.
import type { z } from 'zod';
import {
  isWhole,
  NO_SHARES,
  type Quantity,
  shareFraction,
  text,
  wholeShares,
} from '../../src/domain/decimal.ts';
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents, dollars, shares } from '../words.ts';
import { isTradable } from './tradable.ts';

export const partialProfitSettings = settingsObject({
  /** The gain at which to sell, in units of the initial risk. */
  targetR: decimalSetting('0.1', '100').prefault('2'),
  /** The part of the shares to sell. */
  fraction: decimalSetting('0.01', '0.99').prefault('0.5'),
});
export type PartialProfitSettings = z.output<typeof partialProfitSettings>;

/** Banks part of a winner once an episode, at a multiple of its initial risk. */
export class PartialProfitPolicy implements TradingPolicy {
  readonly name = 'partial-profit';
  readonly promise = 'I take part of a profit once it is worth a multiple of what I risked.';
  readonly #settings: PartialProfitSettings;
  readonly #milestone: string;

  constructor(settings: { readonly partialProfit: PartialProfitSettings }) {
    this.#settings = settings.partialProfit;
    this.#milestone = `partial@${text(this.#settings.targetR)}R`;
  }

  evaluate(context: PositionContext): Evaluation {
    const { position, episode, riskPerShare, gainPerShare, price } = context;
    const { targetR, fraction } = this.#settings;
    if (isTaken(context, this.#milestone)) {
      return this.#abstain(`${this.#milestone} is taken in ${episode.id}`);
    }
    if (!isTradable(context)) return this.#abstain('the market is closed or halted');
    if (riskPerShare === null) return this.#abstain('without an initial stop there is no R');

    // Multiplied rather than divided, so that rounding never decides a trade.
    const target = riskPerShare.times(targetR);
    const earned = `a gain of ${dollars(gainPerShare)} a share at ${dollars(price)}`;
    const needed = `${text(targetR)}R, which is ${dollars(target)}`;
    if (gainPerShare.lt(target)) return this.#abstain(`${earned} is less than ${needed}`);

    const quantity = this.#part(position.quantity);
    if (quantity.eq(NO_SHARES)) {
      return this.#abstain(
        `${text(fraction)} of ${shares(position.quantity)} is less than one share`,
      );
    }
    const banked = cents(gainPerShare.times(quantity));
    return {
      outcome: 'recommends',
      recommendation: {
        policy: this.name,
        symbol: position.symbol,
        action: { kind: 'reduce', quantity, milestone: this.#milestone },
        urgency: 'high',
        because: `${earned} reached ${needed}; ${shares(quantity)} bank about ${banked} USD`,
      },
    };
  }

  /** Rounded down: one share too many sold is one too few to hold. */
  #part(held: Quantity): Quantity {
    const part = shareFraction(held, this.#settings.fraction);
    return isWhole(held) ? wholeShares(part) : part;
  }

  #abstain(because: string): Evaluation {
    return { outcome: 'abstains', policy: this.name, because };
  }
}

/** A milestone is taken once an order for it may have reached the broker. */
function isTaken({ episode, intents }: PositionContext, milestone: string): boolean {
  return (
    episode.milestones.includes(milestone) ||
    intents.some(
      ({ key, state }) => state !== 'dead' && key.endsWith(`|${episode.id}|${milestone}`),
    )
  );
}
