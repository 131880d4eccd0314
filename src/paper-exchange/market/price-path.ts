/** A jump at once, or a way that ends exactly so many percent from where it began. */
export type PathEvent =
  | { readonly atMs: number; readonly gapPercent: number }
  | { readonly fromMs: number; readonly toMs: number; readonly driftPercent: number };

const lowestPrice = 0.000_001;

/** The price of one name, step by step. Prices here are statistics; nobody pays them. */
export class PricePath {
  private logPrice: number;
  private bridge: { readonly target: number; stepsLeft: number } | null = null;

  constructor(startPrice: number) {
    this.logPrice = Math.log(startPrice);
  }

  get price(): number {
    return Math.max(lowestPrice, Math.exp(this.logPrice));
  }

  /** On a way that leads somewhere the drift does nothing. */
  step(drift: number, noise: number): void {
    const { bridge } = this;
    if (bridge === null) {
      this.logPrice += drift + noise;
      return;
    }
    // A Brownian bridge: each step pulls by its share of what is left, the last one fully.
    const left = bridge.stepsLeft;
    this.logPrice += (bridge.target - this.logPrice) / left + noise * Math.sqrt((left - 1) / left);
    bridge.stepsLeft -= 1;
    if (bridge.stepsLeft === 0) this.bridge = null;
  }

  /** At once, in log prices; a way that is under way still ends where it must. */
  jump(move: number): void {
    this.logPrice += move;
  }

  /** To a multiple of the price; a way that is under way ends at the multiple too. */
  scale(factor: number): void {
    const move = Math.log(factor);
    this.jump(move);
    if (this.bridge !== null) this.bridge = { ...this.bridge, target: this.bridge.target + move };
  }

  /** From here on, `steps` steps lead to a price `percent` away. */
  leadTo(percent: number, steps: number): void {
    this.bridge = { target: this.logPrice + Math.log(1 + percent / 100), stepsLeft: steps };
  }
}
