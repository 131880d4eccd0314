import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Observation } from '../observation.ts';
import { Books } from './books.ts';
import { Chronicle } from './chronicle.ts';
import { Lives } from './lives.ts';
import { Traffic, type Write } from './traffic.ts';

/** Answers that show what is not so; while they come, nobody can know better. */
const FALSE_ANSWERS = ['B18', 'B24', 'B28', 'B29', 'B30', 'B37'] as const;
/** A cycle after the last of them, and half of one. */
const SHOWN_FALSELY_MS = 15_000;
/** Positions may be so far behind the orders: Alpaca-API #276. */
const POSITIONS_LAG_MS = 10_000;

/** What the invariants are checked against, and what must have been asked. */
export type World = {
  readonly core: ExchangeCore;
  readonly accountId: string;
  /** The names of all guardrails; every plan must have been judged by each. */
  readonly guardrails: readonly string[];
  /** Secrets and lures: no output may carry one. */
  readonly canaries: readonly string[];
  /** False where the exchange counts no requests; it counts them when left out. */
  readonly countsRequests?: boolean;
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

  /** Whether the broker showed what is not so within the last `withinMs`. */
  hasFalseAnswers(withinMs: number): boolean {
    return this.hadFault(FALSE_ANSWERS, withinMs);
  }

  /**
   * Whether the living process may not know yet of what happened in the symbol beside our own
   * writes: executions, corrections, corporate actions, other people's orders. It cannot before
   * its next whole reading, and that may show positions as they were ten seconds before.
   */
  hasNews(symbol: string): boolean {
    const { current } = this.lives;
    const known = current === null ? null : this.lives.knownSince(current);
    if (known === null || this.hasFalseAnswers(SHOWN_FALSELY_MS)) return true;
    const moved = this.books.lastMove(symbol)?.at ?? Number.NEGATIVE_INFINITY;
    return Math.max(moved, this.books.lastStrange(symbol)) >= known - POSITIONS_LAG_MS;
  }

  /** Whether the position changed within the last `withinMs`. */
  movedWithin(symbol: string, withinMs: number): boolean {
    const move = this.books.lastMove(symbol);
    return move !== null && this.now - move.at <= withinMs;
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
