import { connectAlpaca } from '../src/adapters/alpaca/connect.ts';
import { MemoryHaltLatch } from '../src/adapters/system/memory-halt-latch.ts';
import { haltAccount } from '../src/runtime/halt/halt.ts';
import { Draws } from './draws.ts';
import { Life } from './life.ts';
import { LifeClock } from './life-clock.ts';
import type { Scenario } from './scenario.ts';
import { KEYS, type Stage } from './stage.ts';
import type { Supervisor } from './supervisor.ts';
import { Transport } from './transport.ts';

/** Lives of the command are numbered from here, to be told from those of the owner. */
const FIRST_COMMAND = 100_000;
const MEAN_HALT_MS = 30_000;
const LEVELS = ['entries', 'entries', 'everything', 'everything', 'flatten'] as const;
const WHO = { by: 'the operator', because: 'he wants to', actor: 'person' } as const;

/** The person who presses the kill switch, twice at times, and lifts it again. */
export class Operator {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #supervisor: Supervisor;
  readonly #draws: Draws;
  #commands = 0;
  #isCalm = false;

  constructor(stage: Stage, scenario: Scenario, supervisor: Supervisor) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#supervisor = supervisor;
    this.#draws = new Draws(`${scenario.seed} operator`);
  }

  start(): void {
    const { haltGapMs } = this.#scenario.troubles;
    if (haltGapMs !== null) this.#next(haltGapMs);
  }

  /** A person ends every halt: what holds it is not there any more. */
  calm(): void {
    this.#isCalm = true;
    this.#lift();
  }

  #next(gapMs: number): void {
    const { clock } = this.#stage;
    clock.after(this.#draws.gapMs(gapMs), () => {
      if (this.#isCalm) return;
      this.#press();
      if (this.#draws.chance(0.3)) {
        this.#stage.fire('O07');
        this.#press();
      }
      clock.after(this.#draws.gapMs(MEAN_HALT_MS), () => {
        if (!this.#isCalm) this.#lift();
      });
      this.#next(gapMs);
    });
  }

  #press(): void {
    const { clock } = this.#stage;
    const latch = this.#latch();
    const level = this.#draws.pick(LEVELS);
    const includesForeign = this.#draws.chance(0.7);
    const request = { level, includesForeign, ...WHO };
    const { broker, life, lifeClock } = this.#command();
    if (this.#scenario.troubles.crashGapMs !== null && this.#draws.chance(0.3)) {
      life.doom = this.#supervisor.drawDoom();
    }
    life.enter(() => {
      const done = haltAccount({ broker, latch, clock: lifeClock, request });
      this.#stage.observe({ kind: 'halt_latched', at: clock.now(), level });
      void done.then(
        () => life.die('it has done its work'),
        (error: unknown) => this.#stage.ownFault(error),
      );
    });
  }

  #lift(): void {
    const { clock } = this.#stage;
    const latch = this.#latch();
    if (latch.read() === null) return;
    latch.lift({ at: clock.now(), by: WHO.by });
    this.#stage.observe({ kind: 'halt_lifted', at: clock.now() });
  }

  /** Each process has its own; what they say stands in one place. */
  #latch(): MemoryHaltLatch {
    return new MemoryHaltLatch(this.#stage.haltMemory);
  }

  /** `bigbrother halt` is a process of its own, with a client and a budget of its own. */
  #command() {
    const stage = this.#stage;
    const { clock, exchange } = stage;
    this.#commands += 1;
    const life = new Life({
      number: FIRST_COMMAND + this.#commands,
      now: () => clock.now(),
      onPoint: (point, isFatal) => this.#supervisor.notePoint(point, isFatal),
      onDeath: () => {},
    });
    const lifeClock = new LifeClock({ world: clock, life, onTimer: () => {}, wrongByMs: () => 0 });
    const transport = new Transport({
      ...{ life, isOwner: false, clock, exchange, draws: this.#draws },
      observe: (observation) => stage.observe(observation),
      rates: () => this.#supervisor.networkRates(),
      nextRequestId: () => stage.nextRequestId(),
      onFault: (fault) => stage.fire(fault),
      onAmbiguousPost: () => {},
    });
    const endpoint = { url: 'http://127.0.0.1' };
    const keys = { keyId: KEYS.keyId, secret: KEYS.secretKey, endpoint };
    const { emergency } = connectAlpaca({ ...keys, fetchApi: transport.fetchApi }, lifeClock);
    return { broker: emergency, life, lifeClock };
  }
}
