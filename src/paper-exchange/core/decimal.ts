/**
 * Exact decimals as scaled integers.
 *
 * One unit is 10^-13: a price has at most four decimals and a quantity nine, so thirteen make
 * every product of the two exact. Only divisions round, and each says how.
 */
export type Decimal = bigint;

const DIGITS = 13;
export const ONE: Decimal = 10n ** BigInt(DIGITS);
export const ZERO: Decimal = 0n;

const PLAIN = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Reads plain decimal digits. Null when the text is no decimal or has over 13 decimals. */
export function parseDecimal(text: string): Decimal | null {
  const match = PLAIN.exec(text);
  if (match === null) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > DIGITS) return null;
  const magnitude = BigInt((match[2] ?? '0') + fraction.padEnd(DIGITS, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

/** Reads digits that the program itself wrote; throws when they are no decimal. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`"${text}" is no decimal with at most ${DIGITS} decimals`);
  return value;
}

/** A number of market data, rounded half up to `decimals`. */
export function fromNumber(value: number, decimals = 4): Decimal {
  return BigInt(Math.round(value * 10 ** decimals)) * 10n ** BigInt(DIGITS - decimals);
}

/** For the data wire, which speaks JSON numbers. */
export function toNumber(value: Decimal): number {
  return Number(formatDecimal(value));
}

/** Plain digits without trailing zeros: `12.5`, `-3`, `0`. */
export function formatDecimal(value: Decimal): string {
  if (value < 0n) return `-${formatDecimal(-value)}`;
  const whole = value / ONE;
  const rest = value % ONE;
  if (rest === 0n) return whole.toString();
  const digits = rest.toString().padStart(DIGITS, '0').replace(/0+$/, '');
  return `${whole}.${digits}`;
}

/** Rounded half away from zero to `decimals`, then written without trailing zeros. */
export function formatRounded(value: Decimal, decimals: number): string {
  return formatDecimal(roundTo(value, decimals));
}

/** Half away from zero. */
export function roundTo(value: Decimal, decimals: number): Decimal {
  const unit = 10n ** BigInt(DIGITS - decimals);
  const half = unit / 2n;
  return value < 0n ? -(((-value + half) / unit) * unit) : ((value + half) / unit) * unit;
}

/** Towards zero. */
export function truncateTo(value: Decimal, decimals: number): Decimal {
  const unit = 10n ** BigInt(DIGITS - decimals);
  return (value / unit) * unit;
}

/** Whether the value has no digit beyond `decimals`. */
export function hasAtMostDecimals(value: Decimal, decimals: number): boolean {
  return value % 10n ** BigInt(DIGITS - decimals) === 0n;
}

/** Exact for a price times a quantity; otherwise towards zero at the thirteenth decimal. */
export function multiply(left: Decimal, right: Decimal): Decimal {
  return (left * right) / ONE;
}

/** Towards zero at the thirteenth decimal. The divisor must not be zero. */
export function divide(dividend: Decimal, divisor: Decimal): Decimal {
  return (dividend * ONE) / divisor;
}

export function absolute(value: Decimal): Decimal {
  return value < 0n ? -value : value;
}

export function smaller(left: Decimal, right: Decimal): Decimal {
  return left < right ? left : right;
}

export function larger(left: Decimal, right: Decimal): Decimal {
  return left > right ? left : right;
}
