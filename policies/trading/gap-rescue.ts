// When the market jumps over a stop, the position still gets out: in steps, then at any price.
import type { z } from 'zod';
import {
  addShares,
  basisPointsOf,
  NO_SHARES,
  type Price,
  type Quantity,
  sharesLeft,
  ZERO,
} from '../../src/domain/decimal.ts';
import { isTriggered, type Order, remainingQuantity } from '../../src/domain/order.ts';
import type { Action, Evaluation, TradingPolicy } from '../../src/domain/policy.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { exitSide, isThrough, isTighter, tickWider, towardsLoss } from '../../src/domain/side.ts';
import { settingsObject, wholeSetting } from '../settings.ts';
import { cents, dollars, shares } from '../words.ts';
import { type StopSettings, stopOwed } from './stop-loss.ts';
import { isTradable } from './tradable.ts';

export const gapRescueSettings = settingsObject({
  /** How far a step moves the limit of a stop that triggered and did not fill. */
  stepBps: wholeSetting(5, 1_000).prefault(100),
  /** Steps together are the collar: beyond the last one the position leaves at the market. */
  steps: wholeSetting(0, 20).prefault(4),
  /** An exit that could fill and has not for so long is moved on by a step, too. */
  stepMs: wholeSetting(0, 600_000).prefault(5_000),
  /** A quote not older than this must agree before a position leaves. */
  quoteMs: wholeSetting(0, 600_000).prefault(10_000),
});
export type GapRescueSettings = z.output<typeof gapRescueSettings>;

const MILESTONE = 'exit@gap';

/** Acts where a stop no longer can: left behind by a gap, or through before it was placed. */
export class GapRescuePolicy implements TradingPolicy {
  readonly name = 'gap-rescue';
  readonly promise = 'If the price jumps over my stop, I still get out, and am told what it costs.';
  readonly #settings: StopSettings;
  readonly #rescue: GapRescueSettings;

  constructor(settings: StopSettings & { readonly gapRescue: GapRescueSettings }) {
    this.#settings = settings;
    this.#rescue = settings.gapRescue;
  }

  evaluate(context: PositionContext): Evaluation {
    const { position, cover, price } = context;
    const leaving = liveExits(context).filter((order) => this.#leaves(context, order));
    const bare = sharesLeft(cover.nakedQuantity, remaining(leaving, position.quantity));
    const stuck = leaving.filter((order) => this.#isLeftBehind(context, order));
    if (bare.eq(ZERO) && stuck.length === 0) {
      return this.#abstain('every share has a stop that can trigger or an exit that can fill');
    }
    if (!isTradable(context)) {
      return this.#abstain('the market is closed or halted; what can be done shows when it opens');
    }
    if (bare.eq(ZERO)) return this.#followDown(context, stuck);

    const { stopPrice, because } = stopOwed(context, this.#settings);
    if (!isThrough(position.side, stopPrice, price)) {
      return this.#abstain(`a stop at ${dollars(stopPrice)} can be placed: stop-loss does that`);
    }
    if (!isThrough(position.side, stopPrice, this.#fillPrice(context))) {
      return this.#abstain(
        `the market at ${dollars(price)} is through the stop at ${dollars(stopPrice)} but the ` +
          'quote is not; the next look decides',
      );
    }
    return this.#exit(
      context,
      `${shares(bare)} have no exit and the market at ${dollars(price)} is through the stop at ` +
        `${dollars(stopPrice)} (${because})`,
    );
  }

  /** The limit goes to the first step that can fill at the market; each step is taken once. */
  #followDown(context: PositionContext, stuck: readonly Order[]): Evaluation {
    const { side } = context.position;
    const next = stuck.map((order) => ({ order, limitPrice: this.#nextLimit(context, order) }));
    const beyond = next.find(({ limitPrice }) => limitPrice === null);
    const market = dollars(this.#fillPrice(context));
    if (beyond !== undefined) {
      return this.#exit(
        context,
        `${describe(beyond.order)} triggered and did not fill, and the market at ${market} is ` +
          `beyond the last of ${this.#rescue.steps} steps of ${this.#rescue.stepBps} bps`,
      );
    }
    const limits = next.flatMap(({ limitPrice }) => limitPrice ?? []);
    const limitPrice = limits.reduce((far, one) => (isTighter(side, far, one) ? one : far));
    return this.#recommend(
      context,
      { kind: 'reprice', limitPrice },
      `${stuck.map(describe).join(' and ')} triggered and did not fill; with the market at ` +
        `${market} the limit moves to ${dollars(limitPrice)}`,
    );
  }

  #nextLimit(context: PositionContext, { stopPrice, limitPrice }: Order): Price | null {
    const { side } = context.position;
    const market = this.#fillPrice(context);
    if (stopPrice === null || limitPrice === null) return null;
    for (let step = 1; step <= this.#rescue.steps; step += 1) {
      const distance = basisPointsOf(stopPrice, this.#rescue.stepBps * step);
      const raw = towardsLoss(side, stopPrice, distance);
      if (raw.lte(ZERO)) return null;
      const limit = tickWider(side, raw);
      const canFill = !isTighter(side, limit, market);
      if (canFill && isTighter(side, limitPrice, limit)) return limit;
    }
    return null;
  }

  #exit(context: PositionContext, why: string): Evaluation {
    const { position, episode } = context;
    const at = this.#fillPrice(context);
    const gain =
      position.side === 'long' ? at.minus(episode.entryPrice) : episode.entryPrice.minus(at);
    const result = gain.times(position.quantity);
    const amount = `${result.lt(ZERO) ? 'a loss' : 'a gain'} of ${cents(result.abs())} USD`;
    return this.#recommend(
      context,
      { kind: 'exit', milestone: MILESTONE },
      `${why}: out now, about ${amount} at ${dollars(at)}`,
    );
  }

  /** An exit that fills by itself if the market lets it. */
  #leaves(context: PositionContext, order: Order): boolean {
    if (order.type === 'market' || isTriggered(order, context.price)) return true;
    const isOutOfReach = this.#isOutOfReach(context, order);
    return order.type === 'limit' && !isOutOfReach && !this.#isOverdue(context, order);
  }

