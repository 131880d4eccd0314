import type { Json } from '../../domain/canonical.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { ActionPlan, PartBasis } from '../../domain/plan.ts';
import { hashOf } from '../../engine/plan-hash.ts';

/** The fields of a plan that hold exact decimals, which a journal holds as text. */
const DECIMALS: ReadonlySet<string> = new Set([
  'quantity',
  'filledQuantity',
  'filledAveragePrice',
  'price',
  'limitPrice',
  'stopPrice',
  'takeProfitLimitPrice',
  'holdQuantity',
  'repriceLimit',
  'shareSeconds',
  'dollarSeconds',
  'atStop',
  'withGap',
]);
/** Lines for people to read: text on either side. */
const LINES: ReadonlySet<string> = new Set(['ordersBefore', 'ordersAfter', 'intent']);

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

function revived(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revived);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, field(name, item)]));
}

function field(name: string, item: Json): unknown {
  if (LINES.has(name)) return item;
  if (DECIMALS.has(name) && typeof item === 'string') return parseDecimal(item);
  return revived(item);
}
