import type { Clock } from '../../ports/clock.ts';

const WINDOW_MS = 60_000;

/** Lets so many requests a minute through; the next one waits for its turn. */
export class Pacer {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #sent: number[] = [];
  #count = 0;

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** How many were let through. */
  get count(): number {
    return this.#count;
  }

  async turn(): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      const oldest = this.#sent[0];
      if (oldest !== undefined && oldest <= now - WINDOW_MS) this.#sent.shift();
      else if (oldest === undefined || this.#sent.length < this.#perMinute) break;
      else await this.#clock.sleep(oldest + WINDOW_MS - now);
    }
    this.#sent.push(this.#clock.now());
    this.#count += 1;
  }
}
