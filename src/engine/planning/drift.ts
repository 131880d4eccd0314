import { basisPointsOf, text, ZERO } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import { isTerminal } from '../../domain/order.ts';
import type { PartBasis, PlanPart } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { isForEntry } from '../account/entry-context.ts';
import { isOffScale } from '../account/splits.ts';

/** How far the world may have moved since the plan was made. */
export type DriftTolerance = { readonly priceBps: number };

/** What a plan is made from, so that drift can be told when it is executed. */
export const basisOf = (context: PositionContext): PartBasis => ({
  snapshotVersion: context.snapshotVersion,
  side: context.position.side,
  quantity: context.position.quantity,
  price: context.price,
  orders: liveOrders(context.orders),
});

/**
 * How the world no longer matches what the part was made from, in words; null when it does.
 *
 * @param context the symbol now; null when nothing is held any more, or for a part that was
 *   made for a flat symbol, when it is not flat or no exit of ours rests there any more
 */
export function driftOf(
  part: PlanPart,
  context: PositionContext | null,
  tolerance: DriftTolerance,
): string | null {
  const { basis } = part;
  if (context === null) {
    if (isForEntry(part)) {
      return `${part.symbol} has no price, is held on the other side, or cannot be read whole`;
    }
    return isForFlat(part)
      ? `${part.symbol} is not surely flat with exits of ours any more`
      : `the position in ${part.symbol} is gone`;
  }
  if (context.episode.id !== part.episodeId) {
    const change = isForFlat(part) ? 'opened meanwhile' : 'closed and opened again';
    return `${part.symbol} was ${change}: ${context.episode.id}, not ${part.episodeId}`;
  }
  const { position } = context;
  if (position.side !== basis.side || !position.quantity.eq(basis.quantity)) {
    return (
      `the position is ${position.side} ${text(position.quantity)} shares, ` +
      `not ${basis.side} ${text(basis.quantity)}`
    );
  }
  return (
    ordersDrift(basis.orders, liveOrders(context.orders)) ?? priceDrift(basis, context, tolerance)
  );
}

/**
 * In words, that the prices of a part are on another scale than the market by now, as by a split
 * since it was made; null when they are not. What is left of its steps must not be sent then.
 */
export function scaleDriftOf(
  { symbol, basis }: PlanPart,
  { price }: PositionContext,
): string | null {
  if (!isOffScale(price, basis.price)) return null;
  return (
    `${symbol} went from ${text(basis.price)} to ${text(price)} since this was planned, as by a ` +
    'split: its prices may be of before'
  );
}

/** True for a part that was made while nothing was held. */
export const isForFlat = ({ basis }: PlanPart): boolean => basis.quantity.eq(ZERO);

function ordersDrift(before: readonly string[], now: readonly string[]): string | null {
  const gone = before.filter((line) => !now.includes(line));
  const come = now.filter((line) => !before.includes(line));
  if (gone.length === 0 && come.length === 0) return null;
  return `the live orders changed: gone ${list(gone)}, new ${list(come)}`;
}

function priceDrift(
  basis: PartBasis,
  { price }: PositionContext,
  { priceBps }: DriftTolerance,
): string | null {
  const moved = price.minus(basis.price).abs();
  if (moved.lte(basisPointsOf(basis.price, priceBps))) return null;
  return (
    `the price moved from ${text(basis.price)} to ${text(price)}, ` +
    `more than the ${priceBps} basis points allowed`
  );
}

const liveOrders = (orders: readonly Order[]): string[] =>
  orders
    .filter(({ status }) => !isTerminal(status))
    .map(
      ({ id, status, quantity }) => `${id}:${status}:${quantity === null ? '-' : text(quantity)}`,
    )
    .sort();

const list = (lines: readonly string[]): string => (lines.length === 0 ? 'none' : lines.join(', '));
