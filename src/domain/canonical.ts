import { createHash } from 'node:crypto';
import Big from 'big.js';
import canonicalize from 'canonicalize';

/** Data that canonical JSON can hold. Decimals become strings on the way in. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * Turns our values into plain JSON: decimals to strings, maps to objects with sorted
 * keys, absent fields left out.
 */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (value instanceof Big) return value.toFixed();
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [String(key), toJson(item)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (value instanceof Set) return [...value].map(toJson);
  if (typeof value === 'object') {
    const out: Record<string, Json> = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) out[key] = toJson(item);
    }
    return out;
  }
  throw new TypeError(`a ${typeof value} cannot be written as JSON`);
}

/** RFC 8785 text: equal values give equal bytes. */
export function canonicalText(value: unknown): string {
  const out = canonicalize(toJson(value));
  if (out === undefined) throw new TypeError('this value has no canonical form');
  return out;
}

export const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

export const digestOf = (value: unknown): string => sha256(canonicalText(value));
