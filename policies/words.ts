import { type Decimal, type Quantity, text } from '../src/domain/decimal.ts';

/** A price or an amount as people write it: `95.00`, `0.1234`. */
export const dollars = (amount: Decimal): string =>
  amount.eq(amount.round(2, 0)) ? amount.toFixed(2) : text(amount);

/** An amount to the nearest cent, for a sentence. */
export const cents = (amount: Decimal): string => amount.toFixed(2);

export const shares = (count: Quantity): string =>
  count.eq('1') ? '1 share' : `${text(count)} shares`;
