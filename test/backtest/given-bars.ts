import type { PriceBars } from '../../src/backtest/price-bars.ts';
import { ticker } from '../../src/domain/ids.ts';

const DAY_MS = 86_400_000;
/** 9:30 in New York on Wednesday, 2026-01-07; every row is one day later. */
const FIRST_OPEN = Date.UTC(2026, 0, 7, 14, 30);

/** Daily bars in dollars: open, high, low, close. */
export function dailyBars(
  rows: readonly (readonly [number, number, number, number])[],
  symbol = 'AAPL',
): PriceBars {
  const column = (index: 0 | 1 | 2 | 3) =>
    Float64Array.from(rows, (row) => Math.round(row[index] * 10_000));
  const openAt = Float64Array.from(rows, (_, day) => FIRST_OPEN + day * DAY_MS);
  return {
    symbol: ticker(symbol),
    openAt,
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    dayOf: Int32Array.from(rows, (_, day) => day),
    days: [...openAt].map((at) => new Date(at).toISOString().slice(0, 10)),
    secondsOf: Float64Array.from(rows, () => 23_400),
  };
}
