import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Clock, Ids } from '../../ports/clock.ts';
import { AddressGuard, isLocal, RateLimits, TokenDoor, tooFar } from '../access/http-guard.ts';
import {
  HTTP_LIMITS,
  type HttpLimits,
  type HttpRefusal,
  type HttpRequest,
  type HttpResponse,
  headerOf,
  readBody,
  refuse,
  secure,
  tell,
} from '../access/http-words.ts';
import { covers, type TokenEntry } from '../access/tokens.ts';
import type { LocalPage } from '../page/local-page.ts';
import { scopeNeeded } from './http-scope.ts';
import { type ConnectHost, type Eviction, HttpSessions, type Session } from './http-sessions.ts';
import { type MetricFamily, metricsText } from './metrics.ts';

/** How soon a token that was revoked also ends what it had opened. */
const SWEEP_EVERY_MS = 1_000;

export type HttpServerParts = {
  /** Where it listens; requests come under this and the names below. */
  readonly port: number;
  readonly names: readonly string[];
  readonly connect: ConnectHost;
  /** What the token files hold now. */
  readonly readTokens: () => readonly string[];
  /** Null when the account is served, else in words why not yet. */
  readonly whyNotReady: () => string | null;
  /** What is told of the account. */
  readonly metrics: () => readonly MetricFamily[];
  /** For browsers of this machine; absent where there is none. */
  readonly page?: LocalPage;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: (line: string) => void;
  readonly limits?: HttpLimits;
};

/**
 * MCP over HTTP for hosts on other machines, each with a token, and what machines ask of a
 * service: whether it lives, whether it is ready, and its figures.
 */
