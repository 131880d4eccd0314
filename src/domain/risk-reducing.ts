import { NO_SHARES, type Quantity, sharesLeft } from './decimal.ts';
import type { OrderRequest } from './order.ts';
import type { ReplaceStep, Step } from './plan.ts';
import type { Position } from './portfolio.ts';
import { exitSide, isTighter } from './side.ts';

type Held = Pick<Position, 'side' | 'quantity'>;
/** Only which side is held matters. */
type Side = Pick<Position, 'side'>;

/**
 * Shares that a step may add to a position or turn it around by, whatever the step says
 * of itself; none for a step that can only bring it nearer to flat.
 */
export function sharesAdded(step: Step, held: Held): Quantity {
  switch (step.kind) {
    case 'cancel':
      return NO_SHARES;
    case 'submit':
      return closes(step.order, held)
        ? sharesLeft(step.order.quantity, held.quantity)
        : step.order.quantity;
    case 'replace': {
      const after = quantityAfter(step);
      return step.before.side === exitSide(held.side) ? sharesLeft(after, held.quantity) : after;
    }
  }
}

/**
 * True when a step can only leave the position as it is or nearer to flat, with a stop no
 * looser than before. Whether a cancel leaves shares without cover shows only at the end
 * of the whole plan; the guardrail stop-never-loosens looks there.
 */
export function isRiskReducing(step: Step, held: Held): boolean {
  if (!sharesAdded(step, held).eq(NO_SHARES)) return false;
  return step.kind !== 'replace' || !loosens(step, held);
}

/**
 * True for steps after which more shares have a stop and no stop is looser: they place stops, with
 * or without a take-profit beside them, let live ones grow, and take back what would open.
 */
export const onlyAddsStops = (steps: readonly Step[], held: Side): boolean =>
  steps.every((step) => addsStops(step, held));

function addsStops(step: Step, held: Side): boolean {
  switch (step.kind) {
    case 'submit':
      return step.purpose === 'protect' && closes(step.order, held) && holdsStop(step.order);
    case 'replace':
      return step.purpose === 'protect' && !loosens(step, held) && !shrinks(step);
    case 'cancel':
      return step.before.positionIntent?.endsWith('_to_open') === true;
  }
}

/** Whatever a step calls itself, without a stop it protects nothing. */
const holdsStop = ({ stopPrice, stopLoss }: OrderRequest): boolean =>
  stopPrice !== null || stopLoss !== null;

const shrinks = ({ before, change }: ReplaceStep): boolean =>
  change.quantity !== null && (before.quantity === null || change.quantity.lt(before.quantity));

/** Shares that may still execute after a replacement; its quantity counts what has filled. */
export const quantityAfter = ({ change, before }: ReplaceStep): Quantity =>
  sharesLeft(change.quantity ?? before.quantity ?? NO_SHARES, before.filledQuantity);

function closes(order: OrderRequest, held: Side): boolean {
  if (order.side !== exitSide(held.side)) return false;
  // The first order of a bracket or an OTO is an entry, whatever its side.
  if (order.orderClass === 'bracket' || order.orderClass === 'oto') return false;
  return order.positionIntent === 'sell_to_close' || order.positionIntent === 'buy_to_close';
}

function loosens({ before, change }: ReplaceStep, held: Side): boolean {
  if (before.stopPrice === null || change.stopPrice === null) return false;
  return isTighter(held.side, before.stopPrice, change.stopPrice);
}
