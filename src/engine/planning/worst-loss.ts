import type { Notional, Quantity } from '../../domain/decimal.ts';
import { decimal, larger, NO_DOLLARS, sharesLeft, ZERO } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import { remainingQuantity } from '../../domain/order.ts';
import type { WorstLoss } from '../../domain/plan.ts';
import type { Book } from './book.ts';

/**
 * What may still be lost from the current price once the plan is done.
 *
 * At the stop: (price - limit, or the stop where there is none) x shares; null while some
 * shares have no stop. With a gap: fills `gapPercent` past the stop, or past the price for
 * shares without one and for those the plan is selling.
 */
export function worstLoss(before: Book, after: Book, gapPercent: string): WorstLoss {
  const gap = decimal(gapPercent).div('100');
  const price = before.position.currentPrice;
  const { stops, nakedQuantity } = after.cover;
  const sold = sharesLeft(before.position.quantity, after.position.quantity);
  const unstopped = price.times(gap).times(nakedQuantity.plus(sold));

  let atStop = ZERO;
  let withGap = unstopped;
  let left = sharesLeft(after.position.quantity, nakedQuantity);
  for (const stop of stops) {
    const shares = lesser(remainingQuantity(stop) ?? left, left);
    left = sharesLeft(left, shares);
    const trigger = stop.stopPrice ?? price;
    const distance = lossTo(stop, stop.limitPrice ?? trigger, before);
    const gapped = lossTo(stop, trigger, before).plus(trigger.times(gap));
    atStop = atStop.plus(distance.times(shares));
    withGap = withGap.plus(larger(gapped, distance).times(shares));
  }
  return {
    atStop: nakedQuantity.gt(ZERO) ? null : cents(atStop),
    withGap: cents(larger(withGap, NO_DOLLARS)),
    gapPercent,
  };
}

/** Dollars lost per share between the price and a fill at `level`. */
const lossTo = (stop: Order, level: ReturnType<typeof decimal>, { position }: Book) =>
  stop.side === 'sell' ? position.currentPrice.minus(level) : level.minus(position.currentPrice);

const lesser = (a: Quantity, b: Quantity): Quantity => (a.lte(b) ? a : b);

/** Rounded up: a loss is never told smaller than it is. */
const cents = (loss: ReturnType<typeof decimal>): Notional => loss.round(2, 3) as Notional;