  #isLeftBehind(context: PositionContext, order: Order): boolean {
    if (isChanging(order) || !isTriggered(order, context.price)) return false;
    return this.#isOutOfReach(context, order) || this.#isOverdue(context, order);
  }

  /**
   * True when an exit that can fill had its time. That runs from its last step; before the
   * first one, from the last trade that was through its stop.
   */
  #isOverdue(context: PositionContext, order: Order): boolean {
    const { now, session, market, position, intents } = context;
    const { stopPrice, updatedAt, clientOrderId } = order;
    const isStep = intents.some(
      (intent) => intent.clientOrderId === clientOrderId && intent.key.includes('|rescue/'),
    );
    const isSurelyThrough =
      stopPrice !== null && isThrough(position.side, stopPrice, this.#fillPrice(context));
    if (!isStep && !isSurelyThrough) return false;
    const since = Math.max(
      updatedAt,
      session.openAt ?? 0,
      isStep ? 0 : (market.lastTrade?.at ?? now),
    );
    return now - since >= this.#rescue.stepMs;
  }

  #isOutOfReach(context: PositionContext, { limitPrice }: Order): boolean {
    return (
      limitPrice !== null && isTighter(context.position.side, limitPrice, this.#fillPrice(context))
    );
  }

  /** What an exit would get now: the quote's side where it is fresh, else the last price. */
  #fillPrice({ position, market, price, now }: PositionContext): Price {
    const { quote } = market;
    if (quote === null || Math.abs(now - quote.at) > this.#rescue.quoteMs) return price;
    const side = position.side === 'long' ? quote.bid : quote.ask;
    return side.gt(ZERO) ? side : price;
  }

  #recommend(context: PositionContext, action: Action, because: string): Evaluation {
    const { symbol } = context.position;
    return {
      outcome: 'recommends',
      recommendation: { policy: this.name, symbol, action, urgency: 'critical', because },
    };
  }

  #abstain(because: string): Evaluation {
    return { outcome: 'abstains', policy: this.name, because };
  }
}

/** A change under way is waited for: its outcome decides what is left to do. */
const isChanging = ({ status }: Order): boolean =>
  status === 'pending_replace' || status === 'pending_new';

const liveExits = ({ position, orders }: PositionContext): readonly Order[] =>
  orders.filter(
    ({ side, status }) => side === exitSide(position.side) && status !== 'pending_cancel',
  );

const remaining = (orders: readonly Order[], held: Quantity): Quantity =>
  orders.reduce((sum, order) => addShares(sum, remainingQuantity(order) ?? held), NO_SHARES);

const describe = ({ stopPrice, limitPrice }: Order): string =>
  `the stop at ${dollars(stopPrice ?? ZERO)} with its limit at ${dollars(limitPrice ?? ZERO)}`;
