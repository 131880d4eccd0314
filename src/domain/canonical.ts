import { hash } from 'node:crypto';
import { Decimal } from './exact-decimal.ts';

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
  if (value instanceof Decimal) return value.toFixed();
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [String(key), toJson(item)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (value instanceof Set) return [...value].map(toJson);
  if (typeof value === 'object') {
    const present = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(present.map(([key, item]) => [key, toJson(item)]));
  }
  throw unwritable(value);
}

/**
 * RFC 8785 text: equal values give equal bytes. Takes what `toJson` takes, in one walk.
 *
 * @throws TypeError for what has no JSON form: a number that is not finite, half of a
 *   surrogate pair, a function
 */
export function canonicalText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      throw unwritable(value);
  }
}

/** As long as its value lives; what is written once is not in here. */
const keptTexts = new WeakMap<object, string>();

/**
 * Writes a value that is written again soon, alone or inside of others: from here on its text is
 * taken from there. Only for what never changes any more.
 */
export function withTextKept<Value extends object>(value: Value): Value {
  if (!keptTexts.has(value)) keptTexts.set(value, objectText(value));
  return value;
}

export const sha256 = (bytes: string): string => hash('sha256', bytes);

export const digestOf = (value: unknown): string => sha256(canonicalText(value));

function objectText(value: object): string {
  if (value instanceof Decimal) return `"${value.toFixed()}"`;
  const kept = keptTexts.get(value);
  if (kept !== undefined) return kept;
  if (Array.isArray(value)) return listText(value);
  if (value instanceof Set) return listText([...value]);
  if (value instanceof Map) return objectText(Object.fromEntries(value));
  const fields = value as { readonly [key: string]: unknown };
  let text = OPENED;
  for (const key of sorted(Object.keys(fields))) {
    const item = fields[key];
    if (item === undefined) continue;
    const name = nameText(key);
    text += (text === OPENED ? name.slice(1) : name) + canonicalText(item);
  }
  return inOnePiece(`${text}}`);
}

const OPENED = ' {';

const listText = (items: readonly unknown[]): string =>
  inOnePiece(` [${items.map(canonicalText).join(',')}]`);

/**
 * Without the blank in front. A text put together is held in pieces, thousands of them in a large
 * record, which live until somebody gathers them; a cut is one piece, and half the work.
 */
const inOnePiece = (text: string): string => text.slice(1);

const FEW_KEYS = 16;

/**
 * In place, by UTF-16 code units as RFC 8785 asks and `sort` does. Most objects have a few keys,
 * and for those `sort` takes as long as everything else together.
 */
function sorted(keys: string[]): readonly string[] {
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] ?? '';
    let at = next;
    for (; at > 0 && (keys[at - 1] ?? '') > key; at -= 1) keys[at] = keys[at - 1] ?? '';
    keys[at] = key;
  }
  return keys;
}

/** Names of fields are few and come again and again; symbols as names are not so few. */
const NAMES_KEPT = 2_000;
const names = new Map<string, string>();

/** With the comma before it. */
function nameText(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `,${stringText(name)}:`;
  if (names.size < NAMES_KEPT) names.set(name, text);
  return text;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const PLAIN = /^[ !#-[\]-~]*$/;

function stringText(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (LONE_SURROGATE.test(value)) {
    throw new TypeError(`${JSON.stringify(value)} holds half of a surrogate pair`);
  }
  return JSON.stringify(value);
}

/** As ECMAScript writes it, which RFC 8785 asks for; minus zero is zero. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
  return String(value);
}

const unwritable = (value: unknown): TypeError =>
  new TypeError(`a ${typeof value} cannot be written as JSON`);
