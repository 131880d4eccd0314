import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { listen } from '../../../src/adapters/system/http-listener.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { quietExchange } from '../wire/given.ts';
import { onlyLoopback } from './loopback.ts';

const HOST = '127.0.0.1';
const DAY_MS = 86_400_000;
const TWENTY_MINUTES_MS = 20 * 60_000;
const symbols = ['AAPL', 'MSFT', 'TSLA', 'NVDA', 'FB', 'SPY', 'BTC/USD', 'ETH/USD'] as const;
const locate = { availableQty: 1_000, feePerShare: '0.01' };

/**
 * For a file of tests: whatever its clients do, no socket leaves the machine, and what is
 * handed to `closeAfter` is closed after each test.
 */
export function onThisMachineOnly(): { readonly closeAfter: (close: () => unknown) => void } {
  const closers: (() => unknown)[] = [];
  let guard: ReturnType<typeof onlyLoopback> | null = null;
  beforeAll(() => {
    guard = onlyLoopback();
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(() => {
    guard?.release();
    expect([...(guard?.hosts ?? [])]).toEqual([HOST]);
  });
  return { closeAfter: (close) => closers.push(close) };
}

/**
 * An exchange that listens on a port of its own. AAPL and the others are bid 148.99, asked
 * 149.01, as they were twenty minutes ago and at the end of the day before; 10 AAPL are held.
 */
export async function openExchange() {
  const given = quietExchange({
    market: { kind: 'silent', symbols },
    // So that shares can be located as the SDK's example does it.
    assets: [{ symbol: 'AAPL', easyToBorrow: false, locate }],
  });
  const { exchange, clock, quote, trade } = given;
  const { core, calendar } = exchange;
  const price = decimal('149');
  const prices = { open: price, high: price, low: price, close: price, vwap: price };
  const bar = { ...prices, volume: 100, tradeCount: 1 };
  const { date } = calendar.tradingDayBefore(calendar.dateOf(clock.now()));
  const day = { ...bar, at: calendar.midnightOf(date), durationMs: DAY_MS };
  core.loadHistory(symbols.map((symbol) => ({ ...day, symbol })));
  for (const symbol of symbols) {
    quote('148.99', '149.01', symbol);
    trade('149', symbol);
  }
  await clock.advanceBy(TWENTY_MINUTES_MS);
  const { requestListener: onRequest, upgradeListener: onUpgrade } = exchange;
  const server = await listen({ host: HOST, port: 0, onRequest, onUpgrade });
  return {
    ...given,
    http: `http://${HOST}:${server.port}`,
    ws: `ws://${HOST}:${server.port}`,
    /** A minute bar of 149 throughout. */
    minuteBar: (symbol: string): void =>
      exchange.tell({
        kind: 'bar',
        bar: { ...bar, symbol, at: clock.now() - 60_000, durationMs: 60_000 },
      }),
    close: async (): Promise<void> => {
      exchange.stop();
      await server.close();
    },
  };
}
