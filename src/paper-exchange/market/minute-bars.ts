import { type Decimal, fromNumber, larger, smaller } from '../core/basics/decimal.ts';
import type { Bar, Milliseconds, Trade } from '../core/basics/types.ts';

const minuteMs = 60_000;
const vwapDecimals = 4;

type Open = {
  readonly at: Milliseconds;
  readonly open: Decimal;
  high: Decimal;
  low: Decimal;
  close: Decimal;
  volume: number;
  tradeCount: number;
  dollars: number;
};

/** Gathers the trades of one name into bars of a minute. */
export class MinuteBars {
  private bar: Open | null = null;

  /** `price` is that of the trade. */
  add({ at, price: exact, size }: Trade, price: number): void {
    const begin = at - (at % minuteMs);
    const { bar } = this;
    if (bar === null || bar.at !== begin) {
      const first = { open: exact, high: exact, low: exact, close: exact };
      this.bar = { at: begin, ...first, volume: size, tradeCount: 1, dollars: price * size };
      return;
    }
    if (exact > bar.high) bar.high = exact;
    else if (exact < bar.low) bar.low = exact;
    bar.close = exact;
    bar.volume += size;
    bar.tradeCount += 1;
    bar.dollars += price * size;
  }

  /** The bar that has ended by `at`, once; null when none has. */
  takeEnded(symbol: string, at: Milliseconds): Bar | null {
    const { bar } = this;
    if (bar === null || bar.at + minuteMs > at) return null;
    this.bar = null;
    const { open, high, low, close, volume, tradeCount, dollars } = bar;
    const mean = volume > 0 ? fromNumber(dollars / volume, vwapDecimals) : close;
    const vwap = smaller(high, larger(low, mean));
    const prices = { open, high, low, close, vwap };
    return { symbol, at: bar.at, durationMs: minuteMs, ...prices, volume, tradeCount };
  }
}
