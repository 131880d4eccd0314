import { fromNumber } from '../core/basics/decimal.ts';
import type { MarketNotice } from '../core/basics/types.ts';

const minuteMs = 60_000;
const referenceMs = 5 * minuteMs;
const doubledBeforeCloseMs = 25 * minuteMs;
const smallestMove = 0.01;

/**
 * Limit up - limit down: prices more than so many percent from the mean of the last five
 * minutes may not trade. The percentages are those of the plan for large shares; the quarter
 * of a minute that a quote may stand at the limit before the pause is left out.
 */
export class PriceBand {
  private mean: number;
  private reference: number;
  /** How far a price may be away, as a fraction; none is too far before it is known. */
  private reach = Number.POSITIVE_INFINITY;

  constructor(price: number) {
    this.mean = price;
    this.reference = price;
  }

  /** A new mean begins, as at the open and after a pause. */
  restart(price: number): void {
    this.mean = price;
    this.reference = price;
    this.reach = Number.POSITIVE_INFINITY;
  }

  allows(price: number): boolean {
    return Math.abs(price - this.reference) <= this.reference * this.reach;
  }

  /** The price within the band that is nearest to this one. */
  nearest(price: number): number {
    const width = this.reference * this.reach;
    return Math.min(this.reference + width, Math.max(this.reference - width, price));
  }

  /** Takes in the price after so long; gives back the band when it is a new one. */
  follow(
    symbol: string,
    price: number,
    elapsedMs: number,
    untilCloseMs: number,
  ): MarketNotice | null {
    this.mean += (price - this.mean) * (1 - Math.exp(-elapsedMs / referenceMs));
    const isMoved = Math.abs(this.mean / this.reference - 1) >= smallestMove;
    if (isMoved) this.reference = this.mean;
    const reach = reachAt(this.reference, untilCloseMs);
    if (!isMoved && reach === this.reach) return null;
    this.reach = reach;
    const width = this.reference * reach;
    const decimals = this.reference >= 1 ? 2 : 4;
    return {
      kind: 'luld',
      symbol,
      limitUp: fromNumber(this.reference + width, decimals),
      limitDown: fromNumber(Math.max(0, this.reference - width), decimals),
    };
  }
}

function reachAt(reference: number, untilCloseMs: number): number {
  const isLast = untilCloseMs <= doubledBeforeCloseMs;
  return (isLast ? 2 : 1) * usualReach(reference);
}

function usualReach(reference: number): number {
  if (reference > 3) return 0.05;
  return reference >= 0.75 ? 0.2 : Math.min(0.75, 0.15 / reference);
}
