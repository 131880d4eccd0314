import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { sleepOn } from './system-clock.ts';

type Timer = { readonly dueAt: EpochMs; readonly order: number; readonly task: () => void };

// Event-loop turns without a sign of life after which nobody is at work any more. One call
// through the Alpaca SDK, answered in-process, needs one.
const QUIET_TURNS = 4;
const MOST_TIMERS_AT_ONE_INSTANT = 100_000;

/**
 * Time that moves only when told to. A day passes in as long as its work takes, and the same
 * program sees the same instants in the same order on every run.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap();
  #now: EpochMs;
  #created = 0;
  #activity = 0;
  #held = 0;
  #advancing = false;
  readonly #quietTurns: number;

  /**
   * @param options `quietTurns` is how many turns of the event loop without a sign of life end
   *   the wait for what a timer set in motion; one is enough where all of it is promises
   */
  constructor(startAt: EpochMs, options: { readonly quietTurns?: number } = {}) {
    this.#now = startAt;
    this.#quietTurns = options.quietTurns ?? QUIET_TURNS;
  }

  now(): EpochMs {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    if (Number.isNaN(delayMs))
      throw new RangeError('a timer needs a delay in milliseconds, not NaN');
    const timer = { dueAt: this.#now + Math.max(0, delayMs), order: this.#created++, task };
    this.#activity++;
    this.#timers.add(timer);
    return () => {
      this.#activity++;
      this.#timers.remove(timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** When the next timer is due; null when none waits. */
  nextDueAt(): EpochMs | null {
    return this.#timers.first()?.dueAt ?? null;
  }

  /** True while somebody holds time still. */
  busy(): boolean {
    return this.#held > 0;
  }

  /**
   * Time stands still until `work` has settled: for what the event loop does not finish in a
   * few turns, such as a request over a real socket.
   */
  async holdWhile<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#held++;
    this.#activity++;
    try {
      return await work();
    } finally {
      this.#held--;
      this.#activity++;
    }
  }

  /**
   * Moves time to `at`. Each timer due on the way runs at its own instant, in order of time
   * and then of creation, and what it set in motion comes to rest before the next one runs.
   *
   * @throws what a timer's task throws; time then stands at that timer
   */
  async advanceTo(at: EpochMs): Promise<void> {
    if (this.#advancing) throw new Error('time is already being advanced: await that call first');
    if (at < this.#now) throw new RangeError(`time cannot go back from ${this.#now} to ${at}`);
    this.#advancing = true;
    try {
      await this.#settle();
      await this.#runDueTimers(at);
      this.#now = at;
    } finally {
      this.#advancing = false;
    }
  }

  advanceBy(durationMs: number): Promise<void> {
    return this.advanceTo(this.#now + durationMs);
  }

  async #runDueTimers(until: EpochMs): Promise<void> {
    let atThisInstant = 0;
    for (;;) {
      const timer = this.#timers.first();
      if (timer === null || timer.dueAt > until) return;
      this.#timers.remove(timer);
      atThisInstant = timer.dueAt > this.#now ? 1 : atThisInstant + 1;
      if (atThisInstant > MOST_TIMERS_AT_ONE_INSTANT) {
        throw new Error(`timers at ${this.#now} keep creating timers at the same instant`);
      }
      this.#now = timer.dueAt;
      timer.task();
      await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    let quietTurns = 0;
    while (quietTurns < this.#quietTurns || this.#held > 0) {
      const before = this.#activity;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quietTurns = this.#activity === before ? quietTurns + 1 : 0;
    }
  }
}

/** A binary heap by time, then by creation. A removed timer is dropped when it surfaces. */
class TimerHeap {
  readonly #heap: Timer[] = [];
  readonly #waiting = new Set<Timer>();

  add(timer: Timer): void {
    this.#waiting.add(timer);
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
  }

  remove(timer: Timer): void {
    this.#waiting.delete(timer);
  }

  first(): Timer | null {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return null;
      if (this.#waiting.has(top)) return top;
      this.#dropTop();
    }
  }

  #dropTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = this.#isEarlier(right, left) ? right : left;
      if (!this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return false;
    return (
      first.dueAt < second.dueAt || (first.dueAt === second.dueAt && first.order < second.order)
    );
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const below = this.#heap[child];
    const above = this.#heap[parent];
    if (below === undefined || above === undefined || !this.#isEarlier(child, parent)) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }
}

/** Lets simulated time go on until the work is done: nothing in it ends otherwise. */
export async function whileTimePasses<Result>(
  clock: VirtualClock,
  work: Promise<Result>,
): Promise<Result> {
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  work.then(settled, settled);
  while (!isSettled) await clock.advanceBy(50);
  return work;
}
