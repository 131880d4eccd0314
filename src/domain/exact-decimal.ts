/**
 * Where what is dropped goes: 0 towards zero, 3 away from it; 1 and 2 to the nearest, with a half
 * away from zero or to the even digit.
 */
export type Rounding = 0 | 1 | 2 | 3;

type Units = number | bigint;

/** Ten to the power of the index; all that a safe integer has room for. */
const POWERS: readonly number[] = Array.from({ length: 16 }, (_, power) => 10 ** power);
const SAFE = Number.MAX_SAFE_INTEGER;
/** As many digits as every safe integer has room for. */
const EXACT_DIGITS = 15;
/** Digits that a division keeps behind the point. */
const QUOTIENT_PLACES = 18;
/** Beyond a double's own, which is all that anybody can mean. */
const LARGEST_EXPONENT = 400;

/**
 * A decimal number without error: a whole number of units, and how many of its digits stand
 * behind the point. Units are a plain number as long as that is exact and a bigint beyond; no
 * zero stands at the end behind the point, so that equal values have equal fields.
 *
 * JavaScript numbers are refused, and `a < b` throws: compare with `a.lt(b)`.
 */
export class Decimal {
  private static readonly zero = new Decimal(0, 0);

  private readonly units: Units;
  private readonly places: number;

  private constructor(units: Units, places: number) {
    this.units = units;
    this.places = places;
  }

  /** @throws TypeError when `digits` is not a decimal number, such as `-12.5` or `1e-7` */
  static of(digits: string | Decimal): Decimal {
    if (digits instanceof Decimal) return digits;
    if (digits === '0') return Decimal.zero;
    if (typeof digits !== 'string') throw new TypeError(`${digits} is not text of a decimal`);
    return Decimal.short(digits) ?? Decimal.long(digits);
  }

  plus(other: string | Decimal): Decimal {
    return Decimal.sum(this, Decimal.of(other), 1);
  }

  minus(other: string | Decimal): Decimal {
    return Decimal.sum(this, Decimal.of(other), -1);
  }

  times(other: string | Decimal): Decimal {
    const { units, places } = Decimal.of(other);
    const both = this.places + places;
    if (typeof this.units === 'number' && typeof units === 'number') {
      const product = this.units * units;
      if (isSafe(product)) return Decimal.made(product, both);
    }
    return Decimal.made(BigInt(this.units) * BigInt(units), both);
  }

  /**
   * To 18 digits behind the point, half to even.
   * @throws RangeError for a divisor of zero
   */
  div(other: string | Decimal): Decimal {
    const { units, places } = Decimal.of(other);
    if (units === 0) throw new RangeError('nothing is divided by zero');
    const power = places === 0 && typeof units === 'number' ? POWERS.indexOf(units) : -1;
    if (power >= 0 && this.places + power <= QUOTIENT_PLACES) {
      return Decimal.made(this.units, this.places + power);
    }
    const more = QUOTIENT_PLACES + places - this.places;
    const [dividend, divisor] = [BigInt(this.units), BigInt(units)];
    const quotient =
      more >= 0
        ? wholeQuotient(dividend * 10n ** BigInt(more), divisor, 2)
        : wholeQuotient(dividend, divisor * 10n ** BigInt(-more), 2);
    return Decimal.made(quotient, QUOTIENT_PLACES);
  }

  abs(): Decimal {
    return this.units < 0 ? this.neg() : this;
  }

  neg(): Decimal {
    return Decimal.made(-this.units, this.places);
  }

  /** Less than zero where this is the smaller one, more where it is the larger one. */
  cmp(other: string | Decimal): -1 | 0 | 1 {
    const { units, places } = Decimal.of(other);
    if (places === this.places) return this.units < units ? -1 : this.units > units ? 1 : 0;
    const most = Math.max(places, this.places);
    const mine = scaled(this.units, most - this.places);
    const its = scaled(units, most - places);
    return mine < its ? -1 : mine > its ? 1 : 0;
  }

  eq(other: string | Decimal): boolean {
    const { units, places } = Decimal.of(other);
    return this.units === units && this.places === places;
  }

  gt(other: string | Decimal): boolean {
    return this.cmp(other) > 0;
  }

  gte(other: string | Decimal): boolean {
    return this.cmp(other) >= 0;
  }

  lt(other: string | Decimal): boolean {
    return this.cmp(other) < 0;
  }

  lte(other: string | Decimal): boolean {
    return this.cmp(other) <= 0;
  }

  /** With at most so many digits behind the point; the caller names the direction. */
  round(places: number, rounding: Rounding): Decimal {
    const dropped = this.places - places;
    if (dropped <= 0) return this;
    const one = POWERS[dropped];
    if (typeof this.units !== 'number' || one === undefined) {
      const whole = wholeQuotient(BigInt(this.units), 10n ** BigInt(dropped), rounding);
      return Decimal.made(whole, places);
    }
    const rest = this.units % one;
    const whole = (this.units - rest) / one;
    const isAway = goesAway(rounding, rest !== 0, Math.abs(rest) * 2 - one, whole % 2 !== 0);
    return Decimal.made(isAway ? whole + Math.sign(rest) : whole, places);
  }

