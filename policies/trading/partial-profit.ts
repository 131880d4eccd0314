// When a position has earned twice what it risked, half of it is sold: once, and never again.
import { z } from 'zod';
import {
  type Decimal,
  isWhole,
  larger,
  NO_SHARES,
  type Quantity,
  shareFraction,
  smaller,
  text,
  wholeShares,
  ZERO,
} from '../../src/domain/decimal.ts';
import { isOurs } from '../../src/domain/order.ts';
import type { Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { exitSide, isTighter, tickTighter, towardsGain } from '../../src/domain/side.ts';
import { decimalSetting, settingsObject } from '../settings.ts';
import { cents, dollars, shares } from '../words.ts';
import { type StopSettings, stopOwed } from './stop-loss.ts';
import { isAmidSplit, isPricedInSession, isTradable } from './tradable.ts';

export const partialProfitSettings = settingsObject({
  /** The gain at which to sell, in units of the initial risk. */
  targetR: decimalSetting('0.1', '100').prefault('2'),
  /**
   * The least gain at which what was learned may take the profit, in the same units; by default
   * nothing that was learned changes when it is taken.
   */
  earliestR: decimalSetting('0.1', '100').nullable().default(null),
  /** The part of the shares to sell. */
  fraction: decimalSetting('0.01', '0.99').prefault('0.5'),
  /**
   * Where the profit waits: as an order at the broker, beside the first stop, so that it needs
   * nobody to be awake and leaves no share without a stop; or here, until the price is there.
   * Shares that came with a stop, and fractions of one, wait here in either case.
   */
  placed: z.enum(['with_first_stop', 'when_reached']).default('with_first_stop'),
});
export type PartialProfitSettings = z.output<typeof partialProfitSettings>;

const PARTIAL = 'partial@';

/** Banks part of a winner once an episode, at a multiple of its initial risk. */
export class PartialProfitPolicy implements TradingPolicy {
  readonly name = 'partial-profit';
  readonly promise = 'I take part of a profit once it is worth a multiple of what I risked.';
  readonly #settings: PartialProfitSettings;
  readonly #stops: StopSettings;
  readonly #milestone: string;

  constructor(settings: StopSettings & { readonly partialProfit: PartialProfitSettings }) {
    this.#settings = settings.partialProfit;
    this.#stops = settings;
    this.#milestone = `${PARTIAL}${text(this.#settings.targetR)}R`;
  }

  evaluate(context: PositionContext): Evaluation {
    if (isAmidSplit(context)) return this.#abstain('a split has left what does not fit yet');
    const { position, riskPerShare, gainPerShare, price } = context;
    const { fraction } = this.#settings;
    const targetR = this.#targetR(context);
    const taken = partialTaken(context);
    if (taken !== null) {
      return this.#sooner(context, taken) ?? this.#abstain(this.#inWords(context, taken));
    }
    const birth = this.#atBirth(context);
    if (birth !== null) return birth;
    if (!isTradable(context)) return this.#abstain('the market is closed or halted');
    if (!isPricedInSession(context)) {
      return this.#abstain('no price has come since the open; a sale would wait for it unguarded');
    }
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
        // What was learned lets it come earlier, and before nobody.
        urgency: gainPerShare.lt(riskPerShare.times(this.#settings.targetR)) ? 'normal' : 'high',
        because: `${earned} reached ${needed}; ${shares(quantity)} bank about ${banked} USD`,
      },
    };
  }

  /** Shares that get their first stop get their take-profit with it; null for any others. */
  #atBirth(context: PositionContext): Evaluation | null {
    const { position, episode, price } = context;
    if (this.#settings.placed === 'when_reached' || !isUntouched(context)) {
      return null;
    }
    const quantity = this.#part(position.quantity);
    const { stopPrice } = stopOwed(context, this.#stops);
    const { side } = position;
    const risk = (context.riskPerShare ?? episode.entryPrice.minus(stopPrice)).abs();
    const behind = isTighter(side, episode.entryPrice, stopPrice) || context.riskPerShare !== null;
    const raw = towardsGain(side, episode.entryPrice, risk.times(this.#targetR(context)));
    if (!behind || raw.lte(ZERO) || quantity.eq(NO_SHARES)) return null;
    const limitPrice = tickTighter(side, raw);
    if (!isTighter(side, limitPrice, price)) return null;
    const targetR = this.#targetR(context);
    return {
      outcome: 'recommends',
      recommendation: {
        policy: this.name,
        symbol: position.symbol,
        action: { kind: 'take_profit', quantity, limitPrice, milestone: this.#milestone },
        urgency: 'normal',
        because:
          `${shares(quantity)} wait for ${text(targetR)}R at ${dollars(limitPrice)} beside their ` +
          `stop, ${dollars(risk)} being risked a share`,
      },
    };
  }

  /**
   * What was learned since the take-profit came to rest: the same shares leave as soon as the price
   * is where it would be placed now. Null where nothing was learned, or none of it rests.
   */
  #sooner(context: PositionContext, taken: string): Evaluation | null {
    const { position, episode, riskPerShare, gainPerShare, price } = context;
    const targetR = this.#targetR(context);
    const waiting = waitingFor(context, this.#part(position.quantity));
    if (waiting === null || riskPerShare === null) return null;
    const target = riskPerShare.times(targetR);
    const sooner = towardsGain(position.side, episode.entryPrice, target);
    // It is placed where the owner set it, or by what was learned already.
    if (!isTighter(position.side, waiting.limitPrice, tickTighter(position.side, sooner)))
      return null;
    const rests = `${taken} rests at ${dollars(waiting.limitPrice)}`;
    const learned = `what was learned takes it at ${text(targetR)}R, which is ${dollars(target)}`;
    if (gainPerShare.lt(target)) return this.#abstain(`${rests}; ${learned}`);
    if (!isTradable(context)) return this.#abstain('the market is closed or halted');
    if (!isPricedInSession(context)) return this.#abstain('no price has come since the open');
    return {
      outcome: 'recommends',
      recommendation: {
        policy: this.name,
        symbol: position.symbol,
        action: {
          kind: 'reduce',
          quantity: waiting.quantity,
          milestone: `${taken}-sooner`,
          fromTakeProfit: true,
        },
        urgency: 'normal',
        because: `${rests}; ${learned}, and ${dollars(price)} is there`,
      },
    };
  }

  #inWords(context: PositionContext, taken: string): string {
    const waiting = waitingFor(context, this.#part(context.position.quantity));
    return waiting === null
      ? `${taken} is taken in ${context.episode.id}`
      : `${taken} waits at ${dollars(waiting.limitPrice)}`;
  }

  /** Where the owner set it, or as much earlier as was learned and the owner allows. */
  #targetR({ advice = [], now }: PositionContext): Decimal {
    const { targetR, earliestR } = this.#settings;
    const [learned = 100] = advice
      .filter(
        ({ source, givenAt, expiresAt }) =>
          source === 'outcomes' && givenAt <= now && now < expiresAt,
      )
      .flatMap((each) => each.learned?.partialPercent ?? []);
    if (earliestR === null || !(learned > 0 && learned < 100)) return targetR;
    const wanted = targetR.times(String(learned)).div('100');
    return smaller(targetR, larger(wanted, earliestR));
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

/** The one take-profit of ours, for so many shares, beside its stop; null for none or several. */
function waitingFor({ orders, position }: PositionContext, part: Quantity) {
  const resting = orders.filter(
    ({ type, orderClass, side }) =>
      type === 'limit' && orderClass === 'oco' && side === exitSide(position.side),
  );
  const [order] = resting;
  if (order === undefined || resting.length > 1 || !isOurs(order)) return null;
  const { limitPrice, quantity, filledQuantity } = order;
  if (limitPrice === null || quantity === null || filledQuantity.gt(ZERO)) return null;
  return quantity.eq(part) ? { limitPrice, quantity } : null;
}

/** Whole shares in which nothing rests, and whose profit was never asked for. */
function isUntouched({ position, orders, episode, intents }: PositionContext): boolean {
  return (
    isWhole(position.quantity) &&
    position.assetClass === 'us_equity' &&
    orders.length === 0 &&
    !intents.some(({ key }) => partialIn(key, episode.id) !== null)
  );
}

/**
 * The partial profit of this episode, once an order for it may have reached the broker. There is
 * one in an episode: its name tells at what gain it was taken, and another target that holds by
 * now, since the strategy was switched or the settings were changed, is not a second one.
 */
function partialTaken({ episode, intents }: PositionContext): string | null {
  const alive = intents.flatMap(({ key, state }) =>
    state === 'dead' ? [] : (partialIn(key, episode.id) ?? []),
  );
  return [...episode.milestones.filter((name) => name.startsWith(PARTIAL)), ...alive][0] ?? null;
}

/** The milestone in the key of an intent, where it is the partial profit of this episode. */
function partialIn(key: string, episode: string): string | null {
  const name = key.slice(key.lastIndexOf('|') + 1);
  return name.startsWith(PARTIAL) && key.endsWith(`|${episode}|${name}`) ? name : null;
}
