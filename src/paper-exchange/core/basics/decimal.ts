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

/** Powers of ten by exponent: the unit of each decimal place. */
const POWERS: readonly bigint[] = Array.from(
  { length: DIGITS + 1 },
  (_, power) => 10n ** BigInt(power),
);

const PLAIN = /^([+-]?)(\d+)(?:\.(\d+))?$/;
/** Short prices and quantities are read as whole numbers, which is much faster. */
const SHORT = /^\d{1,9}(?:\.\d{1,6})?$/;

/** Reads plain decimal digits. Null when the text is no decimal or has over 13 decimals. */
export function parseDecimal(text: string): Decimal | null {
  if (SHORT.test(text)) return parseShort(text);
  const match = PLAIN.exec(text);
  if (match === null) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > DIGITS) return null;
  const magnitude = BigInt((match[2] ?? '0') + fraction.padEnd(DIGITS, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

function parseShort(text: string): Decimal {
  const point = text.indexOf('.');
  if (point === -1) return BigInt(Number(text)) * ONE;
  const decimals = text.length - point - 1;
  return BigInt(Number(text.slice(0, point) + text.slice(point + 1))) * unitOf(decimals);
}

/** The smallest value with this many decimals. */
function unitOf(decimals: number): Decimal {
  return POWERS[DIGITS - decimals] ?? 1n;
}

/** Reads digits that the program itself wrote; throws when they are no decimal. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new Error(`"${text}" is no decimal with at most ${DIGITS} decimals`);
  return value;
}

/** A number of market data, rounded half up to `decimals`. */
export function fromNumber(value: number, decimals = 4): Decimal {
  return BigInt(Math.round(value * 10 ** decimals)) * unitOf(decimals);
}

/** For the data wire, which speaks JSON numbers. */
export function toNumber(value: Decimal): number {
  return Number(formatDecimal(value));
}

/** Plain digits without trailing zeros: `12.5`, `-3`, `0`. */
export function formatDecimal(value: Decimal): string {
  if (value === 0n) return '0';
  if (value < 0n) return `-${formatDecimal(-value)}`;
  const digits = value.toString().padStart(DIGITS + 1, '0');
  const point = digits.length - DIGITS;
  const whole = digits.slice(0, point);
  let end = digits.length;
  while (end > point && digits[end - 1] === '0') end -= 1;
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`;
}

/** Rounded half away from zero to `decimals`, then written without trailing zeros. */
export function formatRounded(value: Decimal, decimals: number): string {
  return formatDecimal(hasAtMostDecimals(value, decimals) ? value : roundTo(value, decimals));
}

/** Half away from zero. */
export function roundTo(value: Decimal, decimals: number): Decimal {
  const unit = unitOf(decimals);
  const half = unit / 2n;
  return value < 0n ? -(((-value + half) / unit) * unit) : ((value + half) / unit) * unit;
}

/** Towards zero. */
export function truncateTo(value: Decimal, decimals: number): Decimal {
  const unit = unitOf(decimals);
  return (value / unit) * unit;
}

/** Whether the value has no digit beyond `decimals`. */
export function hasAtMostDecimals(value: Decimal, decimals: number): boolean {
  return value % unitOf(decimals) === 0n;
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
