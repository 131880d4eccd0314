import type { Price } from '../domain/decimal.ts';
import type { PositionSide } from '../domain/portfolio.ts';

/** True when a stop at `a` gives up less than one at `b`: higher for a long, lower for a short. */
export const isTighter = (side: PositionSide, a: Price, b: Price): boolean =>
  side === 'long' ? a.gt(b) : a.lt(b);

/** True when the broker takes a stop there: under the price for a long, over it for a short. */
export const isPlaceable = (side: PositionSide, stop: Price, at: Price): boolean =>
  side === 'long' ? stop.lt(at) : stop.gt(at);
