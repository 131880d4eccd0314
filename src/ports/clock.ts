import type { EpochMs } from '../domain/time.ts';

/** The only source of time and timers. In simulation it is virtual and nobody really waits. */
export interface Clock {
  now(): EpochMs;
  /** Runs evenly whatever happens to the time of day; only differences mean anything. */
  monotonicMs(): number;
  /** Runs `task` once, `delayMs` from now. The returned function takes it back. */
  after(delayMs: number, task: () => void): () => void;
  /** Resolves after `delayMs`, or at once when `signal` is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The only source of fresh ids; seeded in simulation. */
export interface Ids {
  /** A new unguessable id with a readable prefix, for example `plan-…`. */
  next(prefix: string): string;
}
