import { BrokerError, type Lane, type Turn } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';

/** A request's worth: in these parts a millisecond brings back a whole number. */
const TOKEN = 60_000;
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
  /** A reconciling read that waited this long counts as protection: stops rest on what it says. */
  readonly patienceMs: number;
};

/** Alpaca allows 200 a minute; at most 190 are used, so that another client is not starved. */
export const ALPACA_LIMITS: RateLimits = {
  burst: 60,
  perMinute: 130,
  reserved: { kill: 0, protect: 10, reconcile: 25, read: 35 },
  queueLimit: 100,
  patienceMs: 2_000,
};

type Waiter = { readonly since: number; readonly go: () => void };

/**
 * Lets requests through no faster than the broker takes them, the urgent ones first. A lower
 * lane never takes the last of what a higher one may need.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #unused = new WeakSet<Turn>();
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
    this.#tokens = limits.burst * TOKEN;
    this.#filledAt = this.#now();
    this.#pausedUntil = this.#now();
  }

  /**
   * Resolves when a request of this lane may be sent.
   *
   * @throws BrokerError `throttled` when too many wait in the lane, or when the wait is or
   *   becomes longer than `maxWaitMs`; nothing was sent
   */
  take(lane: Lane, maxWaitMs = Number.POSITIVE_INFINITY): Promise<Turn> {
    const waiting = this.#queues[lane].length;
    const waitMs = this.longestWaitMs(lane);
    if (waiting >= this.#limits.queueLimit || waitMs > maxWaitMs) {
      const because = `${waiting} requests already wait in the ${lane} lane, one more would`;
      return Promise.reject(throttled(`${because} wait ${waitMs} ms: nothing was sent`));
    }
    return this.#queued(lane, maxWaitMs);
  }

  /** True once for each turn given: it stands for one request. */
  spend(turn: Turn): boolean {
    return this.#unused.delete(turn);
  }

  /**
   * The longest that the last of so many requests joining `lane` now can wait in milliseconds,
   * unless others join the lanes above it meanwhile. For `kill` there are none.
   */
  longestWaitMs(lane: Lane, requests = 1): number {
    this.#refill();
    // A read that waits already may be promoted.
    const lanes = this.#lanesUpTo(lane === 'protect' ? 'reconcile' : lane);
    const ahead = lanes.reduce((sum, each) => sum + this.#queues[each].length, 0);
    return this.#tokensAfterMs(lane, ahead + requests) + this.#pauseMs(lane);
  }

  /** The broker said 429: the lower lanes pause, and no lane has a burst left. */
  slowDown(pauseMs: number): void {
    this.#refill();
    this.#tokens = Math.min(this.#tokens, this.#limits.reserved.protect * TOKEN);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + pauseMs);
    this.#letThrough();
  }

  /** The broker counts every client of the account: what it says is left is all there is. */
  noteRemaining(requests: number): void {
    this.#refill();
    this.#tokens = Math.min(this.#tokens, requests * TOKEN);
  }

  #queued(lane: Lane, maxWaitMs: number): Promise<Turn> {
    return new Promise((resolve, reject) => {
      let cancelRefusal = () => {};
      const go = () => {
        cancelRefusal();
        const turn: Turn = { lane };
        this.#unused.add(turn);
        resolve(turn);
      };
      const waiter = { since: this.#now(), go };
      this.#queues[lane].push(waiter);
      if (Number.isFinite(maxWaitMs)) {
        cancelRefusal = this.#clock.after(maxWaitMs, () => {
          this.#letThrough(); // Its turn may be due at this very instant.
          if (!this.#withdraw(waiter)) return;
          const because = `more urgent requests came for ${maxWaitMs} ms: nothing was sent`;
          reject(throttled(`no turn in the ${lane} lane, ${because}`));
        });
      }
      this.#letThrough();
    });
  }

  /** False when it is not waiting any more. */
  #withdraw(waiter: Waiter): boolean {
    const queue = Object.values(this.#queues).find((each) => each.includes(waiter));
    queue?.splice(queue.indexOf(waiter), 1);
    return queue !== undefined;
  }

  #letThrough(): void {
    this.#refill();
    this.#promote();
    for (const lane of LANES) {
      const queue = this.#queues[lane];
      while (queue.length > 0 && this.#waitMs(lane) === 0) {
        this.#tokens -= TOKEN;
        queue.shift()?.go();
      }
    }
    this.#wakeWhenDue();
  }

  /**
   * Without this, reads would starve as long as orders wait, and orders need what is read. It
   * goes before those that came after it, or what it reads would be too old for them.
   */
  #promote(): void {
    const { reconcile, protect } = this.#queues;
    for (let next = reconcile[0]; next !== undefined; next = reconcile[0]) {
      const { since } = next;
      if (this.#patienceLeftMs(next) > 0) return;
      const place = protect.findIndex((waiter) => waiter.since > since);
      protect.splice(place === -1 ? protect.length : place, 0, next);
      reconcile.shift();
    }
  }

  #patienceLeftMs({ since }: Waiter): number {
    const leftMs = since + this.#limits.patienceMs - this.#now();
    return Math.max(0, leftMs, this.#pauseMs('reconcile'));
  }

  #wakeWhenDue(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    const next = LANES.find((lane) => this.#queues[lane].length > 0);
    if (next === undefined) return;
    const [impatient] = this.#queues.reconcile;
    const promotionMs = impatient === undefined ? Infinity : this.#patienceLeftMs(impatient);
    const inMs = Math.min(this.#waitMs(next), promotionMs);
    this.#cancelWake = this.#clock.after(inMs, () => this.#letThrough());
  }

  #waitMs(lane: Lane): number {
    return Math.max(this.#tokensAfterMs(lane, 1), this.#pauseMs(lane));
  }

  #tokensAfterMs(lane: Lane, requests: number): number {
    const missing = (this.#limits.reserved[lane] + requests) * TOKEN - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil(missing / this.#limits.perMinute);
  }

  #pauseMs(lane: Lane): number {
    return isPausable(lane) ? Math.max(0, this.#pausedUntil - this.#now()) : 0;
  }

  #refill(): void {
    const now = this.#now();
    const back = (now - this.#filledAt) * this.#limits.perMinute;
    this.#tokens = Math.min(this.#limits.burst * TOKEN, this.#tokens + back);
    this.#filledAt = now;
  }

  /** The time of day may be set, and requests come back to the broker's budget all the same. */
  #now(): number {
    return Math.floor(this.#clock.monotonicMs());
  }

  #lanesUpTo(lane: Lane): readonly Lane[] {
    return LANES.slice(0, LANES.indexOf(lane) + 1);
  }
}

const isPausable = (lane: Lane): boolean => lane === 'reconcile' || lane === 'read';

const throttled = (message: string): BrokerError =>
  new BrokerError(message, { outcome: 'rejected', rejection: 'throttled' });
