import { sleepOn } from '../../src/adapters/system/system-clock.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** The time of one process among others on a machine: it can be stopped, and its clock be set. */
export class ProcessClock implements Clock {
  readonly #world: Clock;
  #setAheadMs = 0;
  #suspendedMs = 0;
  #stoppedAt: number | null = null;
  #late: (() => void)[] = [];

  constructor(world: Clock) {
    this.#world = world;
  }

  now(): EpochMs {
    return this.#world.now() + this.#setAheadMs;
  }

  monotonicMs(): number {
    return this.#world.monotonicMs() - this.#suspendedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    let isTakenBack = false;
    const due = (): void => {
      if (isTakenBack) return;
      if (this.#stoppedAt === null) task();
      else this.#late.push(due);
    };
    const takeBack = this.#world.after(delayMs, due);
    return () => {
      isTakenBack = true;
      takeBack();
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Somebody sets the clock of the machine. */
  setAhead(ms: number): void {
    this.#setAheadMs += ms;
  }

  /** No timer runs from here on. */
  stop(): void {
    this.#stoppedAt = this.#world.monotonicMs();
  }

  /** All timers that were due meanwhile run now. A machine that slept counted no time. */
  goOn(how: 'stopped' | 'slept' = 'stopped'): void {
    if (this.#stoppedAt === null) throw new Error('it was not stopped');
    if (how === 'slept') this.#suspendedMs += this.#world.monotonicMs() - this.#stoppedAt;
    this.#stoppedAt = null;
    const late = this.#late;
    this.#late = [];
    for (const due of late) due();
  }
}
