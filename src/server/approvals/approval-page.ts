import type { PendingApproval } from '../../runtime/plans/approval-desk.ts';
import { escapeHtml, frameOf, STYLE_HASH } from './approval-page-words.ts';
import type { ApprovalsWaiting } from './approval-words.ts';

/** A page that lies open for longer is of no use to anybody but a stranger. */
const TOKEN_LIVES_MS = 15 * 60_000;
const LONGEST_BODY = 4_000;

export type PageRequest = {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** What a browser says of where a request comes from. */
  readonly fetchSite: string | undefined;
  readonly body: string;
};
export type PageResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Nothing is loaded, nothing runs, nothing may frame it, and forms go nowhere else. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * The plans that wait, for a browser on this machine. Each token works once: the one of the
 * address shows the page, the one inside the page answers it and comes with the next.
 */
export class ApprovalPage {
  readonly #waiting: ApprovalsWaiting;
  readonly #by: string;
  readonly #now: () => number;
  readonly #newToken: () => string;
  readonly #tokens = new Map<string, number>();

  constructor(parts: {
    readonly waiting: ApprovalsWaiting;
    /** Who sits at this machine. */
    readonly by: string;
    readonly now: () => number;
    readonly newToken: () => string;
  }) {
    this.#waiting = parts.waiting;
    this.#by = parts.by;
    this.#now = parts.now;
    this.#newToken = parts.newToken;
  }

  /** @param origin such as `http://127.0.0.1:4711`: the only one that is served */
  address(origin: string): string {
    return `${origin}/?token=${this.#issue()}`;
  }

  answer(request: PageRequest, origin: string): PageResponse {
    const refusal = whyRefused(request, origin);
    if (refusal !== null) return page(403, [refusal], '');
    const { pathname, searchParams } = new URL(request.url, origin);
    if (request.method === 'GET' && pathname === '/') {
      return this.#spend(searchParams.get('token'))
        ? page(200, [], this.#list())
        : page(403, [USED], '');
    }
    if (request.method !== 'POST' || pathname !== '/answer') {
      return page(404, ['There is nothing here.'], '');
    }
    const form = new URLSearchParams(request.body);
    if (!this.#spend(form.get('token'))) return page(403, [USED], '');
    return page(200, [this.#take(form)], this.#list());
  }

  #take(form: URLSearchParams): string {
    const [planId, hash, code] = ['plan', 'hash', 'code'].map((name) => form.get(name) ?? '');
    const word = { planId: planId ?? '', by: this.#by, channel: 'page' } as const;
    if (form.get('answer') === 'reject') {
      return this.#waiting.reject(word, 'on the page') ?? `Rejected: ${word.planId}.`;
    }
    if (form.get('answer') !== 'approve') return 'Nothing was answered.';
    const because = this.#waiting.approve({ ...word, hash: hash ?? '', code: code ?? '' });
    return because === null ? `Approved: ${word.planId}.` : `Not approved: ${because}.`;
  }

  #list(): string {
    const token = this.#issue();
    const waiting = this.#waiting.pending();
    if (waiting.length === 0) return '<p>No plan waits for you.</p>';
    return waiting.map((approval) => card(approval, token)).join('');
  }

  #issue(): string {
    const token = this.#newToken();
    this.#tokens.set(token, this.#now() + TOKEN_LIVES_MS);
    return token;
  }

  #spend(token: string | null): boolean {
    const until = token === null ? undefined : this.#tokens.get(token);
    if (token === null || until === undefined) return false;
    this.#tokens.delete(token);
    return this.#now() <= until;
  }
}

const USED =
  'This address was used or is too old. Run "bigbrother pending --page" in a terminal for a new one.';

/** A name that leads here from elsewhere (DNS rebinding) and a form of another site end here. */
function whyRefused(
  { method, host, origin: from, fetchSite, body }: PageRequest,
  origin: string,
): string | null {
  if (host !== new URL(origin).host) return 'This address is not the one that is served.';
  if (from !== undefined && from !== origin) return 'This was sent by another site.';
  if (method === 'POST' && from === undefined) return 'It does not say which site has sent it.';
  if (fetchSite !== undefined && fetchSite !== 'none' && fetchSite !== 'same-origin') {
    return 'This was sent by another site.';
  }
  return body.length > LONGEST_BODY ? 'This is longer than any answer.' : null;
}

function card({ planId, hash, tier, text, code }: PendingApproval, token: string): string {
  const [title = '', ...lines] = text.lines;
  const hidden = (name: string, value: string): string =>
    `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  const given =
    tier === 'T3'
      ? `<p>Code: <b>${escapeHtml(code)}</b></p><label>Type the code ` +
        '<input name="code" autocomplete="off" required></label>'
      : hidden('code', code);
  const fields = hidden('token', token) + hidden('plan', planId) + hidden('hash', hash);
  const form = (answer: string, more: string, label: string): string =>
    `<form method="post" action="/answer">${fields}${more}` +
    `<button name="answer" value="${answer}">${label}</button></form>`;
  return (
    `<article><h2>${escapeHtml(title)}</h2>` +
    lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('') +
    `<details><summary>Details</summary><ul>` +
    text.details.map((line) => `<li>${escapeHtml(line)}</li>`).join('') +
    `</ul></details>${form('approve', given, 'Approve')}${form('reject', '', 'Reject')}</article>`
  );
}

const page = (status: number, notes: readonly string[], list: string): PageResponse => ({
  status,
  headers: HEADERS,
  body: frameOf(notes, list),
});
