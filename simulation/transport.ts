import type { FetchApi } from '../src/adapters/alpaca/client.ts';
import type { PaperExchange } from '../src/paper-exchange/exchange.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Draws } from './draws.ts';
import type { Life } from './life.ts';
import type { Observation, WireRequest } from './observation.ts';

/** By this header the exchange's side of a request is told from its neighbours. */
export const REQUEST_HEADER = 'x-simulation-request';

/** Probabilities that hold for each request, and how long a way takes. */
export type NetworkRates = {
  readonly oneWayMs: number;
  readonly requestLost: number;
  readonly answerLost: number;
  readonly answerLate: number;
  /** The line is silent, so that only a deadline ends the wait; else it is closed at once. */
  readonly silent: number;
  /** Whether reads fare as badly as orders. */
  readonly readsToo: boolean;
};

type Fate = {
  readonly isLost: 'request' | 'answer' | null;
  readonly isSilent: boolean;
  readonly lateByMs: number;
};

type Parts = {
  readonly life: Life;
  readonly isOwner: boolean;
  readonly clock: Clock;
  readonly exchange: PaperExchange;
  readonly draws: Draws;
  readonly rates: () => NetworkRates;
  readonly nextRequestId: () => number;
  readonly observe: (observation: Observation) => void;
  readonly onFault: (fault: string) => void;
  /** An order was sent of which the process does not learn in time whether it arrived. */
  readonly onAmbiguousPost: () => void;
};

const ARRIVES: Fate = { isLost: null, isSilent: false, lateByMs: 0 };
/** Later than any deadline. */
const LEAST_LATE_MS = 10_500;
const LATEST_MS = 30_000;

/** The way of one process to the exchange: it takes time, and things get lost on it. */
export class Transport {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  readonly fetchApi: FetchApi = (url, init) =>
    new Promise((resolve, reject) => {
      const { life, isOwner, nextRequestId, observe, clock } = this.#parts;
      if (!life.isAlive || life.diesAt('request')) return;
      const { pathname, search } = new URL(url);
      const request: WireRequest = {
        id: nextRequestId(),
        life: life.number,
        isOwner,
        method: init.method ?? 'GET',
        path: pathname + search,
        body: typeof init.body === 'string' ? init.body : '',
      };
      observe({ kind: 'request_sent', at: clock.now(), request });
      const { signal } = init;
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (life.diesAt('request')) {
        this.#travel(request, url, init, { isLost: null, isSilent: true, lateByMs: 0 }).catch(none);
        return;
      }
      this.#travel(request, url, init, this.#fateOf(request)).then(resolve, reject);
    });

  /** Never settles where the line is silent. */
  async #travel(
    request: WireRequest,
    url: string,
    init: RequestInit,
    fate: Fate,
  ): Promise<Response> {
    await this.#wait(this.#oneWayMs());
    if (fate.isLost === 'request') return this.#broken(fate);
    const headers = new Headers(init.headers);
    headers.set(REQUEST_HEADER, String(request.id));
    const { signal: _, ...rest } = init;
    const response = await this.#parts.exchange.fetchApi(url, { ...rest, headers });
    const body = await bodyOf(response);
    await this.#wait(this.#oneWayMs() + fate.lateByMs);
    if (fate.isLost === 'answer') return this.#broken(fate);
    const { clock, observe } = this.#parts;
    const { status } = response;
    return new Promise((resolve) => {
      this.#parts.life.enter(() => {
        observe({ kind: 'answer_arrived', at: clock.now(), request, status, body: body.text });
        resolve(arrived(response, body));
      });
    });
  }

  #broken({ isSilent }: Fate): Promise<never> {
    return new Promise((_, reject) => {
      if (isSilent) return;
      this.#parts.life.enter(() => reject(lineClosed()));
    });
  }

  #fateOf({ method, path }: WireRequest): Fate {
    const { draws, rates } = this.#parts;
    const { requestLost, answerLost, answerLate, silent, readsToo } = rates();
    if (method === 'GET' && !readsToo) return ARRIVES;
    const isPost = method === 'POST' && path === '/v2/orders';
    const isSilent = draws.chance(silent);
    const onFault = (fault: string): void => {
      if (isPost) this.#parts.onAmbiguousPost();
      this.#parts.onFault(fault);
    };
    if (draws.chance(requestLost)) {
      onFault(isPost ? 'B01' : isSilent ? 'N05' : 'N09');
      return { isLost: 'request', isSilent, lateByMs: 0 };
    }
    if (draws.chance(answerLost)) {
      onFault(isPost ? 'B02' : method === 'PATCH' ? 'B15' : 'N17');
      return { isLost: 'answer', isSilent, lateByMs: 0 };
    }
    if (!draws.chance(answerLate)) return ARRIVES;
    onFault(isPost ? 'B03' : 'N18');
    return { isLost: null, isSilent, lateByMs: draws.between(LEAST_LATE_MS, LATEST_MS) };
  }

  #oneWayMs(): number {
    const { draws, rates } = this.#parts;
    const { oneWayMs } = rates();
    return oneWayMs === 0 ? 0 : draws.gapMs(oneWayMs);
  }

  /** On the world's clock: what is on its way stays so when the process dies. */
  #wait(delayMs: number): Promise<void> | undefined {
    return delayMs === 0 ? undefined : this.#parts.clock.sleep(delayMs);
  }
}

const none = (): void => {};

const lineClosed = (): TypeError =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  });

type Body = { readonly text: string; readonly error: unknown };

/** The same answer again, for the process to read: whole, or broken off where it broke off. */
function arrived({ status, headers }: Response, { text, error }: Body): Response {
  if (error === null) return new Response(text === '' ? null : text, { status, headers });
  const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(error) });
  return new Response(broken, { status, headers });
}

async function bodyOf(response: Response): Promise<Body> {
  try {
    return { text: await response.text(), error: null };
  } catch (error) {
    // The line broke inside the body.
    return { text: '', error };
  }
}
