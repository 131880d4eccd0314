import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

const BEAT_MS = 2_000;
/** While the market is closed nothing is sent that a few seconds could spoil. */
const CLOSED_BEAT_MS = 10_000;
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
  readonly #isOpen: () => boolean;
  readonly #onGap: (because: string, shiftMs: number) => void;
  #last: Beat;
  #beatMs = BEAT_MS;
  #cancel: (() => void) | null = null;

  /**
   * @param parts `isOpen` tells whether the market is open now; `onGap` is told in words what
   *   happened, each time it is noticed, and how far the time of day moved beside time itself
   */
  constructor(parts: {
    readonly clock: Clock;
    readonly isOpen: () => boolean;
    readonly onGap: (because: string, shiftMs: number) => void;
  }) {
    this.#clock = parts.clock;
    this.#isOpen = parts.isOpen;
    this.#onGap = parts.onGap;
    this.#last = this.#now();
  }

  start(): void {
    this.#last = this.#now();
    this.#beatMs = this.#isOpen() ? BEAT_MS : CLOSED_BEAT_MS;
    this.#cancel = this.#clock.after(this.#beatMs, () => {
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
    const passedMs = now.monotonicMs - this.#last.monotonicMs;
    const shiftMs = now.wall - this.#last.wall - passedMs;
    const because = gapOf(passedMs, shiftMs, this.#beatMs);
    if (because === null) return;
    this.#last = now;
    this.#onGap(because, shiftMs);
  }

  #now(): Beat {
    return { wall: this.#clock.now(), monotonicMs: this.#clock.monotonicMs() };
  }
}

function gapOf(passedMs: number, shiftMs: number, beatMs: number): string | null {
  if (shiftMs > JUMP_MS) {
    return `this machine slept, or its clock was set forward, by ${inSeconds(shiftMs)}`;
  }
  if (shiftMs < -JUMP_MS) return `the clock of this machine was set back by ${inSeconds(-shiftMs)}`;
  if (passedMs > beatMs + LATE_MS) return `this process stood still for ${inSeconds(passedMs)}`;
  return null;
}

const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
