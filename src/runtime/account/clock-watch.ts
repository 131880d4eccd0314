import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

const BEAT_MS = 2_000;
/** A beat that comes later than this was kept back: by a stop, by sleep, or by a long task. */
const LATE_MS = 5_000;
/** Wall time that moves otherwise than time itself by more than this was set, or time stood. */
const JUMP_MS = 2_000;

type Beat = { readonly wall: EpochMs; readonly monotonicMs: number };

/**
 * Notices that this process was not there for a while, or that its clock was set: the laptop
 * slept, somebody stopped the process, one task took too long. What was known before may be
 * long over then.
 */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #onGap: (because: string) => void;
  #last: Beat;
  #cancel: (() => void) | null = null;

  /** @param onGap told in words what happened, each time it is noticed */
  constructor(parts: { readonly clock: Clock; readonly onGap: (because: string) => void }) {
    this.#clock = parts.clock;
    this.#onGap = parts.onGap;
    this.#last = this.#now();
  }

  start(): void {
    this.#last = this.#now();
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Looks now: before anything is done that rests on what is known, whoever woke up first. */
  look(): void {
    if (this.#cancel === null) return;
    const now = this.#now();
    const because = gapBetween(this.#last, now);
    if (because === null) return;
    this.#last = now;
    this.#onGap(because);
  }

  #now(): Beat {
    return { wall: this.#clock.now(), monotonicMs: this.#clock.monotonicMs() };
  }
}

function gapBetween(before: Beat, now: Beat): string | null {
  const passedMs = now.monotonicMs - before.monotonicMs;
  const shiftMs = now.wall - before.wall - passedMs;
  if (shiftMs > JUMP_MS) {
    return `this machine slept, or its clock was set forward, by ${inSeconds(shiftMs)}`;
  }
  if (shiftMs < -JUMP_MS) return `the clock of this machine was set back by ${inSeconds(-shiftMs)}`;
  if (passedMs > BEAT_MS + LATE_MS) return `this process stood still for ${inSeconds(passedMs)}`;
  return null;
}

const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
