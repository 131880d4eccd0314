import { text } from '../../domain/decimal.ts';
import type { Target } from '../../domain/decision.ts';
import type { PositionContext } from '../../domain/portfolio.ts';

/** How a symbol stands otherwise than its target, in words; null when it stands as meant. */
export function differenceFromTarget(
  target: Target,
  context: PositionContext | null,
): string | null {
  // A new limit is there to fill: fewer shares, or none, are what was hoped for.
  if (target.repriceLimit !== null) return null;
  if (context === null) {
    return target.holdQuantity.eq('0')
      ? null
      : `no shares are held of the ${text(target.holdQuantity)} meant`;
  }
  const held = context.position.quantity;
  if (context.position.side !== target.side) {
    return `the position is ${context.position.side}, not ${target.side}`;
  }
  if (!held.eq(target.holdQuantity)) {
    return `${text(held)} shares are held, not ${text(target.holdQuantity)}`;
  }
  const { nakedQuantity } = context.cover;
  return target.cover !== null && nakedQuantity.gt('0')
    ? `${text(nakedQuantity)} shares have no confirmed stop`
    : null;
}
