import { type Ticker, ticker } from '../../domain/ids.ts';
import type { Bar } from '../../domain/market.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { MarketData, MarketEvent } from '../../ports/broker.ts';
import type { AlpacaClient } from './client.ts';
import { barFrom, isStock, quoteFrom, tradeFrom } from './mapping.ts';
import type { AlpacaTransport } from './transport.ts';
import { parseBody, wireBars, wireLatestQuotes, wireLatestTrades } from './wire.ts';

const FEED = 'iex'; // The feed that every account may read.
const PAGE_SIZE = 10_000; // Alpaca's most, over all symbols of a request.
const MOST_PAGES = 50;
const DAY_MS = 86_400_000;

/** Prices by REST. Crypto pairs have no place in the stock feed and are left out. */
export class AlpacaMarketData implements MarketData {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;

  constructor(client: AlpacaClient, transport: AlpacaTransport) {
    this.#client = client;
    this.#transport = transport;
  }

  async readDailyBars(
    symbols: readonly Ticker[],
    until: EpochMs,
    limit: number,
  ): Promise<ReadonlyMap<Ticker, readonly Bar[]>> {
    const bars = new Map<Ticker, Bar[]>();
    const stocks = stocksOf(symbols);
    if (stocks === '') return bars;
    let pageToken: string | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.#barsPage(stocks, until, limit, pageToken);
      for (const [symbol, more] of Object.entries(answer.bars ?? {})) {
        const known = bars.get(ticker(symbol)) ?? [];
        bars.set(ticker(symbol), [...known, ...more.map(barFrom)]);
      }
      pageToken = answer.next_page_token;
      if (pageToken === null) break;
    }
    return new Map([...bars].map(([symbol, all]) => [symbol, all.slice(-limit)]));
  }

  async readLatest(symbols: readonly Ticker[]): Promise<readonly MarketEvent[]> {
    const stocks = stocksOf(symbols);
    if (stocks === '') return [];
    const [quotes, trades] = await Promise.all([
      this.#latestQuotes(stocks),
      this.#latestTrades(stocks),
    ]);
    return [...quotes, ...trades].filter((event) => event !== null);
  }

  #barsPage(stocks: string, until: EpochMs, limit: number, pageToken: string | null) {
    return this.#transport.read({
      what: 'GET /v2/stocks/bars',
      lane: 'read',
      send: (init) =>
        this.#client.stocks.stockBarsRaw(
          {
            symbols: stocks,
            timeframe: '1Day',
            start: new Date(until - calendarDaysFor(limit) * DAY_MS),
            end: new Date(until),
            limit: PAGE_SIZE,
            // Past splits must not look like gaps.
            adjustment: 'split',
            feed: FEED,
            sort: 'asc',
            ...(pageToken === null ? {} : { pageToken }),
          },
          init,
        ),
      parse: (body) => parseBody(wireBars, body),
    });
  }

  #latestQuotes(stocks: string): Promise<readonly (MarketEvent | null)[]> {
    return this.#transport.read({
      what: 'GET /v2/stocks/quotes/latest',
      lane: 'read',
      send: (init) =>
        this.#client.stocks.stockLatestQuotesRaw({ symbols: stocks, feed: FEED }, init),
      parse: (body) =>
        Object.entries(parseBody(wireLatestQuotes, body).quotes).map(([symbol, { bp, ap, t }]) =>
          quoteFrom(symbol, bp, ap, Date.parse(t)),
        ),
    });
  }

  #latestTrades(stocks: string): Promise<readonly (MarketEvent | null)[]> {
    return this.#transport.read({
      what: 'GET /v2/stocks/trades/latest',
      lane: 'read',
      send: (init) =>
        this.#client.stocks.stockLatestTradesRaw({ symbols: stocks, feed: FEED }, init),
      parse: (body) =>
        Object.entries(parseBody(wireLatestTrades, body).trades).map(([symbol, { p, t }]) =>
          tradeFrom(symbol, p, Date.parse(t)),
        ),
    });
  }
}

/** The comma form: the SDK would repeat the parameter, which Alpaca does not document. */
const stocksOf = (symbols: readonly Ticker[]): string => symbols.filter(isStock).join(',');

/** A year has 250 trading days at the least; and the longest run of holidays. */
const calendarDaysFor = (tradingDays: number): number => Math.ceil((tradingDays * 365) / 250) + 7;
