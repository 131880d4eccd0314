import { type Decimal, NO_DOLLARS, type Notional, notional, worth } from './decimal.ts';
import type { Ticker } from './ids.ts';
import type { Position, PositionSide } from './portfolio.ts';

/** Something held and its worth in dollars, positive on either side. */
export type Holding = {
  readonly symbol: Ticker;
  readonly side: PositionSide;
  readonly assetClass: Position['assetClass'];
  readonly value: Notional;
};

/**
 * Dollars at work. `gross` is long plus short, what the limits count; `net` is long less short,
 * negative when more is short.
 */
export type Exposure = {
  readonly long: Notional;
  readonly short: Notional;
  readonly gross: Notional;
  readonly net: Decimal;
};

/** Each position at the broker's price: what reports show and guardrails measure. */
export const holdingsOf = (positions: readonly Position[]): readonly Holding[] =>
  positions.map(({ symbol, side, assetClass, currentPrice, quantity }) => ({
    symbol,
    side,
    assetClass,
    value: worth(currentPrice, quantity),
  }));

/** The one model of exposure, for reports and for guardrails; exact. */
export function exposureIn(holdings: readonly Pick<Holding, 'side' | 'value'>[]): Exposure {
  let [long, short] = [NO_DOLLARS, NO_DOLLARS];
  for (const { side, value } of holdings) {
    if (side === 'long') long = notional(long.plus(value));
    else short = notional(short.plus(value));
  }
  return { long, short, gross: notional(long.plus(short)), net: long.minus(short) };
}
