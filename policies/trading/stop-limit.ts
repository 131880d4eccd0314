// Every stop carries a limit with room to fill, and the room grows with the volatility.
import type { z } from 'zod';
import { basisPointsOf, larger, type Price, price, text } from '../../src/domain/decimal.ts';
import type { PositionContext } from '../../src/domain/portfolio.ts';
import { tickWider, towardsLoss } from '../../src/domain/side.ts';
import { decimalSetting, settingsObject, wholeSetting } from '../settings.ts';
import { dollars } from '../words.ts';

export const stopLimitSettings = settingsObject({
  /** The least room between a stop and its limit, in hundredths of a percent of the stop. */
  minimumOffsetBps: wholeSetting(1, 2_000).prefault(50),
  /** The room as a part of the average true range of a day; the larger of the two counts. */
  offsetAtrFraction: decimalSetting('0', '5').prefault('0.25'),
});
export type StopLimitSettings = z.output<typeof stopLimitSettings>;

const SMALLEST_PRICE = price('0.0001');

/** The limit that belongs to a stop price, and a clause that says how it came about. */
export function limitFor(
  { position, market }: PositionContext,
  stopPrice: Price,
  { minimumOffsetBps, offsetAtrFraction }: StopLimitSettings,
): { readonly limitPrice: Price; readonly because: string } {
  const least = basisPointsOf(stopPrice, minimumOffsetBps);
  const byVolatility = market.averageTrueRange?.times(offsetAtrFraction) ?? null;
  const offset = byVolatility === null ? least : larger(least, byVolatility);
  const reason =
    byVolatility?.gt(least) === true
      ? `${text(offsetAtrFraction)} of the average true range`
      : `${minimumOffsetBps} bps`;

  // Rounded away from the market: a limit with less room than was asked for may not fill.
  const beyond = towardsLoss(position.side, stopPrice, offset);
  const limitPrice = beyond.gt(SMALLEST_PRICE) ? tickWider(position.side, beyond) : SMALLEST_PRICE;
  return { limitPrice, because: `limit at ${dollars(limitPrice)}, ${reason} beyond it` };
}
