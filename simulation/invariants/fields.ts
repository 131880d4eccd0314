/** Reading what was written as JSON; what is not there, or is of another kind, is null. */
export type Fields = { readonly [name: string]: unknown };

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const numberIn = (value: unknown): number | null =>
  typeof value === 'number' ? value : null;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
