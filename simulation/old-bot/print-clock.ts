import type { Clock } from '../../src/ports/clock.ts';

/** The beat of a manager; what waits shorter is no beat. */
const BEAT_MS = 10_000;
/** A few beats after a price nothing moves any more until the next one. */
const BUSY_MS = 35_000;
const APART_MS = 700;

/**
 * Has those that look every ten seconds look only after prices, since years hold millions of beats
 * between them in which nothing is to be seen. The last of them comes ten seconds after a price.
 */
export class PrintClock implements Clock {
  readonly #clock: Clock;
  readonly #resting = new Set<() => void>();
  #busyUntil: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#busyUntil = clock.now() + BUSY_MS;
  }

  now = (): number => this.#clock.now();
  monotonicMs = (): number => this.#clock.monotonicMs();
  sleep = (delayMs: number, signal?: AbortSignal): Promise<void> =>
    this.#clock.sleep(delayMs, signal);

  after(delayMs: number, task: () => void): () => void {
    const isBeat = delayMs >= BEAT_MS;
    if (!isBeat || this.now() < this.#busyUntil) return this.#clock.after(delayMs, task);
    this.#resting.add(task);
    return () => this.#resting.delete(task);
  }

  /** A price was paid: everybody looks, one after the other. */
  printed(): void {
    this.#busyUntil = this.now() + BUSY_MS;
    const tasks = [...this.#resting];
    this.#resting.clear();
    for (const [place, task] of tasks.entries()) {
      this.#clock.after(BEAT_MS - (tasks.length - 1 - place) * APART_MS, task);
    }
  }
}
