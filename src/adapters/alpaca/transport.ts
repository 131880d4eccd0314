import { ApiError, FetchError } from '@alpacahq/alpaca-trade-api';
import type { EpochMs } from '../../domain/time.ts';
import type { Lane, Turn } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { brokerErrorFrom, type CallKind } from './classify.ts';
import type { RateLimiter } from './rate-limiter.ts';

export type Call<Result> = {
  /** The request in words, for errors: `GET /v2/positions`. */
  readonly what: string;
  readonly lane: Lane;
  /** A turn taken beforehand: the request does not wait any more. */
  readonly turn?: Turn | undefined;
  /** One of the SDK's `…Raw` methods. */
  readonly send: (init: RequestInit) => Promise<{ readonly raw: Response }>;
  /** @throws when the body is not what it should be */
  readonly parse: (body: string) => Result;
};

const RETRIES = 2;
const FIRST_RETRY_AFTER_MS = 250;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export type TransportParts = {
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  /** For one attempt, from when it is sent to the last byte of the answer. */
  readonly timeoutMs?: number;
};

/**
 * Sends requests through the SDK: at the limiter's pace, with a deadline on our clock, every
 * failure as a BrokerError. A read is tried three times, a change is sent once.
 */
export class AlpacaTransport {
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  readonly #timeoutMs: number;

  constructor({ clock, limiter, timeoutMs = 10_000 }: TransportParts) {
    this.#clock = clock;
    this.#limiter = limiter;
    this.#timeoutMs = timeoutMs;
  }

  now(): EpochMs {
    return this.#clock.now();
  }

  /** @throws BrokerError `throttled` when a turn does not come in time */
  awaitTurn(lane: Lane, maxWaitMs: number): Promise<Turn> {
    return this.#limiter.take(lane, maxWaitMs);
  }

  longestWaitMs(lane: Lane, requests?: number): number {
    return this.#limiter.longestWaitMs(lane, requests);
  }

  async read<Result>(call: Call<Result>): Promise<Result> {
    for (let retry = 0; ; retry++) {
      try {
        return await this.#attempt(call);
      } catch (error) {
        if (retry === RETRIES || !isPassing(error)) {
          throw await brokerErrorFrom(error, 'read', call.what);
        }
        await this.#clock.sleep(FIRST_RETRY_AFTER_MS * 2 ** retry);
      }
    }
  }

  async change<Result>(kind: Exclude<CallKind, 'read'>, call: Call<Result>): Promise<Result> {
    try {
      return await this.#attempt(call);
    } catch (error) {
      throw await brokerErrorFrom(error, kind, call.what);
    }
  }

  async #attempt<Result>({ lane, turn, send, parse }: Call<Result>): Promise<Result> {
    if (turn === undefined || !this.#limiter.spend(turn)) await this.#limiter.take(lane);
    const giveUp = new AbortController();
    const disarm = this.#clock.after(this.#timeoutMs, () => {
      giveUp.abort(new DOMException(`no answer within ${this.#timeoutMs} ms`, 'TimeoutError'));
    });
    try {
      const { raw } = await send({ signal: giveUp.signal });
      this.#noteRemaining(raw.headers);
      // Read even when it is empty: an undrained answer keeps its connection.
      return parse(await raw.text());
    } catch (error) {
      if (error instanceof ApiError && error.status === 429) this.#slowDown(error);
      throw error;
    } finally {
      disarm();
    }
  }

  #noteRemaining(headers: Headers): void {
    const remaining = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
    if (Number.isInteger(remaining)) this.#limiter.noteRemaining(remaining);
  }

  #slowDown({ response, rateLimit }: ApiError): void {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const untilReset = (rateLimit?.reset?.getTime() ?? Number.NaN) - this.#clock.now();
    const askedMs = Number.isFinite(seconds) ? seconds * 1_000 : untilReset;
    const pauseMs = Number.isFinite(askedMs) ? askedMs : SHORTEST_PAUSE_MS;
    this.#limiter.slowDown(Math.min(Math.max(pauseMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS));
  }
}

/** A failure that the next attempt may not meet; a deadline is the next cycle's business. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return PASSING_STATUSES.has(error.status);
  if (error instanceof FetchError) return error.cause.name !== 'TimeoutError';
  // undici throws a bare TypeError when the connection ends inside a body.
  return error instanceof TypeError && error.message === 'terminated';
}
