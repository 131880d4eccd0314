import type { Milliseconds } from '../../core/basics/types.ts';

const WINDOW_MS = 60_000;

type Window = { readonly endsAt: Milliseconds; count: number };

/** What is left to one caller after a request. */
export type Allowance = {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** When the count begins anew. */
  readonly resetsAt: Milliseconds;
};

/** Counts requests by caller, in windows of a minute that begin with their first request. */
export class RateLimiter {
  readonly #windows = new Map<string, Window>();

  take(caller: string, limit: number, now: Milliseconds): Allowance {
    const known = this.#windows.get(caller);
    const window =
      known === undefined || known.endsAt <= now ? { endsAt: now + WINDOW_MS, count: 0 } : known;
    this.#windows.set(caller, window);
    window.count += 1;
    return {
      isAllowed: window.count <= limit,
      limit,
      remaining: Math.max(0, limit - window.count),
      resetsAt: window.endsAt,
    };
  }
}
