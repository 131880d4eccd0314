import { z } from 'zod';
import { parseDecimal } from '../../src/domain/decimal.ts';
import { isTicker, ticker } from '../../src/domain/ids.ts';
import type { EpochMs } from '../../src/domain/time.ts';

/** A ticker, or a refusal that does not repeat what was passed: it may be injected text. */
export const symbolArgument = z
  .string()
  .max(16)
  .refine(isTicker, 'must be a ticker such as AAPL, BRK.B or BTC/USD, in capitals')
  .transform(ticker);

/** A positive amount as plain digits in a string: a JSON number would go through a float. */
export const amountArgument = z
  .string()
  .max(40)
  .refine(
    // With no space around it: what is read here is calculated with as it stands.
    (digits) => digits === digits.trim() && parseDecimal(digits)?.gt('0') === true,
    'must be a decimal in a string, above zero, for example "0.5"',
  );

/** An id as BigBrother or the broker gives it: nothing that could be read as a sentence. */
export const isId = (text: string): boolean => /^[\w.:#-]{1,100}$/.test(text);

export const idArgument = z
  .string()
  .max(100)
  .refine(isId, 'must be an id: letters, digits, and no spaces');

export const detailArgument = z.enum(['summary', 'full']);
export type Detail = z.infer<typeof detailArgument>;

/** A page's size; the default keeps an answer under 2,000 tokens. */
export const limitArgument = (most: number) => z.int().min(1).max(most);

const SPAN = /^(\d{1,4})([mhdw])$/;
const SPAN_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** `24h` or `7d` before `now`, an ISO-8601 time with its zone, or a UTC date; else null. */
export function parseTime(written: string, now: EpochMs): EpochMs | null {
  const span = SPAN.exec(written);
  if (span) return now - Number(span[1]) * SPAN_MS[span[2] as keyof typeof SPAN_MS];
  if (!ISO.test(written)) return null;
  const at = Date.parse(written);
  return Number.isNaN(at) ? null : at;
}
