import { BrokerError, type Lane } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';

const LANES: readonly Lane[] = ['kill', 'protect', 'reconcile', 'read'];

export type RateLimits = {
  /** Requests at once when nothing was sent for a while. */
  readonly burst: number;
  /** Requests a minute that come back; with `burst` the most that any one minute sees. */
  readonly perMinute: number;
  /** Requests of the burst that a lane leaves for the lanes above it. */
  readonly reserved: Readonly<Record<Lane, number>>;
  /** Requests that may wait in one lane; one more is refused. */
  readonly queueLimit: number;
};

/** Alpaca allows 200 a minute; at most 190 are used, so that another client is not starved. */
export const ALPACA_LIMITS: RateLimits = {
  burst: 60,
  perMinute: 130,
  reserved: { kill: 0, protect: 10, reconcile: 25, read: 35 },
  queueLimit: 100,
};

type Waiter = { readonly go: () => void };

/**
 * Lets requests through no faster than the broker takes them, the urgent ones first. A lower
 * lane never takes the last of what a higher one may need.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #queues: Readonly<Record<Lane, Waiter[]>> = {
    kill: [],
    protect: [],
    reconcile: [],
    read: [],
  };
  #tokens: number;
  #filledAt: number;
  #pausedUntil: number;
  #cancelWake: (() => void) | null = null;

  constructor(clock: Clock, limits: RateLimits = ALPACA_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#filledAt = clock.now();
    this.#pausedUntil = clock.now();
  }

  /**
   * Resolves when a request of this lane may be sent.
   *
   * @throws BrokerError `throttled` when too many wait in the lane; nothing was sent
   */
  take(lane: Lane): Promise<void> {
    const queue = this.#queues[lane];
    if (queue.length >= this.#limits.queueLimit) {
      const waiting = `${queue.length} requests already wait in the ${lane} lane`;
      const because = `one more would wait ${this.longestWaitMs(lane)} ms: nothing was sent`;
      const parts = { outcome: 'rejected', rejection: 'throttled' } as const;
      return Promise.reject(new BrokerError(`${waiting}, ${because}`, parts));
    }
    return new Promise((resolve) => {
      queue.push({ go: resolve });
      this.#letThrough();
    });
  }

  /**
   * The longest that a request joining `lane` now can wait in milliseconds, unless others join
   * the lanes above it meanwhile. For `kill` there are none.
   */
  longestWaitMs(lane: Lane): number {
    this.#refill();
    const ahead = this.#lanesUpTo(lane).reduce((sum, each) => sum + this.#queues[each].length, 0);
    return this.#tokensAfterMs(lane, ahead + 1) + this.#pauseMs(lane);
  }

  /** The broker said 429: the lower lanes pause, and no lane has a burst left. */
  slowDown(pauseMs: number): void {
    this.#refill();
    this.#tokens = Math.min(this.#tokens, this.#limits.reserved.protect);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + pauseMs);
    this.#letThrough();
  }

  /** The broker counts every client of the account: what it says is left is all there is. */
  noteRemaining(requests: number): void {
    this.#refill();
    this.#tokens = Math.min(this.#tokens, requests);
  }

  #letThrough(): void {
    this.#refill();
    for (const lane of LANES) {
      const queue = this.#queues[lane];
      while (queue.length > 0 && this.#waitMs(lane) === 0) {
        this.#tokens -= 1;
        queue.shift()?.go();
      }
    }
    this.#wakeWhenDue();
  }

  #wakeWhenDue(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    const next = LANES.find((lane) => this.#queues[lane].length > 0);
    if (next === undefined) return;
    this.#cancelWake = this.#clock.after(this.#waitMs(next), () => this.#letThrough());
  }

  #waitMs(lane: Lane): number {
    return Math.max(this.#tokensAfterMs(lane, 1), this.#pauseMs(lane));
  }

  #tokensAfterMs(lane: Lane, requests: number): number {
    const missing = this.#limits.reserved[lane] + requests - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * 60_000) / this.#limits.perMinute);
  }

  #pauseMs(lane: Lane): number {
    return isPausable(lane) ? Math.max(0, this.#pausedUntil - this.#clock.now()) : 0;
  }

  #refill(): void {
    const now = this.#clock.now();
    const back = ((now - this.#filledAt) * this.#limits.perMinute) / 60_000;
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + back);
    this.#filledAt = now;
  }

  #lanesUpTo(lane: Lane): readonly Lane[] {
    return LANES.slice(0, LANES.indexOf(lane) + 1);
  }
}

const isPausable = (lane: Lane): boolean => lane === 'reconcile' || lane === 'read';
