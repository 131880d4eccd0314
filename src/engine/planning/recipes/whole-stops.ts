import type { Quantity } from '../../../domain/decimal.ts';
import { addShares, NO_SHARES, sharesLeft, smaller, ZERO } from '../../../domain/decimal.ts';
import type { Order } from '../../../domain/order.ts';
import type { Draft } from '../candidate.ts';
import type { Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';
import type { Cover } from './moves.ts';
import { cancel, isTightEnough, moveStop, placeStop } from './moves.ts';
import type { Option } from './option.ts';
import { leaveAlone } from './option.ts';
import { asPair, tranches } from './tranches.ts';

const SLOT = 'cover/whole';

type Wanted = { readonly order: Order; readonly shares: Quantity };

/**
 * Stops for whole shares. A PATCH changes price and quantity in one go and leaves no gap;
 * where none is allowed, cancel, confirm and submit does.
 */
export function wholeStopOptions(
  situation: Situation,
  cover: Cover,
  stops: readonly Order[],
  wanted: Quantity,
): readonly Option[] {
  const { context, target } = situation;
  const allotted = allot(stops, wanted, situation);
  const changing = allotted.filter(
    ({ order, shares }) =>
      !shares.eq(sharesOf(order, context)) || !isTightEnough(order, cover, target.side),
  );
  const holdsNow = sum(stops.map((order) => sharesOf(order, context)));
  if (stops.length === 0) {
    return wanted.gt(ZERO)
      ? [
          ...tranches(situation, cover, wanted),
          place(situation, cover, wanted, []),
          ...asPair(situation, cover, wanted),
          leaveAlone(NO_SHARES),
        ]
      : [leaveAlone(NO_SHARES)];
  }
  if (changing.length === 0) return [leaveAlone(holdsNow)];

  const renewed = sum(changing.map(({ shares }) => shares));
  const unwanted = changing.map(({ order }) => cancel(order));
  const renew = { ...place(situation, cover, renewed, unwanted), holds: wanted };
  return changing.some(({ shares }) => shares.gt(ZERO))
    ? [patch(situation, cover, changing, wanted), renew, leaveAlone(holdsNow)]
    : [renew, leaveAlone(holdsNow)];
}

/** Gives the oldest stops their shares first; what is left over goes to the last one. */
function allot(stops: readonly Order[], wanted: Quantity, { context }: Situation): Wanted[] {
  let left = wanted;
  return stops.map((order, index) => {
    const isLast = index === stops.length - 1;
    const shares = isLast ? left : smaller(sharesOf(order, context), left);
    left = sharesLeft(left, shares);
    return { order, shares };
  });
}

function patch(
  situation: Situation,
  cover: Cover,
  changing: readonly Wanted[],
  holds: Quantity,
): Option {
  const shrinks: Draft[] = [];
  const cancels: Draft[] = [];
  const grows: Draft[] = [];
  for (const { order, shares } of changing) {
    const now = sharesOf(order, situation.context);
    if (shares.eq(ZERO)) cancels.push(cancel(order));
    else if (shares.gt(now)) grows.push(moveStop(order, cover, shares, situation, SLOT));
    else shrinks.push(moveStop(order, cover, shares, situation, SLOT));
  }
  return { recipe: 'patch-stop', shrinks, cancels, grows, holds };
}

const place = (
  situation: Situation,
  cover: Cover,
  shares: Quantity,
  cancels: readonly Draft[],
): Option => ({
  recipe: cancels.length === 0 ? 'place-stop' : shares.eq(ZERO) ? 'cancel-stop' : 'renew-stop',
  shrinks: [],
  cancels,
  grows: shares.eq(ZERO) ? [] : [placeStop(situation, cover, shares)],
  holds: shares,
});

const sum = (shares: readonly Quantity[]): Quantity => shares.reduce(addShares, NO_SHARES);
