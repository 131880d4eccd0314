import type { Pull } from './price-process.ts';
import { MarketRandom } from './random.ts';
import { sharedLayers, Volatility } from './volatility.ts';

/** What moves many names at once. */
class Factor {
  private readonly random: MarketRandom;
  private readonly volatility: Volatility;
  private now: Pull = { move: 0, nervousness: 1 };

  constructor(seed: string) {
    this.random = new MarketRandom(`${seed}/moves`);
    this.volatility = new Volatility(seed, sharedLayers);
  }

  get pull(): Pull {
    return this.now;
  }

  step(): void {
    const nervousness = this.volatility.factor;
    this.now = { move: nervousness * this.random.normal(), nervousness };
  }

  advance(days: number): void {
    this.volatility.advance(days);
  }
}

const noPull: Pull = { move: 0, nervousness: 1 };

/** The market as a whole and its sectors; each draws from streams of its own. */
export class Factors {
  private readonly whole: Factor;
  private readonly sectors: ReadonlyMap<string, Factor>;

  constructor(seed: string, sectors: ReadonlySet<string>) {
    this.whole = new Factor(`${seed}/market`);
    const of = (sector: string) => new Factor(`${seed}/sector/${sector}`);
    this.sectors = new Map([...sectors].map((sector) => [sector, of(sector)]));
  }

  get market(): Pull {
    return this.whole.pull;
  }

  ofSector(sector: string | null): Pull {
    return (sector === null ? undefined : this.sectors.get(sector)?.pull) ?? noPull;
  }

  step(): void {
    this.whole.step();
    for (const factor of this.sectors.values()) factor.step();
  }

  advance(days: number): void {
    this.whole.advance(days);
    for (const factor of this.sectors.values()) factor.advance(days);
  }
}

/** To be saved by name. */
export const savedFactorClasses = { Factor, Factors };
