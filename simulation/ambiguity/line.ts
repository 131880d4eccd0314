import type { FetchApi, WsFactory } from '../../src/adapters/alpaca/client.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Draws } from '../draws.ts';

/** What becomes of an order on its way; none of them is ever answered in time. */
export const FATES = ['answer_lost', 'request_lost', 'request_late', 'answer_late'] as const;
export type Fate = (typeof FATES)[number];

type Parts = {
  readonly clock: Clock;
  readonly draws: Draws;
  readonly exchange: FetchApi;
  /** Sends what was sent before under another id, to see that it would be noticed. */
  readonly isPlanted: boolean;
};

const LEAST_LATE_MS = 500;
const MOST_LATE_MS = 25_000;
/** Later than any deadline. */
const ANSWER_LATE_MS = 10_500;

/**
 * The way to the exchange, on which no order's answer comes: it is lost before or after it has
 * arrived, or arrives when it was given up. Reads pass.
 */
export class Line {
  readonly #parts: Parts;
  readonly #seen = new Map<string, number>();
  readonly fates: Record<Fate, number> = {
    ...{ answer_lost: 0, request_lost: 0, request_late: 0, answer_late: 0 },
  };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Orders sent, each of which ended in doubt. */
  get ambiguousPosts(): number {
    return FATES.reduce((sum, fate) => sum + this.fates[fate], 0);
  }

  readonly fetchApi: FetchApi = async (url, init) => {
    const { clock, exchange } = this.#parts;
    if (init.method !== 'POST') return exchange(url, init);
    const fate = this.#fate();
    this.fates[fate] += 1;
    const { signal: _, ...request } = { ...init, body: this.#planted(String(init.body)) };
    switch (fate) {
      case 'request_lost':
        throw closed();
      case 'request_late':
        clock.after(this.#parts.draws.between(LEAST_LATE_MS, MOST_LATE_MS), () => {
          exchange(url, request).catch(() => undefined);
        });
        throw closed();
      case 'answer_lost':
        await exchange(url, request);
        throw closed();
      case 'answer_late': {
        const answer = await exchange(url, request);
        const { signal } = init;
        await new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          clock.after(ANSWER_LATE_MS, () => resolve(null));
        });
        return answer;
      }
    }
  };

  #fate(): Fate {
    const { draws } = this.#parts;
    if (draws.chance(0.92)) return 'answer_lost';
    return draws.pick(['request_lost', 'request_late', 'answer_late']);
  }

  #planted(body: string): string {
    if (!this.#parts.isPlanted) return body;
    const times = this.#seen.get(body) ?? 0;
    this.#seen.set(body, times + 1);
    return times === 0
      ? body
      : body.replace(/"client_order_id":"[^"]+/, (id) => `${id}-again-${times}`);
  }
}

type Listener = (...args: unknown[]) => void;

/** No stream ever opens, so that an order is only ever found by those who look for it. */
export const noStream: WsFactory = () => {
  const listeners: Listener[] = [];
  queueMicrotask(() => {
    for (const listener of listeners) listener(1006, '');
  });
  return {
    readyState: 3,
    on: (event: string, listener: Listener) => {
      if (event === 'close') listeners.push(listener);
    },
    send: () => undefined,
    close: () => undefined,
    terminate: () => undefined,
  };
};

const closed = (): TypeError =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  });
