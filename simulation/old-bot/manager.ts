import type { Clock } from '../../src/ports/clock.ts';

/** Something that does its work again and again, and knows nothing of the others. */
export class Manager {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #work: () => Promise<void>;
  #isWorking = false;
  #isStopped = false;

  constructor(clock: Clock, everyMs: number, work: () => Promise<void>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#work = work;
  }

  /** The managers of a bot are started one after the other, so that each has its own beat. */
  start(afterMs: number): void {
    this.#clock.after(afterMs, () => {
      if (this.#isStopped) return;
      void this.now();
      this.start(this.#everyMs);
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Unless it is at work already. */
  async now(): Promise<void> {
    if (this.#isWorking || this.#isStopped) return;
    this.#isWorking = true;
    try {
      await this.#work();
    } finally {
      this.#isWorking = false;
    }
  }
}
