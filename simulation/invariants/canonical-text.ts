import { createHash } from 'node:crypto';

/** RFC 8785: keys by their UTF-16 units, no spaces, numbers as ECMAScript writes them. */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(fields).sort()) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalText(fields[key])}`;
  }
  return `{${text}}`;
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
