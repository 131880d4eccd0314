import { type Decimal, larger, smaller, ZERO } from '../core/decimal.ts';
import type { Bar, Milliseconds, Trade } from '../core/types.ts';

const minuteMs = 60_000;

type Open = Omit<Bar, 'vwap'> & { readonly dollars: Decimal };

/** Gathers the trades of one name into bars of a minute. */
export class MinuteBars {
  #open: Open | null = null;

  add({ symbol, at, price, size }: Trade): void {
    const begin = at - (at % minuteMs);
    const dollars = price * BigInt(size);
    const open = this.#open;
    if (open === null || open.at !== begin) {
      const first = { open: price, high: price, low: price, close: price };
      const counts = { volume: size, tradeCount: 1, dollars };
      this.#open = { symbol, at: begin, durationMs: minuteMs, ...first, ...counts };
      return;
    }
    this.#open = {
      ...open,
      high: larger(open.high, price),
      low: smaller(open.low, price),
      close: price,
      volume: open.volume + size,
      tradeCount: open.tradeCount + 1,
      dollars: open.dollars + dollars,
    };
  }

  /** The bar that has ended by `at`, once; null when none has. */
  takeEnded(at: Milliseconds): Bar | null {
    const open = this.#open;
    if (open === null || open.at + minuteMs > at) return null;
    this.#open = null;
    const { dollars, ...bar } = open;
    return { ...bar, vwap: bar.volume === 0 ? ZERO : dollars / BigInt(bar.volume) };
  }
}
