import type { Quantity } from '../../domain/decimal.ts';
import {
  addShares,
  isWhole,
  NO_SHARES,
  sharesLeft,
  wholeShares,
  ZERO,
} from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import type { RecipeName } from '../../domain/recipe.ts';
import { stopOrder } from '../orders.ts';
import type { Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';
import type { Cover } from './moves.ts';
import { cancel, isTightEnough } from './moves.ts';
import type { Option } from './option.ts';
import { leaveAlone } from './option.ts';

/**
 * The DAY stop that a fraction of a share needs each session. Alpaca takes no PATCH for
 * fractions, so a change is cancel, confirm, submit.
 *
 * @param wanted shares that need a stop, whole and fractional together
 */
export function fractionStopOptions(
  situation: Situation,
  cover: Cover,
  stops: readonly Order[],
  wanted: Quantity,
): readonly Option[] {
  const { context, target } = situation;
  const kept = stops.find((order) => {
    const shares = sharesOf(order, context);
    return (
      isTightEnough(order, cover, target.side) &&
      shares.lte(wanted) &&
      isWhole(sharesLeft(wanted, shares))
    );
  });
  const keptShares = kept === undefined ? NO_SHARES : sharesOf(kept, context);
  const going = stops.filter((order) => order !== kept);
  const missing = fractionOf(sharesLeft(wanted, keptShares));
  if (going.length === 0 && missing.eq(ZERO)) return [leaveAlone(keptShares)];

  const leave = leaveAlone(
    stops.reduce((sum, order) => addShares(sum, sharesOf(order, context)), NO_SHARES),
  );
  return [
    {
      recipe: nameOf(going.length > 0, missing.gt(ZERO)),
      shrinks: [],
      cancels: going.map(cancel),
      grows: missing.eq(ZERO)
        ? []
        : [
            {
              kind: 'submit',
              purpose: 'protect',
              order: stopOrder(target, cover, missing),
              until: 'live',
              meaning: 'cover/fraction',
            },
          ],
      holds: addShares(keptShares, missing),
    },
    leave,
  ];
}

const fractionOf = (shares: Quantity): Quantity => sharesLeft(shares, wholeShares(shares));

function nameOf(cancels: boolean, submits: boolean): RecipeName {
  if (!submits) return 'cancel-fraction-stop';
  return cancels ? 'renew-fraction-stop' : 'place-fraction-stop';
}
