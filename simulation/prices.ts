import { decimal } from '../src/paper-exchange/core/basics/decimal.ts';
import { Draws } from './draws.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const SIZE = 1_000;
const LEAST = 1;

/** Moves the market: a walk for each symbol, and what is told to jump. */
export class Prices {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  readonly #prices: Map<string, number>;
  #tradeId = 0;

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#draws = new Draws(`${scenario.seed} prices`);
    this.#prices = new Map(scenario.positions.map(({ symbol, price }) => [symbol, price]));
  }

  start(): void {
    for (const symbol of this.#prices.keys()) {
      this.#print(symbol);
      this.#next(symbol);
    }
  }

  of(symbol: string): number {
    return this.#prices.get(symbol) ?? LEAST;
  }

  /** At once, and from then on; in every symbol when none is named. */
  jump(symbol: string | undefined, percent: number): void {
    for (const each of symbol === undefined ? [...this.#prices.keys()] : [symbol]) {
      this.#move(each, 1 + percent / 100);
    }
  }

  /** A share that another one has taken the place of, or that was split. */
  rescale(symbol: string, factor: number): void {
    this.#move(symbol, factor);
  }

  rename(symbol: string, newSymbol: string): void {
    this.#prices.set(newSymbol, this.of(symbol));
    this.#prices.delete(symbol);
    this.#next(newSymbol);
  }

  #next(symbol: string): void {
    const { clock } = this.#stage;
    clock.after(this.#draws.gapMs(this.#scenario.tickGapMs), () => {
      if (!this.#prices.has(symbol)) return;
      const deviation = (this.#scenario.volatilityBps / 10_000) * 1.7;
      this.#move(symbol, 1 + (this.#draws.fraction() * 2 - 1) * deviation);
      this.#next(symbol);
    });
  }

  #move(symbol: string, factor: number): void {
    this.#prices.set(symbol, Math.max(LEAST, this.of(symbol) * factor));
    this.#print(symbol);
  }

  #print(symbol: string): void {
    const { exchange, clock } = this.#stage;
    const { core } = exchange;
    if (core.asset(symbol)?.status !== 'active') return;
    if (core.calendar.sessionAt(clock.now()) === 'closed') return;
    const price = decimal(this.of(symbol).toFixed(2));
    const at = clock.now();
    const cent = decimal('0.01');
    const quote = { symbol, at, bidPrice: price - cent, askPrice: price + cent };
    exchange.tell({ kind: 'quote', quote: { ...quote, bidSize: SIZE, askSize: SIZE } });
    this.#tradeId += 1;
    const trade = { symbol, at, price, size: SIZE, id: this.#tradeId };
    exchange.tell({ kind: 'trade', trade });
  }
}
