import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { formatDecimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type {
  AccountOptions,
  ExchangeEvent,
} from '../../../src/paper-exchange/core/basics/types.ts';
import { type MarketOptions, PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import { parseBarFile } from '../../../src/paper-exchange/market/bar-file.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { mondayNoon, quietExchange } from './given.ts';

const mondayOpen = Date.parse('2026-11-02T09:30:00-05:00');
const minuteMs = 60_000;
const account: AccountOptions = {
  ...{ keyId: 'key', secretKey: 'secret', cash: '50000', multiplier: '4' },
  positions: [{ symbol: 'ACME', qty: '100', averageEntryPrice: '100' }],
};
const generated: MarketOptions = {
  kind: 'generated',
  symbols: [{ symbol: 'ACME', startPrice: '100' }],
  cadenceMs: 5_000,
};

/** A clock that, like a machine that was asleep, wakes its timers late and all at once. */
class JumpingClock implements Clock {
  #now: number;
  #timers: { readonly dueAt: number; readonly task: () => void }[] = [];

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueAt: this.#now + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  sleep(): Promise<void> {
    throw new Error('nobody sleeps here');
  }

  get waiting(): number {
    return this.#timers.length;
  }

  jumpTo(at: number): void {
    this.#now = at;
    const due = this.#timers.filter((timer) => timer.dueAt <= at);
    this.#timers = this.#timers.filter((timer) => timer.dueAt > at);
    for (const { task } of due) task();
  }
}

const told = (event: ExchangeEvent): string => {
  if (event.kind !== 'trade_update') return `${event.at} ${event.kind}`;
  const { execution } = event;
  const fill = execution === null ? '' : ` ${formatDecimal(execution.price)}`;
  return `${event.at} ${event.event}${fill}`;
};

function listen(exchange: PaperExchange): string[] {
  const heard: string[] = [];
  exchange.core.subscribe((event) => heard.push(told(event)));
  return heard;
}

const sellStop = {
  ...{ symbol: 'ACME', qty: '100', side: 'sell', type: 'stop', time_in_force: 'gtc' },
  stop_price: '95',
};

describe('a paper exchange', () => {
  it('has prices, yesterday and marked positions before anything moves', () => {
    const exchange = new PaperExchange(
      { seed: 'x', accounts: [account], market: generated },
      new VirtualClock(mondayOpen - 60 * minuteMs),
    );
    const [accountId = ''] = exchange.core.accountIds;
    expect(exchange.core.latestTrade('ACME')).not.toBeNull();
    expect(exchange.core.dailyBars('ACME').before).not.toBeNull();
    const [position] = exchange.core.positions(accountId);
    expect(formatDecimal(position?.lastDayPrice ?? 0n)).toBe('100');
    expect(exchange.credentials).toEqual({ keyId: 'key', secretKey: 'secret' });
  });

  it('plays the same day from the same seed, however the clock moves', async () => {
    const events = [{ atMs: 20 * minuteMs, gapPercent: -8 }];
    const market = { ...generated, symbols: [{ symbol: 'ACME', startPrice: '100', events }] };
    const begin = (clock: Clock) => {
      const exchange = new PaperExchange({ seed: 'day', accounts: [account], market }, clock);
      const heard = listen(exchange);
      exchange.start();
      const [accountId = ''] = exchange.core.accountIds;
      expect(exchange.core.submitOrder(accountId, sellStop)).toHaveProperty('order');
      return { exchange, heard };
    };
    const virtual = new VirtualClock(mondayOpen);
    const smooth = begin(virtual);
    await virtual.advanceBy(40 * minuteMs);
    const jumping = new JumpingClock(mondayOpen);
    const rough = begin(jumping);
    jumping.jumpTo(mondayOpen + 7 * minuteMs + 1);
    jumping.jumpTo(mondayOpen + 40 * minuteMs);
    expect(rough.heard).toEqual(smooth.heard);
    const fill = rough.heard.find((line) => line.includes(' fill '));
    expect(fill).toMatch(new RegExp(`^${mondayOpen + 20 * minuteMs} fill 9[12]`));
  });

  it('keeps one timer, none once it has stopped, and goes on when started again', () => {
    const clock = new JumpingClock(mondayOpen);
    const exchange = new PaperExchange(
      { seed: 'x', accounts: [account], market: generated },
      clock,
    );
    const heard = listen(exchange);
    expect(clock.waiting).toBe(0);
    exchange.start();
    expect(clock.waiting).toBe(1);
    clock.jumpTo(mondayOpen + minuteMs);
    expect(clock.waiting).toBe(1);
    exchange.stop();
    expect(clock.waiting).toBe(0);
    const before = heard.length;
    clock.jumpTo(mondayOpen + 2 * minuteMs);
    expect(heard).toHaveLength(before);
    exchange.start();
    expect(heard.length).toBeGreaterThan(before);
    expect(clock.waiting).toBe(1);
  });

  it('wakes for what the core put off, such as a delayed cancel', async () => {
    const latencies = { cancelMs: 200 };
    const { clock, exchange } = quietExchange({ latencies });
    const [accountId = ''] = exchange.core.accountIds;
    const headers = { 'APCA-API-KEY-ID': 'PKTEST', 'APCA-API-SECRET-KEY': 'test-secret' };
    const body = JSON.stringify({ ...sellStop, symbol: 'AAPL', qty: '10', stop_price: '90' });
    const url = 'https://paper-api.alpaca.markets/v2/orders';
    const posted = await exchange.fetchApi(url, { method: 'POST', headers, body });
    const { id } = (await posted.json()) as { id: string };
    const canceled = await exchange.fetchApi(`${url}/${id}`, { method: 'DELETE', headers });
    expect(canceled.status).toBe(204);
    const statusOf = () => exchange.core.order(accountId, id)?.order.status;
    expect(clock.nextDueAt()).toBe(mondayNoon + 200);
    await clock.advanceBy(199);
    expect(statusOf()).toBe('pending_cancel');
    await clock.advanceBy(1);
    expect(statusOf()).toBe('canceled');
  });

  it('answers a request within microtasks, so that no turn of the event loop is needed', async () => {
    const { exchange } = quietExchange();
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    const headers = { 'APCA-API-KEY-ID': 'PKTEST', 'APCA-API-SECRET-KEY': 'test-secret' };
    const url = 'https://paper-api.alpaca.markets/v2/account';
    const response = await exchange.fetchApi(url, { method: 'GET', headers });
    expect(await response.json()).toMatchObject({ cash: '99000' });
    expect(turned).toBe(false);
  });

  it('refuses a request that was given up, as fetch does', async () => {
    const { exchange } = quietExchange();
    const gone = AbortSignal.abort(new Error('too late'));
    const url = 'https://paper-api.alpaca.markets/v2/account';
    await expect(exchange.fetchApi(url, { signal: gone })).rejects.toThrow('too late');
  });

  it('plays recorded bars through a night, and a split multiplies what is held', async () => {
    const text = [
      'time,open,high,low,close,volume',
      '2026-11-02,100,110,99,108,4000',
      '2026-11-03,27,28,26,27.5,16000',
    ].join('\n');
    const series = [parseBarFile({ file: 'ACME.csv', symbol: 'ACME', text })];
    const splits = [{ symbol: 'ACME', date: '2026-11-03', newShares: 4, oldShares: 1 }];
    const clock = new VirtualClock(mondayOpen);
    const market = { kind: 'recorded', series, splits } as const;
    const exchange = new PaperExchange({ seed: 'x', accounts: [account], market }, clock);
    exchange.start();
    const [accountId = ''] = exchange.core.accountIds;
    const equity = () => formatDecimal(exchange.core.account(accountId).equity);
    await clock.advanceTo(Date.parse('2026-11-02T20:00:00-05:00'));
    expect(equity()).toBe('60800');
    await clock.advanceTo(Date.parse('2026-11-03T04:00:00-05:00'));
    expect(formatDecimal(exchange.core.positions(accountId)[0]?.qty ?? 0n)).toBe('400');
    expect(equity()).toBe('60800');
    await clock.advanceTo(Date.parse('2026-11-03T16:00:00-05:00'));
    expect(equity()).toBe('61000');
    // The recording is over: only the days of the exchange itself go on.
    expect(clock.nextDueAt()).toBe(Date.parse('2026-11-03T16:15:00-05:00'));
  });
});
