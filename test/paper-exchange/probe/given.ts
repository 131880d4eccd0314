import { WebSocket } from 'ws';
import { listen } from '../../../src/adapters/system/http-listener.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange, type PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import type { Link } from '../../../src/paper-exchange/probe/link.ts';
import type { SwitchSettings } from '../../../src/paper-exchange/probe/switches-file.ts';
import type { Clock } from '../../../src/ports/clock.ts';

const MONDAY_NOON = Date.parse('2026-11-02T12:00:00-05:00');
export const SUNDAY = Date.parse('2026-11-01T12:00:00-05:00');
const DAY_MS = 86_400_000;
export const keys = { keyId: 'PKPROBED', secretKey: 'probed-secret' };

/** Waits are short here, and yet everything on the machine's own network has time to arrive. */
export class HastyClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(): () => void {
    throw new Error('the probe sets no timers');
  }

  async sleep(delayMs: number): Promise<void> {
    this.#now += delayMs;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export type ProbedOptions = {
  readonly settings?: Partial<SwitchSettings>;
  readonly at?: number;
  /** Lived through before, with shares whose price moves each day. */
  readonly days?: number;
  readonly options?: Partial<PaperExchangeOptions>;
};

/** An exchange on a port of its own, in which SPY stands at 100, and the way there. */
export async function probedExchange({
  settings = {},
  at = MONDAY_NOON,
  days = 0,
  options = {},
}: ProbedOptions = {}) {
  const clock = new VirtualClock(at - days * DAY_MS);
  const positions = days === 0 ? [] : [{ symbol: 'QQQ', qty: '100', averageEntryPrice: '40' }];
  const exchange = new PaperExchange(
    {
      seed: 'probed',
      accounts: [{ ...keys, cash: '100000', multiplier: '4', positions }],
      market: { kind: 'silent', symbols: ['SPY', 'HARD', 'QQQ'] },
      assets: [{ symbol: 'HARD', easyToBorrow: false }],
      ...settings,
      rest: { requestsPerMinute: 100_000, ...settings.rest },
      ...options,
    },
    clock,
  );
  exchange.start();
  const print = (symbol: string, price: string): void => {
    const [bidPrice, askPrice] = [decimal(price) - decimal('0.01'), decimal(price)];
    const now = clock.now();
    const quote = { symbol, at: now, bidPrice, askPrice, bidSize: 100, askSize: 100 };
    exchange.tell({ kind: 'quote', quote });
    const trade = { symbol, at: now, price: decimal(price), size: 100, id: now };
    exchange.tell({ kind: 'trade', trade });
  };
  for (let day = 0; day <= days; day += 1) {
    print('SPY', '100');
    print('HARD', '40');
    print('QQQ', String(40 + day * day));
    if (day < days) await clock.advanceBy(DAY_MS);
  }
  const server = await listen({
    ...{ host: '127.0.0.1', port: 0, onRequest: exchange.requestListener },
    onUpgrade: exchange.upgradeListener,
  });
  const base = `127.0.0.1:${server.port}`;
  const link: Link = {
    request: (_, path, init) => fetch(`http://${base}${path}`, init),
    open: (_, path) => new WebSocket(`ws://${base}${path}`),
  };
  const close = async (): Promise<void> => {
    exchange.stop();
    await server.close();
  };
  return { exchange, clock, link, base, close };
}
