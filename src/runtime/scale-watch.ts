import { type Price, text } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { Incoherence, Position } from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';
import { isOnOldScale, type Split } from '../engine/splits.ts';

/** A price that has not followed its split by then is believed to have moved that far. */
const LONGEST_DOUBT_MS = 24 * 3_600_000;

type Doubt = { readonly split: Split; readonly priceBefore: Price; readonly since: EpochMs };

/**
 * Splits whose new count of shares the broker shows while its price is still of before: on
 * such figures a healthy position looks like a windfall or a crash.
 */
export class ScaleWatch {
  readonly #doubts = new Map<Ticker, Doubt>();

  note(symbol: Ticker, doubt: Doubt): void {
    this.#doubts.set(symbol, doubt);
  }

  isInDoubt(symbol: Ticker): boolean {
    return this.#doubts.has(symbol);
  }

  /** What may not be acted on yet; where price and shares agree again, the doubt is over. */
  judge(positions: readonly Position[], at: EpochMs): Incoherence[] {
    for (const [symbol, doubt] of this.#doubts) {
      const position = positions.find((held) => held.symbol === symbol);
      if (position === undefined || isSettled(position, doubt, at)) this.#doubts.delete(symbol);
    }
    return [...this.#doubts].map(([symbol, { split, priceBefore }]) => ({
      symbol,
      because:
        `a split made ${text(split.to)} shares of ${text(split.from)}, but the price is still ` +
        `on the scale of ${text(priceBefore)} before it`,
    }));
  }
}

const isSettled = ({ currentPrice }: Position, { split, priceBefore, since }: Doubt, at: EpochMs) =>
  at - since >= LONGEST_DOUBT_MS || !isOnOldScale(currentPrice, priceBefore, split);
