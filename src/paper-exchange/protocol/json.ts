import { z } from 'zod';

export type Json = z.output<ReturnType<typeof z.json>>;
export const jsonSchema = z.json();

/** An instant: milliseconds since 1970, or RFC 3339 with its zone. */
export const instantSchema = z.union([
  z.number().int(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

const milliseconds = z.number().nonnegative();

/** The shapes of `Duration`. */
export const durationSchema = z.union([
  milliseconds,
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('uniform'), fromMs: milliseconds, toMs: milliseconds }),
    z.strictObject({ kind: z.literal('normal'), meanMs: milliseconds, deviationMs: milliseconds }),
    z.strictObject({ kind: z.literal('exponential'), meanMs: milliseconds }),
    z.strictObject({
      kind: z.literal('lognormal'),
      medianMs: milliseconds,
      sigma: z.number().nonnegative(),
    }),
  ]),
]);

/** Digits of an amount, as the trading API writes them. */
export const digitsSchema = z.string().regex(/^-?\d{1,12}(\.\d{1,9})?$/);

export function parsed(text: string): Json | undefined {
  const result = z.json().safeParse(textToJson(text));
  return result.success ? result.data : undefined;
}

function textToJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
