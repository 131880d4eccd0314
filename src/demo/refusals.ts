import type { FetchApi } from '../paper-exchange/wire/in-process.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * Counts on the wire what the exchange refused of changes to orders, and which of these
 * refusals mean that two hands reached for the same shares.
 */
export class RefusalCounter {
  #refused = 0;
  #conflicts = 0;

  get refused(): number {
    return this.#refused;
  }

  get conflicts(): number {
    return this.#conflicts;
  }

  /** The same exchange, with an observer between it and its client. */
  watching(fetchApi: FetchApi): FetchApi {
    return async (input, init = {}) => {
      const response = await fetchApi(input, init);
      const method = (init.method ?? 'GET').toUpperCase();
      if (method !== 'GET' && response.status >= 400 && response.status < 500) {
        this.#refused += 1;
        const body = (await response.clone().json()) as Body;
        if (isConflict(method, response.status, body)) this.#conflicts += 1;
      }
      return response;
    };
  }
}

/** Shares held, wash trade, too few shares, or an order that was no longer there to change. */
function isConflict(method: string, status: number, body: Body): boolean {
  const aboutShares = 'existing_qty' in body || 'existing_order_id' in body;
  const aboutOrder = method !== 'POST' && (status === 404 || status === 422);
  return aboutShares || aboutOrder;
}