  /** Plain digits, with exactly so many behind the point where it is said, half to even. */
  toFixed(shown = this.places, rounding: Rounding = 2): string {
    const { units, places } = this.round(shown, rounding);
    const sign = this.units < 0 ? '-' : '';
    let digits = String(units < 0 ? -units : units);
    if (places === 0) return shown === 0 ? sign + digits : `${sign}${digits}.${zeros(shown)}`;
    if (digits.length <= places) digits = zeros(places + 1 - digits.length) + digits;
    const point = digits.length - places;
    const text = `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
    return shown === places ? text : text + zeros(shown - places);
  }

  toString(): string {
    return this.toFixed();
  }

  toJSON(): string {
    return this.toFixed();
  }

  valueOf(): never {
    throw new TypeError('decimals are compared with lt and gt, and text is made with toFixed');
  }

  private static sum(a: Decimal, b: Decimal, sign: 1 | -1): Decimal {
    const places = Math.max(a.places, b.places);
    const first = scaled(a.units, places - a.places);
    const second = scaled(b.units, places - b.places);
    if (typeof first === 'number' && typeof second === 'number') {
      const sum = first + sign * second;
      if (isSafe(sum)) return Decimal.made(sum, places);
    }
    return Decimal.made(BigInt(first) + BigInt(sign) * BigInt(second), places);
  }

  /** In the one form that the value has. */
  private static made(units: Units, places: number): Decimal {
    if (typeof units === 'bigint') {
      if (units <= SAFE && units >= -SAFE) return Decimal.made(Number(units), places);
      let kept = units;
      let left = places;
      for (; left > 0 && kept % 10n === 0n; left -= 1) kept /= 10n;
      return kept === units ? new Decimal(units, places) : Decimal.made(kept, left);
    }
    if (units === 0) return Decimal.zero;
    let kept = units;
    let left = places;
    while (left > 0) {
      // A remainder of doubles takes ten times as long.
      const tenth = Math.trunc(kept / 10);
      if (tenth * 10 !== kept) break;
      kept = tenth;
      left -= 1;
    }
    return new Decimal(kept, left);
  }

  /** What nearly all text is: some digits and a point. Null for all else. */
  private static short(digits: string): Decimal | null {
    const { length } = digits;
    const start = digits.charCodeAt(0) === MINUS ? 1 : 0;
    if (length > EXACT_DIGITS) return null;
    let units = 0;
    let point = -1;
    for (let at = start; at < length; at += 1) {
      const code = digits.charCodeAt(at);
      if (code >= ZERO && code <= NINE) units = units * 10 + (code - ZERO);
      else if (code === POINT && point < 0) point = at;
      else return null;
    }
    if (length === start + (point < 0 ? 0 : 1)) return null;
    return Decimal.made(start === 0 ? units : -units, point < 0 ? 0 : length - 1 - point);
  }

  private static long(digits: string): Decimal {
    const found = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(digits);
    const [, sign = '', whole = '', part = '', exponent = '0'] = found ?? [];
    if (whole + part === '' || Math.abs(Number(exponent)) > LARGEST_EXPONENT) {
      throw new TypeError(`${JSON.stringify(digits)} is not a decimal number`);
    }
    const units = BigInt(whole + part) * (sign === '' ? 1n : -1n);
    const places = part.length - Number(exponent);
    return places >= 0
      ? Decimal.made(units, places)
      : Decimal.made(units * 10n ** BigInt(-places), 0);
  }
}

const [MINUS, POINT, ZERO, NINE] = [0x2d, 0x2e, 0x30, 0x39];

/**
 * A product or a sum of safe integers that comes out as a safe one is exact: beyond, the
 * nearest double is never back among them.
 */
const isSafe = (units: number): boolean => units <= SAFE && units >= -SAFE;

const zeros = (count: number): string => (count === 2 ? '00' : '0'.repeat(count));

/** The same value in units that are so many digits smaller. */
function scaled(units: Units, digits: number): Units {
  if (digits === 0) return units;
  if (typeof units === 'number') {
    const more = units * (POWERS[digits] ?? Number.NaN);
    if (isSafe(more)) return more;
  }
  return BigInt(units) * 10n ** BigInt(digits);
}

function wholeQuotient(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const whole = dividend / divisor;
  const rest = dividend % divisor;
  const size = divisor < 0n ? -divisor : divisor;
  const beyondHalf = (rest < 0n ? -rest : rest) * 2n - size;
  if (!goesAway(rounding, rest !== 0n, beyondHalf, whole % 2n !== 0n)) return whole;
  return dividend < 0n === divisor < 0n ? whole + 1n : whole - 1n;
}

/** Whether what is dropped makes the last digit one larger. */
function goesAway(
  rounding: Rounding,
  hasRest: boolean,
  beyondHalf: Units,
  isOdd: boolean,
): boolean {
  switch (rounding) {
    case 0:
      return false;
    case 1:
      return beyondHalf >= 0;
    case 2:
      return beyondHalf > 0 || (beyondHalf >= 0 && isOdd);
    case 3:
      return hasRest;
  }
}
