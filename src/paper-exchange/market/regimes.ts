import type { Climate } from './price-process.ts';
import { MarketRandom } from './random.ts';

/** What the market as a whole goes through, for weeks or months. */
export type RegimeName = 'bull' | 'bear' | 'sideways' | 'crisis';

type Regime = {
  /** In log prices; what all regimes bring together in the long run is taken off. */
  readonly annualDrift: number;
  /** Against the long run. */
  readonly volatility: number;
  /** Trading days, on average. */
  readonly lastsDays: number;
  /** What follows, with its probability. */
  readonly next: readonly (readonly [RegimeName, number])[];
};

// Orders of magnitude of the S&P 500 since 1990: calm rises that last, nervous falls, and weeks
// as in the autumn of 2008 or in March 2020.
const regimes: Readonly<Record<RegimeName, Regime>> = {
  bull: {
    ...{ annualDrift: 0.18, volatility: 0.75, lastsDays: 120 },
    next: [
      ['sideways', 0.6],
      ['bear', 0.25],
      ['crisis', 0.15],
    ],
  },
  bear: {
    ...{ annualDrift: -0.25, volatility: 1.35, lastsDays: 60 },
    next: [
      ['sideways', 0.45],
      ['bull', 0.3],
      ['crisis', 0.25],
    ],
  },
  sideways: {
    ...{ annualDrift: 0, volatility: 0.8, lastsDays: 60 },
    next: [
      ['bull', 0.6],
      ['bear', 0.35],
      ['crisis', 0.05],
    ],
  },
  crisis: {
    ...{ annualDrift: -1.2, volatility: 3, lastsDays: 15 },
    next: [
      ['bear', 0.5],
      ['bull', 0.3],
      ['sideways', 0.2],
    ],
  },
};

const names: readonly RegimeName[] = ['bull', 'bear', 'sideways', 'crisis'];
const tradingDaysPerYear = 252;

/** The share of all days that each regime has in the long run. */
const shareOfDays = longRunShares();
const longRunDrift = mean(({ annualDrift }) => annualDrift);
const longRunVolatility = Math.sqrt(mean(({ volatility }) => volatility ** 2));

/** Which regime the market is in; it may change overnight. */
export class Regimes {
  private current: RegimeName;
  private readonly isFixed: boolean;
  private readonly random: MarketRandom;

  /** A regime that is given stays for ever; without one chance begins and switches. */
  constructor(seed: string, fixed: RegimeName | null) {
    this.random = new MarketRandom(`${seed}/regimes`);
    this.isFixed = fixed !== null;
    this.current =
      fixed ??
      pick(
        names.map((name) => [name, shareOfDays[name]]),
        this.random,
      );
  }

  /** Against the long run, in which drift is 0 and the square of volatility 1 on average. */
  get climate(): Climate {
    const { annualDrift, volatility } = regimes[this.current];
    return {
      dailyDrift: (annualDrift - longRunDrift) / tradingDaysPerYear,
      volatility: volatility / longRunVolatility,
    };
  }

  passNight(): void {
    if (this.isFixed) return;
    const { lastsDays, next } = regimes[this.current];
    if (this.random.uniform() < 1 / lastsDays) this.current = pick(next, this.random);
  }
}

function pick(choices: readonly (readonly [RegimeName, number])[], random: MarketRandom) {
  let left = random.uniform();
  for (const [name, probability] of choices) {
    left -= probability;
    if (left < 0) return name;
  }
  return names[0] ?? 'bull';
}

function longRunShares(): Readonly<Record<RegimeName, number>> {
  let visits = { bull: 0.25, bear: 0.25, sideways: 0.25, crisis: 0.25 };
  for (let round = 0; round < 200; round += 1) {
    const after = { bull: 0, bear: 0, sideways: 0, crisis: 0 };
    for (const from of names) {
      for (const [to, probability] of regimes[from].next) after[to] += visits[from] * probability;
    }
    visits = after;
  }
  const days = names.map((name) => visits[name] * regimes[name].lastsDays);
  const all = days.reduce((sum, one) => sum + one, 0);
  const [bull = 0, bear = 0, sideways = 0, crisis = 0] = days.map((one) => one / all);
  return { bull, bear, sideways, crisis };
}

function mean(of: (regime: Regime) => number): number {
  return names.reduce((sum, name) => sum + shareOfDays[name] * of(regimes[name]), 0);
}
