/** Shares and dollars as whole numbers of this part, the one that the exchange's books use. */
const ONE = 10_000_000_000_000n;
const DECIMALS = 13;

/** Null for what is no plain decimal. */
export function unitsOf(text: unknown): bigint | null {
  if (typeof text !== 'string' && typeof text !== 'number') return null;
  const match = /^(-?)(\d+)(?:\.(\d{1,13})0*)?$/.exec(String(text));
  if (match === null) return null;
  const units = BigInt((match[2] ?? '') + (match[3] ?? '').padEnd(DECIMALS, '0'));
  return match[1] === '-' ? -units : units;
}

export function digitsOf(units: bigint): string {
  if (units < 0n) return `-${digitsOf(-units)}`;
  const fraction = (units % ONE).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return fraction === '' ? `${units / ONE}` : `${units / ONE}.${fraction}`;
}

/** As a statistic: never again an amount. */
export const numberOf = (units: bigint): number => Number(units) / Number(ONE);

export const magnitude = (units: bigint): bigint => (units < 0n ? -units : units);
export const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);
export const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
