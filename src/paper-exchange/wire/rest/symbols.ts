import { WireError } from '../../core/basics/types.ts';
import type { QueryReader } from './params.ts';

/** Shares and crypto pairs have data endpoints of their own; a pair has a slash in its name. */
export type Market = 'stocks' | 'crypto';

const PATTERNS: Readonly<Record<Market, RegExp>> = {
  stocks: /^[A-Z0-9.\-^]{1,16}$/i,
  crypto: /^[A-Z0-9]{1,12}\/[A-Z0-9]{1,8}$/i,
};

/** The symbols that a request names, each once, or what is wrong with them. */
export function requestedSymbols(
  reader: QueryReader,
  market: Market,
): readonly string[] | WireError {
  const symbols = reader.list('symbols');
  if (symbols === null || symbols.length === 0) {
    return new WireError(400, { message: 'symbols is required' });
  }
  const wrong = symbols.find((symbol) => !PATTERNS[market].test(symbol));
  if (wrong !== undefined) return invalidSymbol(wrong);
  return [...new Set(symbols)].sort();
}

/** The symbol of a path. */
export function checkedSymbol(symbol: string): string | WireError {
  return PATTERNS.stocks.test(symbol) ? symbol : invalidSymbol(symbol);
}

function invalidSymbol(symbol: string): WireError {
  return new WireError(400, { message: `invalid symbol: ${symbol}` });
}
