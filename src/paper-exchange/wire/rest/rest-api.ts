import { WireError } from '../../core/basics/types.ts';
import type { ExchangeCore } from '../../core/exchange-core.ts';
import {
  internalError,
  JSON_TYPE,
  keysOf,
  type RestRequest,
  type RestResponse,
} from '../../protocol/request.ts';
import { type Allowance, RateLimiter } from './rate-limit.ts';
import { type Reply, WrittenJson } from './route.ts';
import { type Endpoint, endpointAt, isDataPath, isPublicPath } from './routes.ts';
import { defaultRestSettings, type RestSettings } from './settings.ts';

export type RestOptions = {
  readonly settings?: Partial<RestSettings>;
  /** Told of every fault of our own; the client sees a bare 500. */
  readonly onFault?: (error: unknown, request: RestRequest) => void;
};

type Answer = Reply & { readonly headers?: Readonly<Record<string, string>> };

const UNAUTHORIZED = {
  message: new WireError(401, { message: 'unauthorized.' }),
  message_and_code: new WireError(401, { code: 40110000, message: 'request is not authorized' }),
} as const;
const TOO_MANY = new WireError(429, { message: 'too many requests.' });
/** In place of an account id: whoever asks without keys. */
const NOBODY = 'nobody';
/** The unlimited data plan ("Market Data API: subscription plans"). */
const UNLIMITED_PLAN_REQUESTS_PER_MINUTE = 10_000;

/** Answers requests of the trading and the data API. It never throws. */
export class RestApi {
  readonly #core: ExchangeCore;
  readonly #settings: RestSettings;
  readonly #onFault: NonNullable<RestOptions['onFault']>;
  readonly #limiter = new RateLimiter();
  #requests = 0;

  constructor(core: ExchangeCore, { settings, onFault }: RestOptions = {}) {
    this.#core = core;
    this.#settings = { ...defaultRestSettings, ...settings };
    this.#onFault = onFault ?? (() => undefined);
  }

  handle(request: RestRequest): RestResponse {
    this.#requests += 1;
    const id = this.#requests.toString(16).padStart(32, '0');
    try {
      return written(this.#answer(request), id, request.method === 'HEAD');
    } catch (error) {
      this.#onFault(error, request);
      const { status, headers, body } = internalError;
      return { status, headers: { ...headers, 'x-request-id': id }, body };
    }
  }

  #answer(request: RestRequest): Answer {
    const { method, path } = request;
    const endpoint = endpointAt(path);
    if (method === 'OPTIONS' && endpoint !== null) return optionsOf(endpoint);
    const accountId = this.#accountOf(request);
    if (accountId === null) return UNAUTHORIZED[this.#settings.unauthorizedBody];
    const allowance = this.#take(accountId, path);
    if (allowance?.isAllowed === false) return this.#limited(TOO_MANY, allowance);
    return this.#limited(this.#routed(endpoint, accountId, request), allowance);
  }

  /** Null for keys that open no account; `NOBODY` where none are needed and none are sent. */
  #accountOf(request: RestRequest): string | null {
    const { keyId, secretKey } = keysOf(request);
    if (keyId === '' && secretKey === '' && isPublicPath(request.path)) return NOBODY;
    return this.#core.authenticate(keyId, secretKey);
  }

  #routed(endpoint: Endpoint | null, accountId: string, request: RestRequest): Answer {
    const { method, path, query, body } = request;
    if (endpoint === null) return refused(path, 404, 'endpoint not found.');
    const route = endpoint.routes.get(method === 'HEAD' ? 'GET' : method);
    if (route === undefined) {
      return { ...refused(path, 405, 'method not allowed.'), headers: allowHeader(endpoint) };
    }
    return route.answer({
      core: this.#core,
      settings: this.#settings,
      accountId,
      params: endpoint.params,
      query,
      body,
    });
  }

  #take(accountId: string, path: string): Allowance | null {
    const { requestsPerMinute, marketDataPlan } = this.#settings;
    if (requestsPerMinute === null) return null;
    const isData = isDataPath(path);
    const isUnlimitedPlan = isData && marketDataPlan === 'unlimited';
    const limit = isUnlimitedPlan ? UNLIMITED_PLAN_REQUESTS_PER_MINUTE : requestsPerMinute;
    return this.#limiter.take(`${isData ? 'data' : 'trading'} ${accountId}`, limit, this.#core.now);
  }

  #limited(answer: Answer, allowance: Allowance | null): Answer {
    if (allowance === null || !this.#settings.rateLimitHeaders) return answer;
    const headers = {
      ...answer.headers,
      'x-ratelimit-limit': String(allowance.limit),
      'x-ratelimit-remaining': String(allowance.remaining),
      'x-ratelimit-reset': String(Math.ceil(allowance.resetsAt / 1000)),
    };
    return { status: answer.status, body: answer.body, headers };
  }
}

/** The data API refuses without a code. */
function refused(path: string, status: 404 | 405, message: string): WireError {
  return new WireError(
    status,
    isDataPath(path) ? { message } : { code: status * 100_000 + 10_000, message },
  );
}

function optionsOf(endpoint: Endpoint): Answer {
  return { status: 204, body: null, headers: allowHeader(endpoint) };
}

function allowHeader({ routes }: Endpoint): Readonly<Record<string, string>> {
  const methods = [...routes.keys()].flatMap((method) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  return { allow: [...methods, 'OPTIONS'].join(', ') };
}

function written(answer: Answer, id: string, isHead: boolean): RestResponse {
  const { status, body, headers = {} } = answer;
  if (body === null) return { status, headers: { ...headers, 'x-request-id': id }, body: '' };
  return {
    status,
    headers: { ...headers, 'content-type': JSON_TYPE, 'x-request-id': id },
    body: isHead ? '' : textOf(body),
  };
}

const textOf = (body: unknown): string =>
  body instanceof WrittenJson ? body.text : JSON.stringify(body);
