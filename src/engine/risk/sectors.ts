import type { Ticker } from '../../domain/ids.ts';
import { sectorMap } from './sector-map.ts';

const shipped: ReadonlyMap<string, string> = new Map(
  Object.entries(sectorMap.sectors).flatMap(([sector, symbols]) =>
    symbols.map((symbol) => [symbol, sector] as const),
  ),
);

/** The GICS sector of a name; null where neither the owner nor the shipped map knows one. */
export const sectorOf = (
  symbol: Ticker,
  overrides: Readonly<Record<string, string>>,
): string | null => overrides[symbol] ?? shipped.get(symbol) ?? null;
