import type { EpochMs } from '../src/domain/time.ts';
import { enter, type Mortal } from './crash-points.ts';
import type { Life as LifeNumber } from './observation.ts';

/** Where a process is to die: at its so-manyeth await, append or request from now on. */
export type Doom = {
  readonly at: 'await' | 'append' | 'request';
  /** One await only; any when null. */
  readonly point: string | null;
  readonly countdown: number;
};

export type LifeParts = {
  readonly number: LifeNumber;
  /** The time of the world, which nobody sets. */
  readonly now: () => EpochMs;
  readonly onPoint: (point: string, isFatal: boolean) => void;
  /** `isDoom`: it died where it was sent to. */
  readonly onDeath: (point: string, isDoom: boolean) => void;
};

/**
 * One life of the guarding process. All that reaches it comes through `enter`: nothing does once
 * it is dead, and while it is stopped everything waits.
 */
export class Life implements Mortal {
  readonly number: LifeNumber;
  readonly #parts: LifeParts;
  readonly #waiting: (() => void)[] = [];
  #isAlive = true;
  #isStopped = false;
  #doom: Doom | null = null;

  constructor(parts: LifeParts) {
    this.number = parts.number;
    this.#parts = parts;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** From now on it is on its way to die there; null saves it. */
  set doom(doom: Doom | null) {
    this.#doom = doom;
  }

  reached(point: string, when: 'before' | 'after'): boolean {
    const isFatal = this.#comesDue('await', point);
    this.#parts.onPoint(point, isFatal);
    if (isFatal) this.#end(`${point} ${when}`, true);
    return isFatal;
  }

  /** True when it has just died, before the append or the request took place. */
  diesAt(place: 'append' | 'request'): boolean {
    if (!this.#isAlive || !this.#comesDue(place)) return false;
    this.#end(place, true);
    return true;
  }

  die(point: string): void {
    this.#end(point, false);
  }

  #end(point: string, isDoom: boolean): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#doom = null;
    this.#waiting.length = 0;
    this.#parts.onDeath(point, isDoom);
  }

  /** Its threads stand still, as those of a stopped process or of a laptop that sleeps. */
  stop(): void {
    this.#isStopped = true;
  }

  /** What has arrived meanwhile is taken up in its order. */
  goOn(): void {
    this.#isStopped = false;
    for (const task of this.#waiting.splice(0)) this.enter(task);
  }

  /** Runs what reaches the process from outside. */
  enter(task: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isStopped) {
      this.#waiting.push(task);
      return;
    }
    enter(this);
    task();
  }

  #comesDue(place: Doom['at'], point: string | null = null): boolean {
    const doom = this.#doom;
    if (doom === null || doom.at !== place || (doom.point ?? point) !== point) return false;
    this.#doom = { ...doom, countdown: doom.countdown - 1 };
    return doom.countdown <= 0;
  }
}
