import type { Quantity } from '../../../domain/decimal.ts';
import {
  addShares,
  decimal,
  isWhole,
  NO_SHARES,
  sharesLeft,
  worth,
  ZERO,
} from '../../../domain/decimal.ts';
import type { Order } from '../../../domain/order.ts';
import type { RecipeName } from '../../../domain/recipe.ts';
import type { Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';
import type { Cover } from './moves.ts';
import { cancel, fractionOf, isTightEnough, placeStop } from './moves.ts';
import type { Option } from './option.ts';
import { leaveAlone } from './option.ts';

/** Dollars; Alpaca takes no fraction that is worth less. */
const LEAST_FRACTION = decimal('1');

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
      grows: missing.eq(ZERO) ? [] : [placeStop(situation, cover, missing)],
      holds: addShares(keptShares, missing),
    },
    ...addedTo(stops, situation, cover, wanted),
    leave,
  ];
}

/** While no stop may be canceled, since an order is in doubt: one more, for what they leave. */
function addedTo(
  stops: readonly Order[],
  situation: Situation,
  cover: Cover,
  wanted: Quantity,
): readonly Option[] {
  const { context } = situation;
  const held = stops.reduce((sum, order) => addShares(sum, sharesOf(order, context)), NO_SHARES);
  const missing = fractionOf(sharesLeft(wanted, held));
  if (context.isInDoubt !== true || stops.length === 0 || held.gt(wanted)) return [];
  if (worth(context.price, missing).lt(LEAST_FRACTION)) return [];
  return [
    {
      recipe: 'place-fraction-stop',
      shrinks: [],
      cancels: [],
      grows: [placeStop(situation, cover, missing)],
      holds: addShares(held, missing),
    },
  ];
}

function nameOf(cancels: boolean, submits: boolean): RecipeName {
  if (!submits) return 'cancel-fraction-stop';
  return cancels ? 'renew-fraction-stop' : 'place-fraction-stop';
}
