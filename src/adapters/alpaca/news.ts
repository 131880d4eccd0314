import { z } from 'zod';
import { isTicker, type Ticker } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Article, CorporateEvent, NewsSource } from '../../ports/news.ts';
import type { AlpacaClient } from './client.ts';
import { isStock } from './mapping.ts';
import type { AlpacaTransport } from './transport.ts';
import { parseBody } from './wire.ts';

const MOST_ARTICLES = 50;
const MOST_EVENTS = 1_000;
const LONGEST_HEADLINE = 400;

const wireNews = z.object({
  news: z.array(
    z.object({
      id: z.union([z.number(), z.string()]),
      headline: z.string(),
      created_at: z.string(),
      symbols: z.array(z.string()),
      source: z.string(),
    }),
  ),
});

/** By kind; each kind has other fields, and what it is called differs as well. */
const wireEvents = z.object({
  corporate_actions: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});
const SYMBOL_FIELDS = ['symbol', 'acquiree_symbol', 'old_symbol', 'source_symbol'];
const DATE_FIELDS = ['effective_date', 'ex_date', 'process_date'];

/** News and corporate actions by REST; they need no keys but those of the account. */
export class AlpacaNews implements NewsSource {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;

  constructor(client: AlpacaClient, transport: AlpacaTransport) {
    this.#client = client;
    this.#transport = transport;
  }

  async readArticles(symbols: readonly Ticker[], since: EpochMs): Promise<readonly Article[]> {
    const stocks = symbols.filter(isStock).join(',');
    if (stocks === '') return [];
    return this.#transport.read({
      what: 'GET /v1beta1/news',
      lane: 'read',
      send: (init) =>
        this.#client.news.newsRaw(
          {
            ...{ symbols: stocks, start: new Date(since), limit: MOST_ARTICLES },
            ...{ sort: 'desc', includeContent: false },
          },
          init,
        ),
      parse: (body) =>
        parseBody(wireNews, body).news.map(
          ({ id, headline, created_at, symbols: about, source }) => ({
            ...{ id: String(id), at: Date.parse(created_at), source },
            symbols: about.filter(isTicker),
            headline: headline.slice(0, LONGEST_HEADLINE),
          }),
        ),
    });
  }

  async readCorporateEvents(
    symbols: readonly Ticker[],
    from: EpochMs,
    to: EpochMs,
  ): Promise<readonly CorporateEvent[]> {
    const stocks = symbols.filter(isStock).join(',');
    if (stocks === '') return [];
    return this.#transport.read({
      what: 'GET /v1/corporate-actions',
      lane: 'read',
      send: (init) =>
        this.#client.corporateActions.corporateActionsRaw(
          { symbols: stocks, start: new Date(from), end: new Date(to), limit: MOST_EVENTS },
          init,
        ),
      parse: (body) =>
        Object.entries(parseBody(wireEvents, body).corporate_actions).flatMap(([kind, events]) =>
          events.flatMap((event) => eventIn(kind, event)),
        ),
    });
  }
}

function eventIn(kind: string, event: Readonly<Record<string, unknown>>): CorporateEvent[] {
  const symbol = firstText(event, SYMBOL_FIELDS);
  const date = firstText(event, DATE_FIELDS);
  if (symbol === null || date === null || !isTicker(symbol)) return [];
  return [{ symbol, kind, date }];
}

const firstText = (
  event: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): string | null =>
  fields.map((field) => event[field]).find((value) => typeof value === 'string') ?? null;
