import type { MarketRandom } from './random.ts';

/** A jump at once, or a way that ends exactly so many percent from where it began. */
export type PathEvent =
  | { readonly atMs: number; readonly gapPercent: number }
  | { readonly fromMs: number; readonly toMs: number; readonly driftPercent: number };

export type PathOptions = {
  readonly startPrice: number;
  /** Of one day's trading, as a fraction: 0.02 is two percent. */
  readonly dailyVolatility: number;
  readonly dailyDrift: number;
  readonly stepsPerDay: number;
  readonly random: MarketRandom;
};

type Regime = { readonly volatility: number; readonly lastsDays: number };
const usual: Regime = { volatility: 1, lastsDays: 0.2 };
const quiet: Regime = { volatility: 0.45, lastsDays: 0.1 };
const stormy: Regime = { volatility: 2.2, lastsDays: 0.03 };
const regimes = [usual, quiet, stormy];

// GARCH(1,1) of mean 1: a shock raises the variance of the steps after it, and half of that is
// gone after some seventy steps.
const shockShare = 0.05;
const memory = 0.94;

const marketCorrelation = 0.35;
const overnightShare = 0.5;
const jumpsPerDay = 0.25;
const jumpSize = 1.5;
const lowestPrice = 0.01;

/** The price of one name, step by step. Prices here are statistics; nobody pays them. */
export class PricePath {
  readonly #options: PathOptions;
  readonly #stepVolatility: number;
  #logPrice: number;
  #variance = 1;
  #regime = usual;
  #bridge: { readonly target: number; stepsLeft: number } | null = null;

  constructor(options: PathOptions) {
    this.#options = options;
    this.#stepVolatility = options.dailyVolatility / Math.sqrt(options.stepsPerDay);
    this.#logPrice = Math.log(options.startPrice);
  }

  get price(): number {
    return Math.max(lowestPrice, Math.exp(this.#logPrice));
  }

  /** 1 in usual times; spreads follow it. */
  get nervousness(): number {
    return this.#regime.volatility * Math.sqrt(this.#variance);
  }

  /** One step of the session. `marketNormal` is the shock that all names share. */
  step(marketNormal: number): void {
    const { random, dailyDrift, stepsPerDay } = this.#options;
    this.#changeRegime();
    const own = random.normal();
    const shock =
      Math.sqrt(marketCorrelation) * marketNormal + Math.sqrt(1 - marketCorrelation) * own;
    const noise = this.#stepVolatility * this.nervousness * shock;
    const jump = random.uniform() < jumpsPerDay / stepsPerDay ? this.#jump() : 0;
    this.#variance *= shockShare * shock * shock + memory;
    this.#variance += 1 - shockShare - memory;
    this.#move(dailyDrift / stepsPerDay, noise + jump);
  }

  /** What happened while the exchange was closed shows in the first price of the day. */
  passNight(marketNormal: number): void {
    const { random, dailyVolatility } = this.#options;
    const shock =
      Math.sqrt(marketCorrelation) * marketNormal +
      Math.sqrt(1 - marketCorrelation) * random.normal();
    this.#logPrice += dailyVolatility * overnightShare * shock;
  }

  gap(percent: number): void {
    this.#logPrice += Math.log(1 + percent / 100);
  }

  /** From here on, `steps` steps lead to a price `percent` away. */
  leadTo(percent: number, steps: number): void {
    this.#bridge = { target: this.#logPrice + Math.log(1 + percent / 100), stepsLeft: steps };
  }

  #move(drift: number, noise: number): void {
    const bridge = this.#bridge;
    if (bridge === null) {
      this.#logPrice += drift + noise;
      return;
    }
    // A Brownian bridge: each step pulls by its share of what is left, the last one fully.
    const left = bridge.stepsLeft;
    this.#logPrice +=
      (bridge.target - this.#logPrice) / left + noise * Math.sqrt((left - 1) / left);
    bridge.stepsLeft -= 1;
    if (bridge.stepsLeft === 0) this.#bridge = null;
  }

  #jump(): number {
    return this.#options.dailyVolatility * jumpSize * this.#options.random.normal();
  }

  #changeRegime(): void {
    const { random, stepsPerDay } = this.#options;
    if (random.uniform() >= 1 / (this.#regime.lastsDays * stepsPerDay)) return;
    const others = regimes.filter((regime) => regime !== this.#regime);
    this.#regime = others[random.integer(0, others.length - 1)] ?? usual;
  }
}
