import { z } from 'zod';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { LoginAnswer, QueueView } from '../../web/page/page-data.ts';
import { isLocal, RateLimits, type TokenDoor } from '../access/http-guard.ts';
import { type HttpRequest, type HttpResponse, headerOf, readBody } from '../access/http-words.ts';
import { bearerOf } from '../access/tokens.ts';
import { answerFile, answerJson, answerNothing, type PageFiles, say } from './page-answers.ts';
import { mayAnswer, type PageSession, PageSessions } from './page-sessions.ts';
import { PAGE_VIEWS, type PageQuery, type PageReading, type PageViewName } from './page-words.ts';

const MOST_BYTES = 10_000;
/** A page asks for about three things a second; several tabs of one login share this. */
const VISITS = { burst: 60, perSecond: 20 };
const LOGINS = { burst: 10, perSecond: 1 };
/** Tabs that ask within this time are told the same. */
const SHARED_FOR_MS = 500;

/** Plans that wait at the owner of the account. */
type Waiting = {
  readonly planId: string;
  readonly hash: string;
  readonly tier: string;
  readonly text: { readonly lines: readonly string[]; readonly details: readonly string[] };
  readonly code: string;
  readonly expiresAt: number;
};

/** The process that owns the account, this one or another, as the page asks it. */
export type PageOwner = {
  read(view: PageViewName, query: PageQuery): Promise<PageReading>;
  /** Null when it could not be asked. */
  waiting(): Promise<readonly Waiting[] | null>;
  /** @returns null when it was taken, else why not */
  approve(
    word: Answered & { readonly code: string; readonly hash: string },
  ): Promise<string | null>;
  reject(word: Answered): Promise<string | null>;
};
type Answered = { readonly planId: string };

export type LocalPageParts = {
  readonly owner: PageOwner;
  readonly files: PageFiles;
  readonly tokens: Pick<TokenDoor, 'tokens'>;
  /** Takes the secret of a link that a terminal made; true once for each of them. */
  readonly spendLogin: (secret: string) => boolean;
  readonly port: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: (line: string) => void;
};

const login = z.strictObject({ secret: z.string().max(200) });
const answer = z.strictObject({
  plan: z.string().max(100),
  hash: z.string().max(100),
  code: z.string().max(100),
  answer: z.enum(['approve', 'reject']),
});

/**
 * The account as a page for browsers of this machine. A host's token only looks; a person comes
 * by a link from a terminal of this machine, which works once, and may answer plans.
 */
export class LocalPage {
  readonly #parts: LocalPageParts;
  readonly #sessions: PageSessions;
  readonly #visits: RateLimits;
  readonly #logins: RateLimits;
  readonly #cookie: string;
  #board: { readonly at: number; readonly reading: Promise<PageReading> } | null = null;

  constructor(parts: LocalPageParts) {
    this.#parts = parts;
    this.#sessions = new PageSessions(parts);
    this.#visits = new RateLimits(parts.clock, VISITS);
    this.#logins = new RateLimits(parts.clock, LOGINS);
    // Cookies are shared between ports: two servers of one machine keep theirs apart.
    this.#cookie = `bigbrother_page_${parts.port}`;
  }

  /** Whether a path is one of the page. */
  holds(path: string): boolean {
    return path === '/' || path.startsWith('/page/');
  }

