import { type Decimal, type Price, tickDown, tickUp } from './decimal.ts';
import type { OrderSide } from './order.ts';
import type { PositionSide } from './portfolio.ts';

/** The order side that brings a position nearer to flat. */
export const exitSide = (side: PositionSide): OrderSide => (side === 'long' ? 'sell' : 'buy');

/** True when stop price `a` lies nearer to the gain than `b`, so that it loses less. */
export const isTighter = (side: PositionSide, a: Decimal, b: Decimal): boolean =>
  side === 'long' ? a.gt(b) : a.lt(b);

/** The tightest of some stop prices; null for none. */
export const tightest = (side: PositionSide, prices: readonly Price[]): Price | null =>
  prices.reduce<Price | null>(
    (best, next) => (best === null || isTighter(side, next, best) ? next : best),
    null,
  );

/** `from`, moved by `distance` to where the position loses; unrounded. */
export const towardsLoss = (side: PositionSide, from: Decimal, distance: Decimal): Decimal =>
  side === 'long' ? from.minus(distance) : from.plus(distance);

/** `from`, moved by `distance` to where the position gains; unrounded. */
export const towardsGain = (side: PositionSide, from: Decimal, distance: Decimal): Decimal =>
  side === 'long' ? from.plus(distance) : from.minus(distance);

/** The next tick on the side that loses less: up for a long, down for a short. */
export const tickTighter = (side: PositionSide, raw: Decimal): Price =>
  side === 'long' ? tickUp(raw) : tickDown(raw);

/** The next tick on the side that leaves more room: down for a long, up for a short. */
export const tickWider = (side: PositionSide, raw: Decimal): Price =>
  side === 'long' ? tickDown(raw) : tickUp(raw);

/**
 * True when the market stands at a stop or beyond it: a resting stop has triggered, and a
 * new one would be refused.
 */
export const isThrough = (side: PositionSide, stopPrice: Decimal, market: Decimal): boolean =>
  side === 'long' ? market.lte(stopPrice) : market.gte(stopPrice);
