/**
 * The oracle's own exact amounts: whole multiples of 10^-18. Prices and quantities have at most
 * nine decimals on the wire, so every product of the two is exact.
 */
export type Amount = bigint;

const DECIMALS = 18;
const UNIT: Amount = 10n ** BigInt(DECIMALS);
const DIGITS = /^(-?)(\d+)(?:\.(\d{1,18}))?$/;

/** Null when the text is no plain decimal of at most 18 decimals. */
export function amountOf(text: string): Amount | null {
  const found = DIGITS.exec(text);
  if (found === null) return null;
  const [, sign, whole = '0', fraction = ''] = found;
  const size = BigInt(whole) * UNIT + BigInt(fraction.padEnd(DECIMALS, '0'));
  return sign === '-' ? -size : size;
}

/** A JSON number of the data API. Null when it is none that a price or size can be. */
export function amountOfNumber(value: number): Amount | null {
  return amountOf(Number.isInteger(value) ? String(value) : value.toFixed(9));
}

export function textOf(amount: Amount): string {
  const size = sizeOf(amount);
  const fraction = (size % UNIT).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${size / UNIT}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Towards zero, where the product has more than 18 decimals. */
export function product(one: Amount, other: Amount): Amount {
  return (one * other) / UNIT;
}

/** Towards zero at the eighteenth decimal. */
export function share(amount: Amount, part: Amount, whole: Amount): Amount {
  return (amount * part) / whole;
}

export function sizeOf(amount: Amount): Amount {
  return amount < 0n ? -amount : amount;
}

export const least = (one: Amount, other: Amount): Amount => (one < other ? one : other);

export function most(one: Amount, other: Amount): Amount {
  return one > other ? one : other;
}

/** Whether two amounts differ by less than `10^-decimals`. */
export function isNear(one: Amount, other: Amount, decimals: number): boolean {
  return sizeOf(one - other) < 10n ** BigInt(DECIMALS - decimals);
}