export class HttpServer {
  readonly #parts: HttpServerParts;
  readonly #limits: HttpLimits;
  readonly #addresses: AddressGuard;
  readonly #door: TokenDoor;
  readonly #rates: RateLimits;
  readonly #sessions: HttpSessions;
  readonly #answers = new Map<number, number>();
  readonly #evictions = new Map<Eviction, number>([
    ['room', 0],
    ['idle', 0],
    ['revoked', 0],
  ]);
  #cancelSweep: () => void = () => {};

  constructor(parts: HttpServerParts) {
    const { clock, ids, connect, log, limits = HTTP_LIMITS } = parts;
    this.#parts = parts;
    this.#limits = limits;
    this.#addresses = new AddressGuard(parts.port, parts.names);
    this.#door = new TokenDoor(parts.readTokens, log);
    this.#rates = new RateLimits(clock, limits);
    const onEviction = (because: Eviction) => count(this.#evictions, because);
    this.#sessions = new HttpSessions({ connect, clock, ids, limits, log, onEviction });
    this.#sweepLater();
  }

  /** Answers one request. Nothing that goes wrong with it reaches anybody else. */
  async handle(request: HttpRequest, response: HttpResponse): Promise<void> {
    secure(response);
    response.on('finish', () => count(this.#answers, response.statusCode));
    try {
      await this.#route(request, response);
    } catch (error) {
      // A client that is gone is no fault; its connection ends in any case.
      if (!request.destroyed || request.complete) {
        const because = error instanceof Error ? error.name : 'a fault';
        this.#parts.log(`A request over HTTP could not be answered: ${because}.`);
      }
      response.destroy();
    }
  }

  /** Ends every session. */
  async close(): Promise<void> {
    this.#cancelSweep();
    await this.#sessions.closeAll();
  }

  async #route(request: HttpRequest, response: HttpResponse): Promise<void> {
    const refusal = this.#addresses.whyNot(request);
    if (refusal !== null) return refuse(response, { ...refusal, closes: true });
    const [path] = (request.url ?? '').split('?');
    if (path === '/mcp') return this.#mcp(request, response);
    const { page } = this.#parts;
    if (page?.holds(path ?? '')) return page.answer(request, response);
    const isKnown = path === '/healthz' || path === '/readyz' || path === '/metrics';
    if (!isKnown) return refuse(response, { ...NOWHERE, closes: true });
    if (request.method !== 'GET') return refuse(response, notAllowed('GET'));
    if (path === '/healthz') return tell(response, 200, 'ok\n');
    if (path === '/metrics') return this.#tellMetrics(request, response);
    const because = this.#parts.whyNotReady();
    tell(response, because === null ? 200 : 503, because === null ? 'ready\n' : `${because}\n`);
  }

  #tellMetrics(request: HttpRequest, response: HttpResponse): void {
    if (!isLocal(request)) {
      const admission = this.#door.admit(request);
      if (admission.outcome === 'refused') {
        refuse(response, admission.refusal);
        return;
      }
      if (this.#refuseHurry(admission.bearer, response)) return;
    }
    tell(response, 200, metricsText([...this.#parts.metrics(), ...this.#ownMetrics()]));
  }

  async #mcp(request: HttpRequest, response: HttpResponse): Promise<void> {
    const { method = '' } = request;
    if (!['GET', 'POST', 'DELETE'].includes(method)) {
      return refuse(response, notAllowed('GET, POST, DELETE'));
    }
    const admission = this.#door.admit(request);
    if (admission.outcome === 'refused') return refuse(response, admission.refusal);
    const { bearer, token } = admission;
    if (this.#refuseHurry(bearer, response)) return;
    if (method === 'POST') return this.#post(request, response, bearer, token);

    const session = this.#sessionOf(request, bearer);
    if ('status' in session) return refuse(response, session);
    const lastEvent = headerOf(request, 'last-event-id');
    if (lastEvent !== null && !session.events.has(lastEvent)) return refuse(response, FORGOTTEN);
    await session.transport.handleRequest(request, response);
  }

  async #post(
    request: HttpRequest,
    response: HttpResponse,
    bearer: TokenEntry,
    token: string,
  ): Promise<void> {
    const body = await readBody(request, this.#limits.bodyBytes);
    if (body.outcome === 'refused') return refuse(response, body.refusal);
    const { json, text } = body;
    if (Array.isArray(json)) return refuse(response, BATCH);
    // What stands in a message may be journalled or answered.
    if (text.includes(token)) return refuse(response, TOKEN_IN_BODY);
    const needed = scopeNeeded(json);
    if (!covers(bearer.scope, needed)) return refuse(response, tooFar(needed));
    const session = await this.#sessionFor(request, bearer, json);
    if ('status' in session) return refuse(response, session);
    await session.transport.handleRequest(request, response, json);
  }

  async #sessionFor(
    request: HttpRequest,
    bearer: TokenEntry,
    json: unknown,
  ): Promise<Session | HttpRefusal> {
    const isNew = headerOf(request, 'mcp-session-id') === null && isInitializeRequest(json);
    if (!isNew) return this.#sessionOf(request, bearer);
    const { accept = '' } = request.headers;
    const isReadable = ['application/json', 'text/event-stream'].every((type) =>
      accept.includes(type),
    );
    // Before there is a session: one that began with a no would never be used.
    if (!isReadable) return NOT_ACCEPTABLE;
    if (!/^application\/json\b/i.test(headerOf(request, 'content-type') ?? '')) return NO_JSON;
    return (await this.#sessions.open(bearer)) ?? FULL;
  }

  #sessionOf(request: HttpRequest, bearer: TokenEntry): Session | HttpRefusal {
    const id = headerOf(request, 'mcp-session-id');
    if (id === null) return NO_SESSION;
    return this.#sessions.find(id, bearer) ?? UNKNOWN_SESSION;
  }

  #refuseHurry(bearer: TokenEntry, response: HttpResponse): boolean {
    const waitSeconds = this.#rates.take(bearer);
    if (waitSeconds === null) return false;
    const headers = { 'retry-after': String(waitSeconds) };
    refuse(response, { status: 429, because: 'too many requests with this token', headers });
    return true;
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#parts.clock.after(SWEEP_EVERY_MS, () => {
      const tokens = this.#door.tokens();
      this.#sessions.sweep(tokens);
      this.#rates.keepOnly(tokens);
      this.#sweepLater();
    });
  }

  #ownMetrics(): readonly MetricFamily[] {
    return [
      {
        ...{ name: 'bigbrother_http_sessions', type: 'gauge' },
        help: 'Sessions of MCP hosts over HTTP, by the name of their token.',
        samples: [...this.#sessions.counts()].map(([token, value]) => ({ value, token })),
      },
      {
        ...{ name: 'bigbrother_http_evictions_total', type: 'counter' },
        help: 'Sessions that were ended here, by cause.',
        samples: [...this.#evictions].map(([cause, value]) => ({ value, cause })),
      },
      {
        ...{ name: 'bigbrother_http_answers_total', type: 'counter' },
        help: 'Answers over HTTP, by status.',
        samples: [...this.#answers].map(([status, value]) => ({ value, status: String(status) })),
      },
    ];
  }
}

const count = <Key>(counts: Map<Key, number>, key: Key): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

const notAllowed = (allow: string): HttpRefusal => ({
  ...{ status: 405, because: `only ${allow} is allowed here`, headers: { allow }, closes: true },
});
const NOWHERE: HttpRefusal = {
  status: 404,
  because: 'MCP is served under /mcp, and the page under /',
};
const BATCH: HttpRefusal = { status: 400, because: 'one message at a time', code: -32_600 };
const TOKEN_IN_BODY: HttpRefusal = {
  status: 400,
  because: 'a token belongs into the Authorization header and nowhere else',
};
const NO_SESSION: HttpRefusal = {
  status: 400,
  because: 'the first message is initialize; every other one names its session (Mcp-Session-Id)',
};
const UNKNOWN_SESSION: HttpRefusal = {
  status: 404,
  because: 'there is no such session (any more): initialize a new one',
  code: -32_001,
};
const FORGOTTEN: HttpRefusal = {
  status: 400,
  because: 'what was sent after this event is no longer kept: initialize a new session',
};
const FULL: HttpRefusal = {
  status: 503,
  because: 'every session has a call under way: try again',
  headers: { 'retry-after': '5' },
};
const NOT_ACCEPTABLE: HttpRefusal = {
  status: 406,
  because: 'a client has to accept application/json and text/event-stream',
};
const NO_JSON: HttpRefusal = { status: 415, because: 'a message is application/json' };
