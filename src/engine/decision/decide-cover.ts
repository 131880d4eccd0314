import { text } from '../../domain/decimal.ts';
import type { Overruled, Target } from '../../domain/decision.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { isThrough, isTighter } from '../../domain/side.ts';
import type { LiveStop } from '../account/live-stops.ts';
import { ENGINE, overrule, type Wish } from './wishes.ts';

export type Cover = NonNullable<Target['cover']>;

const NEVER_LOOSENS = 'stop never loosens';

/** The tightest stop that the broker takes, and never one looser than ours that lives. */
export function settleCover(
  context: PositionContext,
  wishes: readonly Wish<'protect'>[],
  live: LiveStop | null,
) {
  const { side } = context.position;
  const placeable = wishes.filter(
    ({ action }) => !isThrough(side, action.stopPrice, context.price),
  );
  const tightest = placeable.reduce<Wish<'protect'> | null>(
    (best, wish) =>
      best === null || isTighter(side, wish.action.stopPrice, best.action.stopPrice) ? wish : best,
    null,
  );
  const loosens =
    live !== null &&
    tightest !== null &&
    isTighter(side, live.stopPrice, tightest.action.stopPrice);
  const winner = loosens ? null : tightest;
  const keepsLive =
    live !== null && !(winner && isTighter(side, winner.action.stopPrice, live.stopPrice));
  const price = keepsLive ? priceOf(live, tightest) : winner ? coverOfWish(winner) : null;
  const overruled = wishes
    .filter((wish) => wish !== winner)
    .map((wish) => overruleStop(context, wish, winner, live));
  return { winner, price, overruled };
}

function overruleStop(
  context: PositionContext,
  wish: Wish<'protect'>,
  winner: Wish<'protect'> | null,
  live: LiveStop | null,
): Overruled {
  const { side } = context.position;
  const { stopPrice } = wish.action;
  if (isThrough(side, stopPrice, context.price)) {
    return overrule(
      wish,
      ENGINE,
      `the price ${text(context.price)} is already through the stop ${text(stopPrice)}: ` +
        'only an exit could do what it asks',
    );
  }
  if (winner === null && live !== null) {
    return overrule(
      wish,
      NEVER_LOOSENS,
      `the live stop at ${text(live.stopPrice)} is tighter than ${text(stopPrice)}`,
    );
  }
  const best = winner === null ? text(stopPrice) : text(winner.action.stopPrice);
  return overrule(
    wish,
    winner?.policy ?? ENGINE,
    `its stop at ${best} is ${winner?.action.stopPrice.eq(stopPrice) ? 'the same' : 'tighter'}`,
  );
}

/** A live stop without a limit lends its price only; the limit then comes from the wish. */
function priceOf(live: LiveStop, wish: Wish<'protect'> | null): Cover {
  return {
    stopPrice: live.stopPrice,
    limitPrice: live.limitPrice ?? wish?.action.limitPrice ?? live.stopPrice,
  };
}

const coverOfWish = ({ action }: Wish<'protect'>): Cover => ({
  stopPrice: action.stopPrice,
  limitPrice: action.limitPrice,
});
