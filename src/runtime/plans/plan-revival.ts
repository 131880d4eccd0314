import type { Json } from '../../domain/canonical.ts';
import type { ActionPlan, PartBasis } from '../../domain/plan.ts';
import { revived } from '../../domain/revival.ts';
import { hashOf } from '../../engine/planning/plan-hash.ts';

/**
 * A plan out of the journal, step for step what was approved then.
 *
 * @returns null when it is not the plan that its hash names
 */
export function planFrom(json: Json): ActionPlan | null {
  const plan = revived(json) as ActionPlan | null;
  if (typeof plan !== 'object' || plan === null) return null;
  return hashOf(plan) === plan.hash ? plan : null;
}

/** What a journalled step was sent into; null where an older journal does not tell. */
export const basisFrom = (json: Json | undefined): PartBasis | null =>
  json === undefined ? null : (revived(json) as PartBasis | null);
