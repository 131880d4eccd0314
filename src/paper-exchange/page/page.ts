import { createHash } from 'node:crypto';
import type { Trade } from '../core/basics/types.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { PaperExchange } from '../exchange.ts';
import type { RequestListener } from '../wire/http.ts';
import { behaviour } from './behaviour.ts';
import { markup } from './markup.ts';
import { style } from './style.ts';
import { Tape } from './tape.ts';
import { pageView } from './view.ts';

/** Where the page reads what it shows; nothing can be written there. */
export const VIEW_PATH = '/__page/view';

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing runs, and nothing is fetched, but what this one document holds. */
const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(behaviour)}`,
  `style-src ${hashOf(style)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const documentText = markup(style, behaviour);

export type Page = {
  /** A listener that shows the page and leaves everything else to `listener`. */
  readonly before: (listener: RequestListener) => RequestListener;
};

/**
 * A page at `/` that shows an exchange to whoever sits at this machine, without any key: so it
 * answers only requests that name the machine as itself, and says nothing secret.
 */
export function servePage(exchange: PaperExchange, now: () => number): Page {
  const { core, faults } = exchange;
  const tape = watchTape(exchange);
  const answers: Readonly<Record<string, () => readonly [type: string, body: string]>> = {
    '/': () => ['text/html; charset=utf-8', documentText],
    [VIEW_PATH]: () => [
      'application/json; charset=utf-8',
      JSON.stringify(pageView(core, faults, now(), tape)),
    ],
  };
  return {
    before: (listener) => (request, response) => {
      const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
      if (answer === undefined) return listener(request, response);
      request.resume();
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      // A name that merely leads here would let another site's script read along.
      if (!LOOPBACK.test(request.headers.host ?? '')) return end(403, 'only for this machine');
      if (!isRead) return end(405, 'this page is only read');
      const [type, body] = answer();
      response.writeHead(200, { ...HEADERS, 'content-type': type });
      response.end(request.method === 'HEAD' ? undefined : body);

      function end(status: number, why: string): void {
        response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
        response.end(`${why}\n`);
      }
    },
  };
}

/** The newest prints and updates of an exchange, from now on. */
export function watchTape({ core }: Pick<PaperExchange, 'core'>): Tape {
  const tape = new Tape((accountId) => core.account(accountId).accountNumber);
  for (const trade of latestTrades(core)) tape.onEvent({ kind: 'trade', at: trade.at, trade });
  core.subscribe((event) => tape.onEvent(event));
  return tape;
}

/** What there is to show before anything happens. */
function latestTrades(core: ExchangeCore): readonly Trade[] {
  const trades = core.assets.flatMap(({ symbol }) => core.latestTrade(symbol) ?? []);
  return trades.sort((one, other) => one.at - other.at);
}
