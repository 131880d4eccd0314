import {
  type HttpListener,
  type ListenOptions,
  listen,
} from '../../adapters/system/http-listener.ts';
import { userName } from '../../adapters/system/terminal.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import { ApprovalPage } from '../../server/approvals/approval-page.ts';
import type { ApprovalsWaiting } from '../../server/approvals/approval-words.ts';

type Request = Parameters<ListenOptions['onRequest']>[0];
type Response = Parameters<ListenOptions['onRequest']>[1];

const HOST = '127.0.0.1';
/** More than any form of the page holds. */
const MOST_BYTES = 10_000;
/** Longer than any plan waits for its person. */
const CLOSES_AFTER_MS = 3_600_000;

/** The page of an owner, served only from when it was asked for in a terminal. */
export class PageHost {
  readonly #page: ApprovalPage;
  readonly #clock: Clock;
  #listening: Promise<HttpListener> | null = null;
  #cancelClosing: () => void = () => {};

  constructor({
    approvals: waiting,
    clock,
    ids,
  }: {
    readonly approvals: ApprovalsWaiting;
    readonly clock: Clock;
    readonly ids: Ids;
  }) {
    this.#clock = clock;
    this.#page = new ApprovalPage({
      waiting,
      by: `${userName()} on the page`,
      now: () => clock.now(),
      newToken: () => ids.next('page'),
    });
  }

  /**
   * @returns an address for one visit
   * @throws ListenError when no port can be opened
   */
  async open(): Promise<string> {
    this.#listening ??= this.#listen();
    this.#cancelClosing();
    this.#cancelClosing = this.#clock.after(CLOSES_AFTER_MS, () => void this.close());
    try {
      const { port } = await this.#listening;
      return this.#page.address(originOf(port));
    } catch (error) {
      this.#listening = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#cancelClosing();
    const listening = this.#listening;
    this.#listening = null;
    await (await listening?.catch(() => undefined))?.close();
  }

  async #listen(): Promise<HttpListener> {
    let origin = '';
    const listener = await listen({
      host: HOST,
      port: 0,
      onRequest: (request, response) => {
        servePage(this.#page, origin, request, response).catch(() => response.destroy());
      },
    });
    origin = originOf(listener.port);
    return listener;
  }
}

const originOf = (port: number): string => `http://${HOST}:${port}`;

/** Hands what a browser asks to the page, and its answer back. */
async function servePage(
  page: ApprovalPage,
  origin: string,
  request: Request,
  response: Response,
): Promise<void> {
  const body = await bodyOf(request);
  if (body === null) {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const { method = 'GET', url = '/', headers } = request;
  const { host, origin: from } = headers;
  const site = headers['sec-fetch-site'];
  const fetchSite = Array.isArray(site) ? site[0] : site;
  const answer = page.answer({ method, url, host, origin: from, fetchSite, body }, origin);
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** @returns null for more than a form of the page can hold */
async function bodyOf(request: Request): Promise<string | null> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MOST_BYTES) return null;
  }
  return text;
}
