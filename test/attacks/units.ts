/** Whole billionths: the checker calculates with its own arithmetic. */
const DIGITS = 9;
const ONE = 10n ** BigInt(DIGITS);

/** @throws for what is no plain decimal */
export function unitsOf(text: unknown): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9})\d*)?$/.exec(String(text));
  if (match === null) throw new Error(`${String(text)} is no decimal`);
  const units = BigInt((match[2] ?? '') + (match[3] ?? '').padEnd(DIGITS, '0'));
  return match[1] === '-' ? -units : units;
}

export const times = (one: bigint, other: bigint): bigint => (one * other) / ONE;
export const magnitude = (units: bigint): bigint => (units < 0n ? -units : units);
export const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
export const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);
export const inWords = (units: bigint): string => String(Number(units) / Number(ONE));
