import type { Quantity } from '../../../domain/decimal.ts';
import { isWhole, sharesLeft, wholeShares } from '../../../domain/decimal.ts';
import type { Target } from '../../../domain/decision.ts';
import type { Order } from '../../../domain/order.ts';
import type { PositionSide } from '../../../domain/portfolio.ts';
import { isTighter } from '../../../domain/side.ts';
import { stopOrder } from '../../account/orders.ts';
import type { Draft } from '../candidate.ts';
import type { Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';

export type Cover = NonNullable<Target['cover']>;

/** True when a stop gives up no more than the target does. */
export const isTightEnough = (order: Order, cover: Cover, side: PositionSide): boolean =>
  order.stopPrice !== null && !isTighter(side, cover.stopPrice, order.stopPrice);

/** The cover slot that an order rests in. */
export const slotOf = ({ quantity }: Order): string =>
  quantity === null || isWhole(quantity) ? 'cover/whole' : 'cover/fraction';

export const cancel = (before: Order): Draft => ({ kind: 'cancel', purpose: 'release', before });

/** True where an order rests that would make the position larger: a simple exit may cross it. */
export const isFaced = ({ context }: Situation): boolean =>
  context.orders.some(({ side }) => (side === 'buy') === (context.position.side === 'long'));

/** A new stop for shares that are all whole, or for a fraction of one. */
export const placeStop = ({ target }: Situation, cover: Cover, shares: Quantity): Draft => ({
  kind: 'submit',
  purpose: 'protect',
  order: stopOrder(target, cover, shares),
  until: 'live',
  meaning: isWhole(shares) ? 'cover/whole' : 'cover/fraction',
});

export const fractionOf = (shares: Quantity): Quantity => sharesLeft(shares, wholeShares(shares));

/**
 * A PATCH of a stop to so many shares and to the target's price; its limit stays where the
 * stop is the same. Alpaca wants the prices of the order's type each time, changed or not.
 */
export function moveStop(
  before: Order,
  cover: Cover,
  shares: Quantity,
  { context, target }: Situation,
  meaning: string,
): Draft {
  const keepsPrice = isTightEnough(before, cover, target.side);
  const now = sharesOf(before, context);
  return {
    kind: 'replace',
    purpose: shares.lt(now) ? 'release' : 'protect',
    before,
    change: {
      quantity: shares.eq(now) ? null : shares,
      stopPrice: cover.stopPrice,
      limitPrice: before.limitPrice === null || keepsPrice ? before.limitPrice : cover.limitPrice,
    },
    meaning,
  };
}
