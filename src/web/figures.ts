/** Decimal text as people read it. No amount goes through a float on the way. */

const UNKNOWN = '–';
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

type Parts = { readonly sign: string; readonly whole: string; readonly fraction: string };

function partsOf(text: string | null): Parts | null {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text ?? '') ?? [];
  if (sign === undefined || whole === undefined) return null;
  return { sign: sign === '' ? '' : '−', whole: grouped(whole), fraction };
}

/** All digits that it has, and at least two after the point. */
export function price(text: string | null): string {
  const parts = partsOf(text);
  if (parts === null) return text ?? UNKNOWN;
  return `${parts.sign}${parts.whole}.${parts.fraction.padEnd(2, '0')}`;
}

export function quantity(text: string): string {
  const parts = partsOf(text);
  if (parts === null) return text;
  const fraction = parts.fraction.replace(/0+$/, '');
  return `${parts.sign}${parts.whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Dollars and cents; what is finer is rounded down, so that no figure flatters. */
export function dollars(text: string | null): string {
  const parts = partsOf(downToCents(text));
  if (parts === null) return text ?? UNKNOWN;
  return `${parts.sign}$${parts.whole}.${parts.fraction}`;
}

function downToCents(text: string | null): string | null {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text ?? '') ?? [];
  if (sign === undefined || whole === undefined) return null;
  const isFiner = /[1-9]/.test(fraction.slice(2));
  const cents = BigInt(whole + fraction.slice(0, 2).padEnd(2, '0')) + (sign && isFiner ? 1n : 0n);
  const digits = String(cents).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** With its sign, also where it is a gain. */
export function gain(text: string | null): string {
  const parts = partsOf(text);
  return parts === null || parts.sign !== '' || isZero(text) ? dollars(text) : `+${dollars(text)}`;
}

export function rUnits(text: string | null): string {
  const parts = partsOf(text);
  if (parts === null) return text ?? UNKNOWN;
  const sign = parts.sign === '' && !isZero(text) ? '+' : parts.sign;
  return `${sign}${parts.whole}.${parts.fraction.padEnd(2, '0').slice(0, 2)} R`;
}

export const percent = (text: string | null): string => {
  const parts = partsOf(text);
  return parts === null
    ? (text ?? UNKNOWN)
    : `${parts.sign}${parts.whole}.${parts.fraction.padEnd(2, '0').slice(0, 2)} %`;
};

/** Which way an amount points: for a colour that a word or a sign says as well. */
export function direction(text: string | null): 'up' | 'down' | 'flat' {
  if (text === null || isZero(text)) return 'flat';
  return text.startsWith('-') ? 'down' : 'up';
}

const isZero = (text: string | null): boolean => /^-?0*\.?0*$/.test(text ?? '');

/** Dollars inside a sentence, with their thousands apart. */
export const withGroups = (sentence: string): string =>
  sentence.replace(/\$(\d{4,})/g, (_, digits: string) => `$${grouped(digits)}`);

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** For people: `4 min 05 s`, `12 s`, `3 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** The time of day on the reader's clock, with the day where it is another one. */
export function timeOfDay(iso: string | null): string {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return UNKNOWN;
  return at.toLocaleString([], { weekday: 'short', hour: '2-digit', minute: '2-digit' });
}
