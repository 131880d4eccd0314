import { z } from 'zod';
import { parseDecimal } from '../../src/domain/decimal.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import type { OpenIntent } from '../../src/domain/plan.ts';

/** One line, so that the list of tools stays short: a side, one size, and named prices. */
const ENTRY = 'buy 20 stop 95 limit 100 target 110';
const SIZES = '$2000, or 1% of equity at risk';
/** Far above any that makes sense. */
const LONGEST = 120;

/** The argument that belongs to opening something. */
export const openingArguments = {
  entry: z.string().optional().describe(`open: ${ENTRY}; for 20 also ${SIZES}`),
};

export type Opening = { readonly entry?: string | undefined };

/** Why the argument makes no sense with this intent; null where it does. */
export const misplacedOpening = ({ entry }: Opening, intent: string): string | null =>
  entry === undefined || intent === 'open' ? null : `entry belongs to open, not to ${intent}.`;

/** What is to be opened, or a sentence on why these words do not tell. */
export function openOf({ entry = '' }: Opening, symbol: Ticker | undefined): OpenIntent | string {
  if (symbol === undefined) return 'open needs a symbol.';
  const [side, sizeWord = '', ...terms] = entry.slice(0, LONGEST + 1).split(' ');
  const size = sizeIn(sizeWord);
  const prices = pricesIn(terms);
  const isSide = side === 'buy' || side === 'sell';
  if (entry.length > LONGEST || !isSide || size === null || prices === null) {
    return `open needs an entry such as "${ENTRY}": for 20 also ${SIZES}; stop, limit and target may be left out.`;
  }
  return {
    ...{ kind: 'open', symbol, side, size },
    stopPrice: prices.get('stop') ?? null,
    limitPrice: prices.get('limit') ?? null,
    takeProfitPrice: prices.get('target') ?? null,
  };
}

const DIGITS = '(\\d{1,12}(?:\\.\\d{1,9})?)';
const SIZE = new RegExp(`^(\\$?)${DIGITS}(%?)$`);
const PRICE = new RegExp(`^${DIGITS}$`);

function sizeIn(word: string): OpenIntent['size'] | null {
  const [, dollar, digits = '', percent] = SIZE.exec(word) ?? [];
  if (parseDecimal(digits)?.gt('0') !== true || (dollar !== '' && percent !== '')) return null;
  if (dollar !== '') return { kind: 'dollars', dollars: digits };
  return percent === ''
    ? { kind: 'quantity', quantity: digits }
    : { kind: 'risk', percent: digits };
}

const PRICES: ReadonlySet<string> = new Set(['stop', 'limit', 'target']);

/** Each named once at most. */
function pricesIn(words: readonly string[]): ReadonlyMap<string, string> | null {
  const prices = new Map<string, string>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', digits = ''] = words.slice(at, at + 2);
    if (!PRICES.has(name) || prices.has(name) || !PRICE.test(digits)) return null;
    prices.set(name, digits);
  }
  return prices;
}
