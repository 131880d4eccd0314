import { canonicalText, type Json } from '../domain/canonical.ts';

/** Where two values first differ, in the order of their canonical text. */
export type FirstDifference = {
  /** For example `decision.target.cover.stopPrice`; empty for the whole. */
  readonly field: string;
  /** Undefined where there is nothing of that name. */
  readonly recorded: Json | undefined;
  readonly derived: Json | undefined;
};

/** Null where both have the same canonical bytes. */
export function firstDifference(
  recorded: Json | undefined,
  derived: Json | undefined,
  field = '',
): FirstDifference | null {
  if (recorded !== undefined && derived !== undefined) {
    if (canonicalText(recorded) === canonicalText(derived)) return null;
    for (const name of namesIn(recorded, derived)) {
      const path = field === '' ? name : `${field}.${name}`;
      const found = firstDifference(itemAt(recorded, name), itemAt(derived, name), path);
      if (found !== null) return found;
    }
  }
  return recorded === derived ? null : { field, recorded, derived };
}

/** Of what can be gone into on both sides in the same way; none of anything else. */
function namesIn(one: Json, other: Json): readonly string[] {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return [];
  if (Array.isArray(one) !== Array.isArray(other)) return [];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Array.isArray(one) ? names : names.sort();
}

const itemAt = (value: Json, name: string): Json | undefined =>
  (value as { readonly [key: string]: Json | undefined })[name];
