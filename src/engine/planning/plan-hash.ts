import { timingSafeEqual } from 'node:crypto';
import { canonicalText, digestOf, sha256, withTextKept } from '../../domain/canonical.ts';
import { Decimal } from '../../domain/decimal.ts';
import type { ActionPlan } from '../../domain/plan.ts';

/** Freezes a plan and puts its hash on it: from here on, what was shown is what is executed. */
export function sealPlan(fields: Omit<ActionPlan, 'hash'>): ActionPlan {
  const frozen = freeze({ ...fields });
  // The journal tells of each part in several records: frozen, it reads the same for ever.
  for (const part of frozen.parts) withTextKept(part);
  withTextKept(frozen.parts);
  return Object.freeze({ ...frozen, hash: digestOf(frozen) });
}

/** The hash a plan ought to have: SHA-256 over its canonical text. */
export const hashOf = (plan: ActionPlan): string => sha256(planText(plan));

/** The canonical text of every field but the hash: what a person is shown is read out of it. */
export function planText(plan: ActionPlan): string {
  const { hash: _, ...fields } = plan;
  return canonicalText(fields);
}

/** Takes as long whether they differ early or late. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(sha256(one)), Buffer.from(sha256(other))];
  return timingSafeEqual(a, b);
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || value instanceof Decimal) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
