import { sleepOn } from '../../adapters/system/system-clock.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** Time that starts where it is told to and runs `speed` times as fast as another clock. */
export class ScaledClock implements Clock {
  readonly #inner: Clock;
  readonly #innerStart: EpochMs;
  readonly #start: EpochMs;
  readonly #speed: number;

  constructor(inner: Clock, startAt: EpochMs, speed: number) {
    this.#inner = inner;
    this.#innerStart = inner.now();
    this.#start = startAt;
    this.#speed = speed;
  }

  now(): EpochMs {
    return this.#start + Math.floor((this.#inner.now() - this.#innerStart) * this.#speed);
  }

  monotonicMs(): number {
    return this.#inner.monotonicMs() * this.#speed;
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#inner.after(Math.ceil(delayMs / this.#speed), task);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}
