import { knownPoints } from './crash-points.ts';
import { Draws } from './draws.ts';
import { type Guard, openGuard } from './guard.ts';
import { type Doom, Life } from './life.ts';
import type { AppendFault } from './life-store.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import type { NetworkRates } from './transport.ts';

const CLEAN: NetworkRates = {
  ...{ oneWayMs: 5, requestLost: 0, answerLost: 0, answerLate: 0, silent: 0 },
  readsToo: true,
};
const LONGEST_RESTART_MS = 20_000;
/** A process that cannot write its journal any more is noticed and started anew. */
const HEALTH_CHECK_MS = 5_000;
/** So many deaths within so long are a crash loop. */
const CRASH_LOOP_DEATHS = 3;
const CRASH_LOOP_MS = 60_000;

/** The await points of the runtime that were reached, and those at which a process died. */
export type Points = { readonly reached: Set<string>; readonly killed: Set<string> };

/** Starts processes, starts them again when they have died, and sends them to their deaths. */
export class Supervisor {
  readonly points: Points = { reached: new Set(), killed: new Set() };
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #draws: Draws;
  readonly #wire: Draws;
  readonly #journal: Draws;
  #guard: Guard | null = null;
  #lives = 0;
  #loggedSeq = 0;
  #deaths: readonly number[] = [];
  #doom: Doom | null = null;
  /** Where the first to die is sent from the beginning on; null: chance has it. */
  #sentTo: Doom | null = null;
  #dooms = 0;
  #isCalm = false;
  #wrongByMs = 0;

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#draws = new Draws(`${scenario.seed} processes`);
    this.#wire = new Draws(`${scenario.seed} network`);
    this.#journal = new Draws(`${scenario.seed} journal`);
  }

  /** The process that runs now; null while none does. */
  get guard(): Guard | null {
    return this.#guard;
  }

  /** How the lines to the exchange are now. */
  networkRates(): NetworkRates {
    return this.#isCalm ? CLEAN : this.#scenario.troubles.network;
  }

  start(): void {
    const { diesAt } = this.#scenario;
    if (diesAt !== null) this.#sentTo = this.#ownDoom(diesAt, 0);
    this.#doom = this.#sentTo;
    this.#begin();
    this.#checkHealth();
  }

  /** Sends the process that runs now, if one does, to its death. */
  doom(): void {
    // A place that was not reached yet stays wanted, over lives.
    this.#dooms += 1;
    if (this.#doom !== null && this.#doom === this.#sentTo) return;
    if (this.#dooms === 1) this.#doom = this.#ownDoom('', this.#draws.between(0, 1));
    else if (this.#doom === null || this.#draws.chance(0.1)) this.#doom = this.drawDoom();
    if (this.#guard !== null) this.#guard.life.doom = this.#doom;
  }

  /** The await that is this seed's own among those of a place, so that many seeds come by all. */
  #ownDoom(place: string, countdown: number): Doom {
    const points = knownPoints().filter((point) => point.includes(place));
    const point = points[this.#scenario.seed % Math.max(1, points.length)] ?? null;
    return { at: 'await', point, countdown };
  }

  /** A place to die at: half the time a certain await, which may never be reached. */
  drawDoom(): Doom {
    const draws = this.#draws;
    const at = draws.pick<Doom['at']>(['await', 'await', 'await', 'await', 'append', 'request']);
    if (at !== 'await') return { at, point: null, countdown: draws.between(0, 6) };
    const { reached, killed } = this.points;
    const fresh = [...reached].filter((place) => !killed.has(place));
    const places = draws.chance(0.7) ? fresh : knownPoints();
    const point = draws.chance(0.8) ? (draws.any(places) ?? null) : null;
    return { at, point, countdown: draws.between(0, point === null ? 40 : 2) };
  }

  notePoint(point: string, isFatal: boolean): void {
    this.points.reached.add(point);
    if (isFatal) this.points.killed.add(point);
  }

  /** Asks it to end, as SIGTERM does; it is gone in five seconds either way. */
  terminate(): void {
    const guard = this.#guard;
    if (guard === null || this.#isCalm) return;
    this.#stage.fire('P04');
    const end = () => guard.life.die('terminated');
    guard.life.enter(() => void guard.runtime.stop().then(end, end));
    this.#stage.clock.after(5_000, () => guard.life.die('killed: it did not end in time'));
  }

  /** Its threads stand still for so long. */
  freeze(durationMs: number): void {
    const life = this.#guard?.life;
    if (life === undefined) return;
    life.stop();
    this.#stage.clock.after(durationMs, () => life.goOn());
  }

  /** Somebody sets the time of day. */
  setClockWrongBy(wrongByMs: number): void {
    this.#wrongByMs = wrongByMs;
  }

  /** From now on nothing happens to processes; one runs when this returns. */
  calm(): void {
    this.#isCalm = true;
    this.#wrongByMs = 0;
    const guard = this.#guard;
    if (guard === null) {
      this.#begin();
      return;
    }
    guard.life.doom = null;
    guard.life.goOn();
    if (guard.runtime.logger.brokenBecause !== null) this.#restartNow(guard);
  }

  /** The world ends, and with it the process that runs. */
  end(): void {
    this.#isCalm = true;
    this.#guard?.life.die('the world has ended');
  }

  #restartNow(guard: Guard): void {
    guard.life.die('restarted: its journal cannot be written');
    if (this.#isCalm) this.#begin();
  }

  #begin(): void {
    if (this.#guard !== null) return;
    this.#lives += 1;
    const number = this.#lives;
    const { clock } = this.#stage;
    const life = new Life({
      number,
      now: () => clock.now(),
      onPoint: (point, isFatal) => this.notePoint(point, isFatal),
      onDeath: (point, isDoom) => {
        if (isDoom) {
          this.#doom = null;
          this.#stage.fire('P01');
        }
        this.#died(number, point);
      },
    });
    this.#dueAgain(life);
    this.#stage.observe({ kind: 'started', at: clock.now(), life: number });
    life.enter(() => {
      const guard = openGuard({
        ...{ stage: this.#stage, scenario: this.#scenario, life, draws: this.#wire },
        rates: () => this.networkRates(),
        appendFault: () => this.#appendFault(),
        wrongByMs: () => this.#wrongByMs,
      });
      this.#guard = guard;
      guard.runtime.logger.onRecord(({ seq }) => {
        this.#loggedSeq = seq;
      });
      void guard.runtime.start().then(
        () => guard.runtime.orchestrator.start(),
        (error: unknown) => this.#failedToStart(guard, error),
      );
    });
  }

  /** A start may fail because its journal does; any other reason is a fault of ours. */
  #failedToStart(guard: Guard, error: unknown): void {
    if (!guard.life.isAlive) return;
    if (guard.runtime.logger.brokenBecause === null) this.#stage.ownFault(error);
    guard.life.die('it could not start');
  }

  #dueAgain(life: Life): void {
    if (this.#isCalm) return;
    life.doom = this.#doom;
    if (this.#lives === 1) return;
    if (!this.#draws.chance(this.#scenario.troubles.crashAgain)) return;
    this.#stage.fire('P02');
    life.doom = { at: 'await', point: null, countdown: this.#draws.between(0, 12) };
  }

  #died(number: number, point: string): void {
    const { clock } = this.#stage;
    if (this.#loggedSeq > (this.#stage.disk.last()?.seq ?? 0)) this.#stage.fire('P18');
    this.#loggedSeq = 0;
    this.#guard?.sockets.breakAll();
    this.#guard = null;
    const now = clock.now();
    this.#stage.observe({ kind: 'died', at: now, life: number, point });
    this.#deaths = [...this.#deaths.filter((at) => now - at < CRASH_LOOP_MS), now];
    if (this.#deaths.length >= CRASH_LOOP_DEATHS) this.#stage.fire('P03');
    if (!this.#isCalm) {
      const restartMs = this.#draws.between(10, LONGEST_RESTART_MS);
      clock.after(restartMs, () => this.#begin());
    }
  }

  #appendFault(): AppendFault | null {
    const { journalFault } = this.#scenario.troubles;
    if (this.#isCalm || journalFault === 0 || !this.#journal.chance(journalFault)) return null;
    const fault = this.#journal.pick<AppendFault>(['full', 'torn']);
    this.#stage.fire(fault === 'full' ? 'P16' : 'P17');
    return fault;
  }

  #checkHealth(): void {
    this.#stage.clock.after(HEALTH_CHECK_MS, () => {
      const guard = this.#guard;
      if (guard !== null && guard.runtime.logger.brokenBecause !== null) this.#restartNow(guard);
      this.#checkHealth();
    });
  }
}