  /** Answers a request whose Host and Origin were found right. */
  async answer(request: HttpRequest, response: HttpResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const strange = whyStrange(request, path);
    if (strange !== null) return say(response, 403, strange);
    const isPost = request.method === 'POST';
    if (!isPost && request.method !== 'GET') return say(response, 405, 'only GET and POST');
    if (isPost) return this.#take(request, response, path);
    if (answerFile(response, this.#parts.files, path)) return;
    const session = this.#sessionOf(request);
    if (session === null) return say(response, 401, LOGIN_FIRST);
    if (!this.#isInTime(request, response)) return;
    if (path === '/page/queue') return this.#tellQueue(request, response, session);
    const view = PAGE_VIEWS.find((name) => path === `/page/view/${name}`);
    if (view === undefined) return say(response, 404, 'there is nothing here');
    const asked = Object.fromEntries(new URLSearchParams(query));
    const reading = await this.#read(view, asked);
    if (reading.outcome === 'refused') {
      return say(response, reading.isWrong === true ? 400 : 503, reading.because);
    }
    answerJson(request, response, reading.json);
  }

  async #take(request: HttpRequest, response: HttpResponse, path: string): Promise<void> {
    if (!/^application\/json\b/i.test(headerOf(request, 'content-type') ?? '')) {
      return say(response, 415, 'only JSON is taken');
    }
    const body = await readBody(request, MOST_BYTES);
    if (body.outcome === 'refused') return say(response, body.refusal.status, body.refusal.because);
    switch (path) {
      case '/page/login':
        return this.#login(response, login.safeParse(body.json).data?.secret ?? '');
      case '/page/logout':
        this.#sessions.close(this.#idIn(request) ?? '');
        return answerNothing(response, this.#cookieText('', 0));
      case '/page/answer':
        return this.#answerPlan(request, response, body.json);
      default:
        return say(response, 404, 'there is nothing here');
    }
  }

  #login(response: HttpResponse, secret: string): void {
    const { tokens, spendLogin, log } = this.#parts;
    if (this.#logins.take({ hash: 'login' }) !== null) {
      say(response, 429, 'too many logins: wait a few seconds');
      return;
    }
    const bearer = bearerOf(secret, tokens.tokens());
    const isPerson = bearer === null && spendLogin(secret);
    if (bearer === null && !isPerson) {
      say(response, 401, UNKNOWN_LOGIN);
      return;
    }
    const opened =
      bearer === null ? this.#sessions.openForPerson() : this.#sessions.openForToken(bearer);
    log(
      bearer === null
        ? 'The page was opened by a link from a terminal; it may answer plans.'
        : `The page was opened with token ${bearer.name}; it may look.`,
    );
    const { answerKey, id } = opened;
    const told: LoginAnswer = { answerKey };
    response.setHeader('set-cookie', this.#cookieText(id, LIVES_SECONDS));
    answerJson(null, response, JSON.stringify(told));
  }

  async #tellQueue(
    request: HttpRequest,
    response: HttpResponse,
    session: PageSession,
  ): Promise<void> {
    const waiting = await this.#parts.owner.waiting();
    if (waiting === null) return say(response, 503, 'the owner of the account does not answer');
    const isPerson = mayAnswer(session, headerOf(request, ANSWER_KEY) ?? '');
    const told: QueueView = {
      mayAnswer: isPerson,
      waiting: waiting.map(({ text: { lines, details }, code, ...plan }) => ({
        ...{ planId: plan.planId, hash: plan.hash, tier: plan.tier, lines, details },
        expiresAt: plan.expiresAt,
        // No token of a host opens the way to a code.
        code: isPerson ? code : null,
      })),
    };
    answerJson(request, response, JSON.stringify(told));
  }

  async #answerPlan(request: HttpRequest, response: HttpResponse, json: unknown): Promise<void> {
    const session = this.#sessionOf(request);
    if (session === null) return say(response, 401, LOGIN_FIRST);
    if (!mayAnswer(session, headerOf(request, ANSWER_KEY) ?? '')) {
      return say(response, 403, ONLY_A_PERSON);
    }
    if (!this.#isInTime(request, response)) return;
    const word = answer.safeParse(json).data;
    if (word === undefined) return say(response, 400, 'this is no answer on a plan');
    const { owner } = this.#parts;
    const { plan: planId, hash, code } = word;
    const because =
      word.answer === 'approve'
        ? await owner.approve({ planId, hash, code })
        : await owner.reject({ planId });
    answerJson(null, response, JSON.stringify({ because }));
  }

  /** Several tabs cost the owner no more than one. */
  #read(view: PageViewName, query: PageQuery): Promise<PageReading> {
    const { owner, clock } = this.#parts;
    if (view !== 'board') return owner.read(view, query);
    const now = clock.monotonicMs();
    if (this.#board === null || now - this.#board.at >= SHARED_FOR_MS) {
      this.#board = { at: now, reading: owner.read(view, {}) };
    }
    return this.#board.reading;
  }

  /** By the cookie of a login, or by the token of a program that asks by itself. */
  #sessionOf(request: HttpRequest): PageSession | null {
    const tokens = this.#parts.tokens.tokens();
    const [, token = null] =
      /^Bearer ([\w-]{1,200})$/i.exec(headerOf(request, 'authorization') ?? '') ?? [];
    const bearer = token === null ? null : bearerOf(token, tokens);
    if (bearer !== null) {
      const { hash: tokenHash } = bearer;
      return { visitor: 'viewer', tokenHash, answerKeyHash: null, until: Number.POSITIVE_INFINITY };
    }
    return this.#sessions.find(this.#idIn(request), tokens);
  }

  #idIn(request: HttpRequest): string | null {
    const cookies = (headerOf(request, 'cookie') ?? '').split(/;\s*/);
    const own = cookies.find((cookie) => cookie.startsWith(`${this.#cookie}=`));
    return own?.slice(this.#cookie.length + 1) ?? null;
  }

  #isInTime(request: HttpRequest, response: HttpResponse): boolean {
    const who = this.#idIn(request) ?? headerOf(request, 'authorization') ?? '';
    const waitSeconds = this.#visits.take({ hash: who });
    if (waitSeconds === null) return true;
    response.setHeader('retry-after', String(waitSeconds));
    say(response, 429, 'too many requests from this page');
    return false;
  }

  /** No script reads it, no other site sends it. */
  #cookieText(id: string, seconds: number): string {
    return `${this.#cookie}=${id}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${seconds}`;
  }
}

const LIVES_SECONDS = 12 * 3_600;
const ANSWER_KEY = 'x-bigbrother-answer-key';
const LOGIN_FIRST = 'log in first: "bigbrother page" in a terminal of this machine prints a link';
const UNKNOWN_LOGIN =
  'this link was used, is too old or is none: "bigbrother page" in a terminal prints a new one';
const ONLY_A_PERSON =
  'only the tab that a link of "bigbrother page" opened answers plans: open a new link';

/** In words, why a request does not come from the page of a browser on this machine. */
function whyStrange(request: HttpRequest, path: string): string | null {
  if (!isLocal(request)) return 'the page is for browsers of this machine only';
  const site = headerOf(request, 'sec-fetch-site');
  const isOwn =
    site === null || site === 'same-origin' || (site === 'none' && path !== '/page/answer');
  // Whoever leads a person here only leads to a page without a login.
  if (!isOwn && path !== '/') return 'this was sent by another site';
  if (request.method !== 'POST') return null;
  const { host, origin } = request.headers;
  if (origin === undefined) return 'it does not say which site has sent it';
  return origin === `http://${host}` ? null : 'this was sent by another site';
}
