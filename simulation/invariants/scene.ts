import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Observation } from '../observation.ts';
import { Books } from './books.ts';
import { Chronicle } from './chronicle.ts';
import { Lives } from './lives.ts';
import { Traffic, type Write } from './traffic.ts';

/** What the invariants are checked against, and what must have been asked. */
export type World = {
  readonly core: ExchangeCore;
  readonly accountId: string;
  /** The names of all guardrails; every plan must have been judged by each. */
  readonly guardrails: readonly string[];
  /** Secrets and lures: no output may carry one. */
  readonly canaries: readonly string[];
};

/** All that is known from outside, brought up to date with each observation. */
export class Scene {
  readonly world: World;
  readonly books: Books;
  readonly traffic: Traffic;
  readonly chronicle = new Chronicle();
  readonly lives = new Lives();
  now = 0;
  /** The write that the present observation is about. */
  write: Write | null = null;
  /** Symbols whose books may have changed with it. */
  touched: readonly string[] = [];
  /** When each fault took effect last. */
  readonly faults = new Map<string, number>();

  constructor(world: World) {
    this.world = world;
    this.books = new Books(world.core, world.accountId);
    this.traffic = new Traffic(this.books);
  }

  get isRegularSession(): boolean {
    return this.world.core.calendar.sessionAt(this.now) === 'regular';
  }

  take(observation: Observation): void {
    this.now = observation.at;
    this.lives.take(observation);
    this.write = this.traffic.take(observation);
    this.#amendTrades(observation);
    this.touched = this.books.take(observation, this.write);
    if (observation.kind === 'fault_fired') this.faults.set(observation.fault, observation.at);
    if (observation.kind === 'record_written') {
      this.chronicle.take(observation.record, observation.life, observation.at);
    }
  }

  /** Whether one of these faults took effect within the last `withinMs`. */
  hadFault(names: readonly string[], withinMs: number): boolean {
    return names.some((name) => this.now - (this.faults.get(name) ?? -Infinity) <= withinMs);
  }

  #amendTrades(observation: Observation): void {
    if (observation.kind !== 'exchange_event') return;
    const { event } = observation;
    if (event.kind !== 'trade_update' || event.execution === null) return;
    if (event.event === 'trade_bust' || event.event === 'trade_correct') {
      this.books.amend(event.execution.id);
    }
  }
}
