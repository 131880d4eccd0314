import type { Answer, Outcome } from '../protocol/outcome.ts';
import type { RestResponse } from '../protocol/request.ts';
import type { Connection, StreamSession } from './connection.ts';
import { isStreamPath, type Streams } from './streams.ts';

type Redirect = NonNullable<RequestInit['redirect']>;
type Listener = (...args: unknown[]) => void;

/** Answers like `fetch`, without a network: everything happens in microtasks. */
export type FetchApi = (url: string, init: RequestInit) => Promise<Response>;

/** Opens a socket like the `ws` package, without a network. */
export type WsFactory = (url: string, codec: 'msgpack' | 'json') => InProcessSocket;

/** A `fetch` whose every request is settled by `answer`; what fails, fails as it does there. */
export function inProcessFetch(answer: Answer): FetchApi {
  return async (url, init) => {
    init.signal?.throwIfAborted();
    const { pathname, searchParams } = new URL(url);
    const request = {
      method: (init.method ?? 'GET').toUpperCase(),
      path: pathname,
      query: searchParams,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: bodyText(init.body),
    };
    const outcome = await settled(init.signal ?? null, (settle) => answer(request, settle));
    return arrived(outcome, init.redirect ?? 'follow');
  };
}

/** @throws the signal's reason when it is given up before */
function settled(
  signal: AbortSignal | null,
  ask: (settle: (outcome: Outcome) => void) => void,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal?.reason);
    let isSettled = false;
    ask((outcome) => {
      isSettled = true;
      signal?.removeEventListener('abort', giveUp);
      resolve(outcome);
    });
    // Most requests are settled by now.
    if (isSettled) return;
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** @throws TypeError where the line broke, as fetch does */
function arrived(outcome: Outcome, redirect: Redirect): Response {
  switch (outcome.kind) {
    case 'answered':
      return responseOf(outcome.response, redirect);
    case 'cut': {
      const { status, headers, body } = outcome.response;
      return new Response(brokenOff(body, outcome.bytes), { status, headers });
    }
    case 'closed':
      throw fetchFailed('other side closed', 'UND_ERR_SOCKET');
    case 'reset':
      throw fetchFailed('read ECONNRESET', 'ECONNRESET');
  }
}

function responseOf({ status, headers, body }: RestResponse, redirect: Redirect): Response {
  const leadsAway = status >= 300 && status < 400 && 'location' in headers;
  if (leadsAway && redirect === 'error') throw fetchFailed('unexpected redirect');
  if (leadsAway && redirect === 'follow') {
    throw fetchFailed(`${headers.location} is outside this process`);
  }
  // The platform refuses even an empty text with a 204.
  return new Response(status === 204 ? null : body, { status, headers });
}

function brokenOff(body: string, bytes: number): ReadableStream<Uint8Array> {
  const whole = Buffer.from(body);
  return new ReadableStream({
    start: (controller) => controller.enqueue(whole.subarray(0, bytes)),
    pull: (controller) => controller.error(new TypeError('terminated')),
  });
}

function fetchFailed(message: string, code = 'UND_ERR'): TypeError {
  const cause = Object.assign(new Error(message), { code });
  return new TypeError('fetch failed', { cause });
}

function bodyText(body: RequestInit['body']): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  throw new TypeError('the in-process exchange takes request bodies as text only');
}

export const inProcessSockets =
  (streams: Streams): WsFactory =>
  (url, codec) =>
    new InProcessSocket(streams, url, codec);

const [connecting, open, closing, closed] = [0, 1, 2, 3] as const;

/**
 * The client's end of a stream: that part of a `ws` socket which the Alpaca SDK uses. Each
 * direction keeps its order, and nothing arrives within the call that sent it.
 */
class InProcessSocket {
  #readyState: 0 | 1 | 2 | 3 = connecting;
  #session: StreamSession | null = null;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #streams: Streams;
  readonly #path: string;

  constructor(streams: Streams, url: string, codec: 'msgpack' | 'json') {
    this.#streams = streams;
    this.#path = new URL(url).pathname;
    queueMicrotask(() => this.#connect(codec));
  }

  get readyState(): number {
    return this.#readyState;
  }

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  send(data: string | Uint8Array): void {
    if (this.#readyState === connecting) throw new Error('the socket is not open yet');
    if (this.#readyState === open) queueMicrotask(() => this.#session?.receive(data));
  }

  close(code = 1005): void {
    if (this.#readyState === closing || this.#readyState === closed) return;
    this.#readyState = closing;
    queueMicrotask(() => this.#end(code));
  }

  terminate(): void {
    if (this.#readyState !== closed) queueMicrotask(() => this.#end(1006));
  }

  ping(data: unknown = Buffer.alloc(0)): void {
    if (this.#readyState !== open) return;
    queueMicrotask(() => {
      const isAnswered = this.#readyState === open && this.#streams.answersPing(this.#path);
      if (isAnswered) this.#emit('pong', data);
    });
  }

  #connect(codec: 'msgpack' | 'json'): void {
    if (this.#readyState !== connecting) return;
    const path = this.#path;
    if (!isStreamPath(path)) {
      this.#emit('error', new Error(`Unexpected server response: 404 (no stream at ${path})`));
      this.#end(1006);
      return;
    }
    this.#readyState = open;
    const contentType = codec === 'msgpack' ? 'application/msgpack' : undefined;
    this.#session = this.#streams.open({ path, contentType }, this.#exchangeEnd());
    this.#emit('open');
  }

  #exchangeEnd(): Connection {
    return {
      send: (data) => {
        const frame = typeof data === 'string' ? Buffer.from(data) : data;
        queueMicrotask(() => this.#receive(frame, typeof data !== 'string'));
      },
      close: (code) => queueMicrotask(() => this.#end(code)),
      terminate: () => this.terminate(),
      bufferedBytes: () => 0,
    };
  }

  #receive(frame: Uint8Array, isBinary: boolean): void {
    if (this.#readyState !== closed) this.#emit('message', frame, isBinary);
  }

  #end(code: number): void {
    if (this.#readyState === closed) return;
    this.#readyState = closed;
    this.#session?.closed();
    this.#session = null;
    this.#emit('close', code, Buffer.alloc(0));
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }
}
