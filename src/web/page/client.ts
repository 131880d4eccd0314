import type { LoginAnswer } from './page-data.ts';

const KEY = 'bigbrother-answer-key';
const KEY_HEADER = 'x-bigbrother-answer-key';

/** `same`: nothing has changed since it was asked last. */
export type Told<Answer> =
  | { readonly outcome: 'told'; readonly answer: Answer }
  | { readonly outcome: 'same' }
  | { readonly outcome: 'login' }
  | { readonly outcome: 'failed'; readonly because: string };

/** What the page asks of the server that it came from; of nobody else. */
export class Client {
  readonly #tags = new Map<string, string>();

  /** @param isWhole true to be told also what was told before */
  async read<Answer>(path: string, isWhole = false): Promise<Told<Answer>> {
    const tag = isWhole ? undefined : this.#tags.get(path);
    const headers = tag === undefined ? {} : { 'if-none-match': tag };
    const response = await this.#send(path, { headers });
    if (response === null) return LOST;
    if (response.status === 304) return { outcome: 'same' };
    const told = await toldBy<Answer>(response);
    const now = response.headers.get('etag');
    if (told.outcome === 'told' && now !== null) this.#remember(path, now);
    return told;
  }

  /** Everything is told anew from here on. */
  forget(): void {
    this.#tags.clear();
  }

  async login(secret: string): Promise<Told<LoginAnswer>> {
    const told = await this.post<LoginAnswer>('/page/login', { secret });
    if (told.outcome !== 'told') return told;
    const { answerKey } = told.answer;
    // Of this tab and this port alone, unlike a cookie.
    if (answerKey === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, answerKey);
    return told;
  }

  async post<Answer>(path: string, body: object): Promise<Told<Answer>> {
    const response = await this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response === null ? LOST : toldBy<Answer>(response);
  }

  #send(path: string, init: RequestInit): Promise<Response | null> {
    const key = sessionStorage.getItem(KEY);
    const headers = { ...init.headers, ...(key === null ? {} : { [KEY_HEADER]: key }) };
    return fetch(path, { ...init, headers, redirect: 'error' }).catch(() => null);
  }

  /** One for each address; those of pages of a timeline do not pile up. */
  #remember(path: string, tag: string): void {
    if (this.#tags.size > 50) this.#tags.clear();
    this.#tags.set(path, tag);
  }
}

const LOST = { outcome: 'failed', because: 'BigBrother does not answer' } as const;

async function toldBy<Answer>(response: Response): Promise<Told<Answer>> {
  const json: unknown = await response.json().catch(() => null);
  if (response.ok) {
    // The server's own shape: page-data.ts is compiled into both.
    return { outcome: 'told', answer: json as Answer };
  }
  if (response.status === 401) return { outcome: 'login' };
  const because =
    typeof json === 'object' && json !== null && 'because' in json
      ? String(json.because)
      : `BigBrother answered with ${response.status}`;
  return { outcome: 'failed', because };
}
