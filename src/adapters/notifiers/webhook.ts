import type { Notice, Notifier } from '../../ports/notifier.ts';
import { noticeFields } from './notice-fields.ts';

type Format = 'slack' | 'discord' | 'json';

/** Which service takes what is sent to an address. */
function formatOf({ hostname }: URL): Format {
  if (hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com') return 'slack';
  if (hostname === 'discord.com' || hostname === 'discordapp.com') return 'discord';
  return 'json';
}

/** Posts each notice to an address, in the words of the service behind it. */
export class WebhookNotifier implements Notifier {
  readonly name: string;
  readonly #url: URL;
  readonly #format: Format;
  readonly #textOf: (notice: Notice) => string;
  readonly #fetchApi: typeof fetch;

  /** @param url whoever knows it may post: it is a secret, and stands in no message */
  constructor(parts: {
    readonly url: URL;
    readonly textOf: (notice: Notice) => string;
    readonly fetchApi?: typeof fetch;
  }) {
    this.#url = parts.url;
    this.#format = formatOf(parts.url);
    this.#textOf = parts.textOf;
    this.#fetchApi = parts.fetchApi ?? ((input, init) => fetch(input, init));
    this.name = `webhook_${this.#format}`;
  }

  async send(notice: Notice): Promise<void> {
    const body = JSON.stringify(this.#bodyOf(notice));
    const headers = { 'content-type': 'application/json' };
    await delivered(this.#url, () =>
      // A redirect would carry the notice to somebody who was not named.
      this.#fetchApi(this.#url, { method: 'POST', headers, body, redirect: 'error' }),
    );
  }

  #bodyOf(notice: Notice): unknown {
    const text = this.#textOf(notice);
    switch (this.#format) {
      case 'slack':
        return { text: withoutMarkup(text) };
      case 'discord':
        return { content: text, allowed_mentions: { parse: [] } };
      case 'json':
        return { ...noticeFields(notice), text };
    }
  }
}

/** Slack reads these three as the beginning of links and calls to people. */
const withoutMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function codeOf({ cause }: Error): string | null {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : null;
}

/** One beat to a service that calls a person when none comes. @throws with the cause */
export const beatTo = (url: URL): Promise<void> =>
  delivered(url, () => fetch(url, { redirect: 'error' }));

/** @throws in words that name the host and never the address */
async function delivered(url: URL, send: () => Promise<Response>): Promise<void> {
  let answer: Response;
  try {
    answer = await send();
  } catch (cause) {
    const code = cause instanceof Error ? codeOf(cause) : null;
    const why = code === null ? '' : ` (${code})`;
    throw new Error(`${url.hostname} cannot be reached${why}`, { cause });
  }
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${url.hostname} answered ${answer.status}`);
}
