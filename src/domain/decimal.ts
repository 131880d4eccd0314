import { Decimal } from './exact-decimal.ts';

export { Decimal };

type Unit<Name extends string> = Decimal & { readonly unit: Name };

/** Dollars per share. */
export type Price = Unit<'price'>;
/** Shares (or coins), possibly fractional, never negative: the side says the direction. */
export type Quantity = Unit<'quantity'>;
/** Dollars. */
export type Notional = Unit<'notional'>;

/** @throws TypeError when `digits` is not a decimal number. */
export const decimal = (digits: string | Decimal): Decimal => Decimal.of(digits);
export const price = (digits: string | Decimal): Price => Decimal.of(digits) as Price;
export const quantity = (digits: string | Decimal): Quantity => Decimal.of(digits) as Quantity;
export const notional = (digits: string | Decimal): Notional => Decimal.of(digits) as Notional;

export const ZERO = decimal('0');
export const NO_SHARES = quantity('0');
export const NO_DOLLARS = notional('0');

/** Dollars that `held` shares are worth `at` a price. */
export const worth = (at: Price, held: Quantity): Notional => at.times(held) as unknown as Notional;

const HUNDREDTH = decimal('0.01');
/** So many percent of something, exactly: nothing is divided, so that nothing is rounded. */
export const percentOf = (whole: Decimal, percent: Decimal): Decimal =>
  whole.times(percent).times(HUNDREDTH);

/** Plain digits, never an exponent: what Alpaca, the journal and a person read. */
export const text = (value: Decimal): string => value.toFixed();

export const smaller = <D extends Decimal>(a: D, b: D): D => (a.lte(b) ? a : b);
export const larger = <D extends Decimal>(a: D, b: D): D => (a.gte(b) ? a : b);

export const addShares = (a: Quantity, b: Quantity): Quantity =>
  a === NO_SHARES ? b : (a.plus(b) as Quantity);
/** `a - b`, and none rather than a negative count. */
export const sharesLeft = (a: Quantity, b: Quantity): Quantity =>
  a.lte(b) ? NO_SHARES : (a.minus(b) as Quantity);

/** Whole shares, rounded down: one share too many sold is a short. */
export const wholeShares = (held: Quantity): Quantity => held.round(0, 0) as Quantity;
export const isWhole = (held: Quantity): boolean => held.eq(held.round(0, 0));
/** Alpaca takes nine decimals of a share; the rest is cut off, never rounded up. */
export const shareFraction = (of: Quantity, fraction: Decimal): Quantity =>
  of.times(fraction).round(9, 0) as Quantity;

/** US equities trade in cents at or above one dollar and in hundredths of a cent below it. */
const ONE_DOLLAR = decimal('1');
const tickDecimals = (raw: Decimal): number => (raw.gte(ONE_DOLLAR) ? 2 : 4);
export const tickDown = (raw: Decimal): Price => raw.round(tickDecimals(raw), 0) as Price;
export const tickUp = (raw: Decimal): Price => raw.round(tickDecimals(raw), 3) as Price;
/** True when a price already stands on the tick that Alpaca accepts. */
export const onTick = (at: Price): boolean => at.eq(at.round(tickDecimals(at), 0));

const BASIS_POINT = decimal('0.0001');
/** `basisPoints` of a price, unrounded: the caller names the direction it rounds in. */
export const basisPointsOf = (at: Decimal, basisPoints: number): Decimal =>
  at.times(String(basisPoints)).times(BASIS_POINT);

/** A decimal out of text from outside, or null when it is not one. */
export function parseDecimal(digits: string): Decimal | null {
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(digits.trim()) ? Decimal.of(digits.trim()) : null;
}
