import type { Milliseconds } from '../core/basics/types.ts';
import { Factors } from './factors.ts';
import type { GeneratedName, Ids, Showing } from './generated-name.ts';
import { mildClimate } from './price-process.ts';
import type { MarketInput } from './source.ts';

/** All that changes; it is saved as it is. */
export type CoinState = {
  startAt: Milliseconds;
  dueAt: Milliseconds;
  restlessDays: number;
  readonly factors: Factors;
  readonly names: readonly GeneratedName[];
};

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

/** Where coins trade: at all hours of all days, moved by a market of their own. */
export class CoinFloor {
  readonly #cadenceMs: number;
  #state: CoinState;

  constructor(
    seed: string,
    startAt: Milliseconds,
    cadenceMs: number,
    names: readonly GeneratedName[],
  ) {
    this.#cadenceMs = cadenceMs;
    const sectors = new Set(names.flatMap(({ sector }) => sector ?? []));
    const factors = new Factors(`${seed}/coins`, sectors);
    this.#state = { startAt, dueAt: startAt, restlessDays: 0, factors, names };
  }

  get state(): CoinState {
    return this.#state;
  }

  resume(state: CoinState): void {
    this.#state = state;
  }

  get dueAt(): Milliseconds {
    return this.#state.dueAt;
  }

  next(ids: Ids, inputs: MarketInput[]): void {
    const state = this.#state;
    const at = state.dueAt;
    state.dueAt = at + this.#cadenceMs;
    for (const name of state.names) name.takeEndedBar(at, inputs);
    if (at > state.startAt) this.#move(at, inputs);
    const days = this.#cadenceMs / dayMs;
    const usual = { spread: 1, probability: 1, untilCloseMs: null } as const;
    const showing: Showing = { ...usual, at, kind: 'regular', volume: days, days };
    for (const name of state.names) name.show(showing, ids, inputs);
  }

  #move(at: Milliseconds, inputs: MarketInput[]): void {
    const { factors, names, startAt } = this.#state;
    const days = this.#cadenceMs / dayMs;
    factors.step();
    const { market } = factors;
    const step = {
      ...{ elapsedMs: at - startAt, volatility: Math.sqrt(days), days, market },
      climate: mildClimate,
      stepsUntil: (until: number) => 1 + Math.floor((startAt + until - at) / this.#cadenceMs),
    };
    for (const name of names) name.step(step, factors.ofSector(name.sector));
    this.#state.restlessDays += days;
    const { restlessDays } = this.#state;
    if (restlessDays * dayMs < minuteMs) return;
    this.#state.restlessDays = 0;
    factors.advance(restlessDays);
    const around = { at, market, climate: mildClimate, untilCloseMs: null };
    for (const name of names) {
      name.advance(restlessDays, around, factors.ofSector(name.sector), inputs);
    }
  }
}
