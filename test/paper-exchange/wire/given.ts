import { Alpaca, type AlpacaClientOptions, type streaming } from '@alpacahq/alpaca-trade-api';
import { afterEach } from 'vitest';
import { type HttpListener, listen } from '../../../src/adapters/system/http-listener.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange, type PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';

export const mondayNoon = Date.parse('2026-11-02T12:00:00-05:00');
export const keys = { keyId: 'PKTEST', secret: 'test-secret' };

export type Transport = 'in-process' | 'loopback';

/** An exchange at noon on a Monday: AAPL at 100, 10 of them held, nothing moves by itself. */
export function quietExchange(options: Partial<PaperExchangeOptions> = {}) {
  const clock = new VirtualClock(mondayNoon);
  const exchange = new PaperExchange(
    {
      seed: 'wire',
      accounts: [
        {
          keyId: keys.keyId,
          secretKey: keys.secret,
          cash: '99000',
          multiplier: '4',
          positions: [{ symbol: 'AAPL', qty: '10', averageEntryPrice: '100' }],
        },
      ],
      market: { kind: 'silent', symbols: ['AAPL', 'SPY'] },
      ...options,
    },
    clock,
  );
  exchange.start();
  const quote = (bid: string, ask: string, symbol = 'AAPL'): void =>
    exchange.tell({
      kind: 'quote',
      quote: {
        ...{ symbol, at: clock.now(), bidPrice: decimal(bid), askPrice: decimal(ask) },
        ...{ bidSize: 100, askSize: 100 },
      },
    });
  let tradeId = 0;
  const trade = (price: string, symbol = 'AAPL'): void => {
    tradeId += 1;
    const one = { symbol, at: clock.now(), price: decimal(price), size: 100, id: tradeId };
    exchange.tell({ kind: 'trade', trade: one });
  };
  quote('99.99', '100.01');
  trade('100');
  return { clock, exchange, quote, trade };
}

export type StreamOptions = Partial<streaming.AlpacaWebSocketOptions>;

/** The real SDK on an exchange, without or with real sockets between. */
export async function connectSdk(
  exchange: PaperExchange,
  transport: Transport,
  secret = keys.secret,
  options: Partial<AlpacaClientOptions> = {},
) {
  const server: HttpListener | null =
    transport === 'in-process'
      ? null
      : await listen({
          host: '127.0.0.1',
          port: 0,
          onRequest: exchange.requestListener,
          onUpgrade: exchange.upgradeListener,
        });
  const base = server === null ? null : `127.0.0.1:${server.port}`;
  const alpaca = new Alpaca({
    ...{ keyId: keys.keyId, secret, paper: true, rateLimit: false, retry: false, timeoutMs: 0 },
    ...options,
    fetchApi: (url, init) => {
      if (base === null) return exchange.fetchApi(url, init);
      const { pathname, search } = new URL(url);
      return fetch(`http://${base}${pathname}${search}`, init);
    },
  });
  const open: (() => void)[] = [];
  const where = (url: string): StreamOptions =>
    base === null
      ? { wsFactory: exchange.wsFactory }
      : { url: `ws://${base}${new URL(url).pathname}` };
  const keep = <Stream extends streaming.TradingStream | streaming.StockDataStream>(
    stream: Stream,
  ): Stream => {
    open.push(() => stream.disconnect());
    return stream;
  };
  const close = async (): Promise<void> => {
    for (const disconnect of open) disconnect();
    exchange.stop();
    await server?.close();
  };
  return {
    alpaca,
    base,
    close,
    tradingStream: (options: StreamOptions = {}) =>
      keep(
        alpaca.trading.stream({
          reconnect: false,
          ...where('wss://paper-api.alpaca.markets/stream'),
          ...options,
        }),
      ),
    stockStream: (options: StreamOptions = {}) =>
      keep(
        alpaca.marketData.stockStream({
          reconnect: false,
          ...where('wss://stream.data.alpaca.markets/v2/iex'),
          ...options,
        }),
      ),
  };
}

/** A trading stream of the SDK that listens to updates, and keeps them. */
export async function listenTo(
  sdk: Awaited<ReturnType<typeof connectSdk>>,
  options: StreamOptions = {},
) {
  const stream = sdk.tradingStream(options);
  const updates: streaming.TradeUpdate[] = [];
  let acknowledged = 0;
  stream.onTradeUpdate((update) => updates.push(update));
  stream.on('subscription', () => {
    acknowledged += 1;
  });
  stream.subscribeTradeUpdates();
  stream.connect();
  await until(() => acknowledged === 1, 'the listening answer');
  return { stream, updates, acknowledged: () => acknowledged };
}

/** For a suite of tests: what is put in here is called after each test. */
export function closersAfterEach(): (() => Promise<void>)[] {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  return closers;
}

/** Lets the event loop turn until the condition holds. @throws after ten seconds */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ten seconds for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
