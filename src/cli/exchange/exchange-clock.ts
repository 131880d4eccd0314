import { sleepOn } from '../../adapters/system/system-clock.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** How many seconds pass in one, or as many as the machine can play. */
export type Pace = number | 'max';

type Timer = { readonly dueAt: EpochMs; readonly task: () => void };

/** At full speed and in a jump, requests are answered at least so often. */
const BATCH_MS = 10;

/**
 * Time that starts where it is told to, keeps its pace and can be sent ahead. Each timer runs at
 * its own instant, in order of time and then of creation.
 */
export class ExchangeClock implements Clock {
  readonly #inner: Clock;
  readonly #raceUntil: EpochMs;
  readonly #timers: Timer[] = [];
  #pace: number;
  #isRacing: boolean;
  #isJumping = false;
  #isStopped = false;
  #since: { readonly at: EpochMs; readonly inner: EpochMs };
  #takeBack: (() => void) | null = null;

  /** With the pace `max` it races from timer to timer until `raceUntil`, then real time goes on. */
  constructor(inner: Clock, startAt: EpochMs, pace: Pace, raceUntil = Number.POSITIVE_INFINITY) {
    this.#inner = inner;
    this.#raceUntil = raceUntil;
    this.#isRacing = pace === 'max';
    this.#pace = pace === 'max' ? 0 : pace;
    this.#since = { at: startAt, inner: inner.now() };
  }

  now(): EpochMs {
    const { at, inner } = this.#since;
    return at + Math.floor((this.#inner.now() - inner) * this.#pace);
  }

  monotonicMs(): number {
    return this.now();
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueAt: this.now() + Math.max(0, delayMs), task };
    const later = this.#timers.findIndex(({ dueAt }) => dueAt > timer.dueAt);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    this.#arm();
    return () => {
      const place = this.#timers.indexOf(timer);
      if (place !== -1) this.#timers.splice(place, 1);
      this.#arm();
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /**
   * Sends time ahead to `at`; what is due until then happens on the way.
   *
   * @throws while time is on its way already
   */
  async advanceTo(at: EpochMs): Promise<void> {
    if (this.#isJumping) throw new Error('time is on its way already; wait until it has arrived');
    this.#isJumping = true;
    try {
      while (!this.#play(at)) await this.#inner.sleep(0);
      if (at > this.now()) this.#moveTo(at);
    } finally {
      this.#isJumping = false;
      this.#arm();
    }
  }

  /** Time passes no more: what waits is forgotten, and keeps no process alive. */
  stop(): void {
    this.#isStopped = true;
    this.#timers.length = 0;
    this.#takeBack?.();
    this.#takeBack = null;
  }

  /** Runs what is due by `until`, each timer at its instant, for a while. True: all of it. */
  #play(until: EpochMs): boolean {
    const endsAt = this.#inner.now() + BATCH_MS;
    for (let next = this.#timers[0]; next !== undefined; next = this.#timers[0]) {
      if (next.dueAt > until) return true;
      if (this.#inner.now() >= endsAt) return false;
      this.#timers.shift();
      if (next.dueAt > this.now()) this.#moveTo(next.dueAt);
      next.task();
    }
    return true;
  }

  #moveTo(at: EpochMs): void {
    this.#since = { at, inner: this.#inner.now() };
  }

  #arm(): void {
    this.#takeBack?.();
    this.#takeBack = null;
    const [next] = this.#timers;
    if (next === undefined || this.#isJumping || this.#isStopped) return;
    const delayMs = this.#isRacing ? 0 : Math.ceil((next.dueAt - this.now()) / this.#pace);
    this.#takeBack = this.#inner.after(Math.max(0, delayMs), () => {
      this.#takeBack = null;
      this.#wake();
      this.#arm();
    });
  }

  #wake(): void {
    if (!this.#isRacing) this.#play(this.now());
    else if (this.#play(this.#raceUntil)) this.#slowDown();
  }

  /** The race is over: nothing is left to race to. */
  #slowDown(): void {
    if (this.#timers.length === 0) return;
    this.#moveTo(this.now());
    this.#isRacing = false;
    this.#pace = 1;
  }
}
