import type { Clock } from '../../ports/clock.ts';
import { type HttpRefusal, type HttpRequest, headerOf } from './http-words.ts';
import { bearerOf, type Scope, type TokenEntry, tokensIn } from './tokens.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
/** A proxy on this machine makes strangers look local; these tell of it. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address);

/**
 * Knows by which names this server may be called. A name that leads here from elsewhere (DNS
 * rebinding) is none of them, and neither is the site that a browser was sent here by.
 */
export class AddressGuard {
  readonly #hosts: ReadonlySet<string>;

  /** @param names besides those of this machine, each with or without a port */
  constructor(port: number, names: readonly string[]) {
    const local = LOOPBACK.map((name) => `${name}:${port}`);
    const others = names.flatMap((name) => [name, `${name}:${port}`]);
    this.#hosts = new Set([...local, ...others].map((name) => name.toLowerCase()));
  }

  whyNot(request: HttpRequest): HttpRefusal | null {
    if (!this.#knows(headerOf(request, 'host'))) {
      return { status: 403, because: 'this server is not called by this name (Host)' };
    }
    const { origin } = request.headers;
    if (origin === undefined || this.#knows(hostOfOrigin(origin))) return null;
    return { status: 403, because: 'this was sent by another site (Origin)' };
  }

  #knows(host: string | null): boolean {
    return host !== null && this.#hosts.has(host.toLowerCase());
  }
}

function hostOfOrigin(origin: string): string | null {
  const [, host = null] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
  return host;
}

/** True for a program of this machine that comes by itself, and not through a proxy. */
export function isLocal(request: HttpRequest): boolean {
  const host = (headerOf(request, 'host') ?? '').replace(/:\d+$/, '');
  return (
    isLoopbackAddress(request.socket.remoteAddress ?? '') &&
    LOOPBACK.includes(host) &&
    PROXY_HEADERS.every((name) => request.headers[name] === undefined)
  );
}

export type Admission =
  | { readonly outcome: 'admitted'; readonly bearer: TokenEntry; readonly token: string }
  | { readonly outcome: 'refused'; readonly refusal: HttpRefusal };

/** Reads the tokens anew each time: one that was revoked opens nothing from then on. */
export class TokenDoor {
  readonly #read: () => readonly string[];
  readonly #log: (line: string) => void;
  #told = '';

  /** @param read what the token files hold now */
  constructor(read: () => readonly string[], log: (line: string) => void) {
    this.#read = read;
    this.#log = log;
  }

  /** Where they cannot be read, nobody is let in. */
  tokens(): readonly TokenEntry[] {
    try {
      const tokens = tokensIn(this.#read());
      this.#told = '';
      return tokens;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      if (because !== this.#told) this.#log(`Nobody is let in, for lack of tokens: ${because}.`);
      this.#told = because;
      return [];
    }
  }

  admit(request: HttpRequest): Admission {
    const [, token = null] =
      /^Bearer ([\w-]{1,200})$/i.exec(headerOf(request, 'authorization') ?? '') ?? [];
    if (token === null) {
      return unauthorized('Bearer', 'a token is needed: Authorization: Bearer …');
    }
    const bearer = bearerOf(token, this.tokens());
    return bearer === null
      ? unauthorized('Bearer error="invalid_token"', 'this token is not known, or was revoked')
      : { outcome: 'admitted', bearer, token };
  }
}

const unauthorized = (challenge: string, because: string): Admission => ({
  outcome: 'refused',
  refusal: { status: 401, because, headers: { 'www-authenticate': challenge }, closes: true },
});

export const tooFar = (needed: Scope): HttpRefusal => ({
  status: 403,
  because: `this token does not go so far: it takes one with the scope ${needed}`,
  headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
});

type Bucket = { readonly left: number; readonly at: number };

/** How much each token may ask: a burst, and then evenly. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, limits: { readonly burst: number; readonly perSecond: number }) {
    this.#clock = clock;
    this.#burst = limits.burst;
    this.#perSecond = limits.perSecond;
  }

  /** @returns null when it may, else how many seconds it should wait */
  take({ hash }: Pick<TokenEntry, 'hash'>): number | null {
    const now = this.#clock.monotonicMs();
    const before = this.#buckets.get(hash) ?? { left: this.#burst, at: now };
    const gained = ((now - before.at) / 1_000) * this.#perSecond;
    const left = Math.min(this.#burst, before.left + gained);
    const isEnough = left >= 1;
    this.#buckets.set(hash, { left: isEnough ? left - 1 : left, at: now });
    return isEnough ? null : Math.ceil((1 - left) / this.#perSecond);
  }

  /** Forgets those whose token is there no more. */
  keepOnly(tokens: readonly TokenEntry[]): void {
    const known = new Set(tokens.map(({ hash }) => hash));
    for (const hash of this.#buckets.keys()) if (!known.has(hash)) this.#buckets.delete(hash);
  }
}
