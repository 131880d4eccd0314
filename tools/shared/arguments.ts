import { z } from 'zod';
import { parseDecimal } from '../../src/domain/decimal.ts';
import { isTicker, ticker } from '../../src/domain/ids.ts';

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
