import { MarketRandom } from './random.ts';

/** How nervous prices are may change within minutes, days and months at once. */
type Layer = {
  /** After so many days of trading about a third of a change is left. */
  readonly memoryDays: number;
  /** Of the logarithm. */
  readonly deviation: number;
};

const minute = 1 / 390;

/** Of one name, beside what it shares with others. */
export const ownLayers: readonly Layer[] = [
  { memoryDays: 20 * minute, deviation: 0.35 },
  { memoryDays: 0.5, deviation: 0.2 },
  { memoryDays: 15, deviation: 0.35 },
  { memoryDays: 120, deviation: 0.45 },
];

/** Of the market or of a sector. */
export const sharedLayers: readonly Layer[] = [
  { memoryDays: 45 * minute, deviation: 0.25 },
  { memoryDays: 1, deviation: 0.25 },
  { memoryDays: 15, deviation: 0.35 },
  { memoryDays: 150, deviation: 0.55 },
];

/** The mean of the factor of what is shared; it is the mean of its square that is 1. */
export const meanSharedFactor = Math.exp(
  -sharedLayers.reduce((sum, { deviation }) => sum + deviation ** 2, 0) / 2,
);

/**
 * Volatility that comes in clusters: several layers that forget at different speeds, so that
 * the memory of a shock fades slowly, as it does in markets.
 */
export class Volatility {
  private readonly layers: readonly Layer[];
  private readonly values: number[];
  private readonly random: MarketRandom;
  private readonly bias: number;
  private current: number;

  constructor(seed: string, layers: readonly Layer[]) {
    this.layers = layers;
    this.random = new MarketRandom(`${seed}/volatility`);
    this.values = layers.map(({ deviation }) => deviation * this.random.normal());
    this.bias = layers.reduce((sum, { deviation }) => sum + deviation ** 2, 0);
    this.current = this.measured();
  }

  /** What moves are to be multiplied with; the mean of its square is 1. */
  get factor(): number {
    return this.current;
  }

  advance(days: number): void {
    for (const [place, { memoryDays, deviation }] of this.layers.entries()) {
      const kept = Math.exp(-days / memoryDays);
      const fresh = deviation * Math.sqrt(1 - kept * kept) * this.random.normal();
      this.values[place] = (this.values[place] ?? 0) * kept + fresh;
    }
    this.current = this.measured();
  }

  /** News excite: `amount` in the logarithm, on the layer that lasts about half a day. */
  excite(amount: number): void {
    this.values[1] = (this.values[1] ?? 0) + amount;
    this.current = this.measured();
  }

  private measured(): number {
    return Math.exp(this.values.reduce((sum, value) => sum + value, 0) - this.bias);
  }
}
