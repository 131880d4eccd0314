import { sleepOn } from '../src/adapters/system/system-clock.ts';
import type { EpochMs } from '../src/domain/time.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Life } from './life.ts';

/** The time as one process sees it: it ends with the process, and somebody may set it. */
export class LifeClock implements Clock {
  readonly #world: Clock;
  readonly #life: Life;
  readonly #onTimer: () => void;
  /** How far the time of day is wrong. */
  readonly #wrongByMs: () => number;

  constructor(parts: {
    readonly world: Clock;
    readonly life: Life;
    readonly onTimer: () => void;
    readonly wrongByMs: () => number;
  }) {
    this.#world = parts.world;
    this.#life = parts.life;
    this.#onTimer = parts.onTimer;
    this.#wrongByMs = parts.wrongByMs;
  }

  now(): EpochMs {
    return this.#world.now() + this.#wrongByMs();
  }

  monotonicMs(): number {
    return this.#world.monotonicMs();
  }

  after(delayMs: number, task: () => void): () => void {
    let isTakenBack = false;
    const takeBack = this.#world.after(delayMs, () =>
      this.#life.enter(() => {
        if (isTakenBack) return;
        task();
        this.#onTimer();
      }),
    );
    return () => {
      isTakenBack = true;
      takeBack();
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}
