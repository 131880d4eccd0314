import { type Decimal, decimal } from '../src/paper-exchange/core/basics/decimal.ts';
import type { Bar } from '../src/paper-exchange/core/basics/types.ts';

const DAY_MS = 86_400_000;
const DAYS = 70;

/** Quiet days before the first, so that a range and a volume are known. */
export function quietHistory(
  {
    symbol,
    price,
    volume,
  }: { readonly symbol: string; readonly price: number; readonly volume: number },
  startAt: number,
): Bar[] {
  const today = startAt - (startAt % DAY_MS);
  return Array.from({ length: DAYS }, (_, day): Bar => {
    const cents = (factor: number): Decimal => decimal((price * factor).toFixed(2));
    const [open, high, low, close] = [cents(1), cents(1.012), cents(0.988), cents(1)];
    const at = today - (DAYS - day) * DAY_MS;
    const figures = { volume, tradeCount: 100, vwap: close };
    return { symbol, at, durationMs: DAY_MS, open, high, low, close, ...figures };
  });
}
