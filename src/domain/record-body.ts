import type { Json } from './canonical.ts';

/** A field of a record's body; undefined where there is none. */
export function fieldAt(body: Json, name: string): Json | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as { readonly [key: string]: Json })[name]
    : undefined;
}

/** A field of what is logged, before it is a record's body; undefined where there is none. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** A field of a record's body that is text; null where it is none. */
export function textAt(body: Json, name: string): string | null {
  const value = fieldAt(body, name);
  return typeof value === 'string' ? value : null;
}
