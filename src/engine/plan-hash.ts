import { digestOf } from '../domain/canonical.ts';
import { Decimal } from '../domain/decimal.ts';
import type { ActionPlan } from '../domain/plan.ts';

/** Freezes a plan and puts its hash on it: from here on, what was shown is what is executed. */
export function sealPlan(fields: Omit<ActionPlan, 'hash'>): ActionPlan {
  return freeze({ ...fields, hash: digestOf(fields) });
}

/** The hash a plan ought to have: SHA-256 over the canonical text of every other field. */
export function hashOf(plan: ActionPlan): string {
  const { hash: _, ...fields } = plan;
  return digestOf(fields);
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return value;
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
