import type { Facts } from './case.ts';

/** Cents that sums of floats may be beside each other. */
const TOLERANCE = 0.011;

/**
 * What the gains of a portfolio history of days count from; null where both would give the same
 * or neither does.
 */
export function gainsCountFrom(facts: Facts): 'from_day_before' | 'from_base' | null {
  const [equity, gains] = ['equity', 'profit_loss'].map((name) => numbersIn(facts, name));
  const base = Number(facts.get('history.base_value') ?? Number.NaN);
  if (equity === undefined || gains === undefined || equity.length !== gains.length) return null;
  const fits = (from: (place: number) => number): boolean =>
    equity.every(
      (value, place) => Math.abs(value - from(place) - (gains[place] ?? Number.NaN)) < TOLERANCE,
    );
  const isFromBase = fits(() => base);
  const isFromDayBefore = fits((place) => equity[place - 1] ?? base);
  if (isFromBase === isFromDayBefore) return null;
  return isFromBase ? 'from_base' : 'from_day_before';
}

/** Without the points that are missing, if they are missing from the beginning. */
function numbersIn(facts: Facts, name: string): readonly number[] | undefined {
  const text = facts.get(`history.${name}`);
  if (typeof text !== 'string') return undefined;
  const values: unknown = JSON.parse(text);
  if (!Array.isArray(values)) return undefined;
  return values.filter((value) => typeof value === 'number');
}

/** The percentage that prices may be away, as a search up to 99 found it: all is none. */
export const percentAway = (facts: Facts): number | null => {
  const largest = facts.get('search.largest');
  if (typeof largest !== 'number' || largest < 1) return null;
  return largest === 99 ? 0 : largest;
};

/** As many as were taken; where all were, the number is unknown and counts as this large. */
export const takenOf =
  (most: number, more: number) =>
  (facts: Facts): number | null => {
    const largest = facts.get('search.largest');
    if (typeof largest !== 'number' || largest < 1) return null;
    return largest === most ? more : largest;
  };
