import { Random } from '../core/basics/random.ts';

/** The distributions that a made-up market draws from; the same seed, the same draws. */
export class MarketRandom {
  private readonly random: Random;
  private spareNormal: number | null = null;

  constructor(seed: string) {
    this.random = new Random(seed);
  }

  /** Evenly between 0, included, and 1, excluded. */
  uniform(): number {
    return this.random.uint32() / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + this.random.below(high - low + 1);
  }

  /** Mean 1, at least 0: how long one waits for what may come at any time. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** 1 or -1. */
  sign(): number {
    return this.uniform() < 0.5 ? -1 : 1;
  }

  /** Mean 0, variance 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        this.spareNormal = y * scale;
        return x * scale;
      }
    }
  }
}
