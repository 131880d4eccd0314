import { createClient } from '@alpacahq/typescript-sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keys } from '../wire/given.ts';
import { onThisMachineOnly, openExchange } from './given.ts';

/** It asks once a second whether it may send; that second need not really pass. */
const ITS_SECOND_MS = 1_000;

describe('the TypeScript SDK preview, unmodified, on the exchange', () => {
  const { closeAfter } = onThisMachineOnly();
  afterEach(() => vi.useRealTimers());

  async function open(secret = keys.secret) {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const exchange = await openExchange();
    closeAfter(exchange.close);
    // Its data requests go to the same address: it forgets the one that they name.
    const client = createClient({ key: keys.keyId, secret, baseURL: exchange.http });
    const sent = <Answer>(request: Promise<Answer>): Promise<Answer> => {
      vi.advanceTimersByTime(ITS_SECOND_MS);
      return request;
    };
    return { client, sent };
  }

  it('reads the account, the clock, the calendar and the assets', async () => {
    const { client, sent } = await open();
    expect(await sent(client.getAccount())).toMatchObject({ status: 'ACTIVE', cash: '99000' });
    expect(await sent(client.getClock())).toMatchObject({ is_open: true });
    const days = client.getCalendar({ start: '2026-11-26', end: '2026-11-27' });
    expect(await sent(days)).toMatchObject([{ date: '2026-11-27', close: '13:00' }]);
    expect(await sent(client.getAsset({ symbol_or_asset_id: 'AAPL' }))).toMatchObject({
      ...{ symbol: 'AAPL', class: 'us_equity' },
    });
    expect(await sent(client.getConfigurations())).toMatchObject({ no_shorting: false });
  });

  it('takes an order from its creation over a replacement to its end', async () => {
    const { client, sent } = await open();
    const order = { symbol: 'AAPL', qty: 1, side: 'buy', time_in_force: 'day' } as const;
    const created = await sent(client.createOrder({ ...order, type: 'limit', limit_price: 100 }));
    expect(created).toMatchObject({ status: 'pending_new', limit_price: '100', qty: '1' });
    const wish = { order_id: created.id, qty: 2, limit_price: 101 };
    const replaced = await sent(client.replaceOrder(wish));
    expect(replaced).toMatchObject({ replaces: created.id, qty: '2' });
    await sent(client.cancelOrder({ order_id: replaced.id }));
    expect(await sent(client.getOrder({ order_id: replaced.id }))).toMatchObject({
      status: 'canceled',
    });
    await sent(client.createOrder({ ...order, type: 'market' }));
    expect(await sent(client.getPositions())).toMatchObject([{ symbol: 'AAPL', qty: '11' }]);
    expect(await sent(client.getActivities())).toMatchObject([{ activity_type: 'FILL', qty: '1' }]);
    await sent(client.closePosition({ symbol_or_asset_id: 'AAPL' }));
    expect(await sent(client.getPositions())).toEqual([]);
    // Its types ask for an id too, its README does not.
    const orders = await sent(client.getOrders({ status: 'open', order_id: '' }));
    expect(orders).toEqual([]);
  });

  it('reads prices', async () => {
    const { client, sent } = await open();
    const symbols = 'AAPL,SPY';
    expect(await sent(client.getStocksQuotesLatest({ symbols }))).toMatchObject({
      quotes: { AAPL: { bp: 148.99, ap: 149.01 } },
    });
    expect(await sent(client.getStocksTradesLatest({ symbols }))).toMatchObject({
      trades: { SPY: { p: 149 } },
    });
    const bars = client.getStocksBars({ symbols, timeframe: '1Day', start: '2026-10-01' });
    expect(await sent(bars)).toMatchObject({ bars: { SPY: [{ c: 149, v: 100 }] } });
  });

  it('is told why it is refused', async () => {
    const { client, sent } = await open();
    const order = { symbol: 'AAPL', side: 'sell', type: 'market', time_in_force: 'day' } as const;
    await expect(sent(client.createOrder({ ...order, qty: 11 }))).rejects.toThrow(
      /"code":40310000.*insufficient qty available for order \(requested: 11, available: 10\)/,
    );
    const { client: stranger, sent: sentByStranger } = await open('wrong');
    await expect(sentByStranger(stranger.getAccount())).rejects.toThrow('unauthorized.');
  });
});
