import { afterEach, describe, expect, it } from 'vitest';
import { price, quantity } from '../../../src/domain/decimal.ts';
import { ticker } from '../../../src/domain/ids.ts';
import {
  type Exchange,
  listen,
  marketBuy,
  marketSell,
  oco,
  onTheExchange,
  refusalOf,
  type Tampered,
} from './exchange-support.ts';
import { json, NOW } from './support.ts';

const AAPL = ticker('AAPL');
const HOUR = 3_600_000;

const opened: Exchange[] = [];
async function given(options: Parameters<typeof onTheExchange>[0] = {}): Promise<Exchange> {
  const exchange = await onTheExchange(options);
  opened.push(exchange);
  return exchange;
}
afterEach(async () => {
  for (const { streams, exchange } of opened.splice(0)) {
    await streams.close();
    exchange.stop();
  }
});

describe('reading from the paper exchange', () => {
  it('sees account, positions and orders in three requests, cycle after cycle', async () => {
    const on = await given();
    await on.submit({}, 'stop');
    for (let cycle = 0; cycle < 3; cycle++) {
      on.requests.length = 0;
      const [account, positions, orders] = await Promise.all([
        on.broker.readAccount(),
        on.broker.readPositions(),
        on.broker.readOrders(NOW - HOUR),
      ]);
      expect(on.requests).toHaveLength(3);
      expect(account.blockedBecause).toBeNull();
      expect(account.cash.toFixed()).toBe('100000');
      expect(positions).toMatchObject([{ symbol: 'AAPL', side: 'long' }]);
      expect(positions[0]?.quantity.toFixed()).toBe('10');
      expect(positions[0]?.availableQuantity.toFixed()).toBe('0');
      expect(orders).toMatchObject([{ clientOrderId: 'bb1-stop', status: 'new' }]);
      await on.clock.advanceBy(10_000);
    }
  });

  it('sees a held stop leg as cover, with its parent', async () => {
    const on = await given();
    const parent = await on.submit(oco, 'oco');
    await on.clock.advanceBy(1_000);
    const orders = await on.broker.readOrders(NOW - HOUR);
    expect(orders).toHaveLength(2);
    expect(orders.find(({ id }) => id === parent.id)).toMatchObject({
      type: 'limit',
      orderClass: 'oco',
      status: 'new',
      parentId: null,
    });
    const stop = orders.find(({ parentId }) => parentId === parent.id);
    expect(stop).toMatchObject({ type: 'stop_limit', status: 'held' });
    expect(stop?.stopPrice?.toFixed()).toBe('95');
    expect(await on.broker.readOrder(stop?.id ?? parent.id)).toMatchObject({
      id: stop?.id,
      parentId: parent.id,
    });
  });

  it('finds an order by our id, and says when there is none', async () => {
    const on = await given();
    const order = await on.submit({}, 'stop');
    expect((await on.broker.findOrder('bb1-stop'))?.id).toBe(order.id);
    expect(await on.broker.findOrder('bb1-other')).toBeNull();
  });

  it('knows the clock and the calendar of the exchange', async () => {
    const on = await given();
    expect(await on.broker.readClock()).toEqual({ at: NOW, isOpen: true });
    const days = await on.broker.readCalendar(Date.UTC(2026, 10, 25), Date.UTC(2026, 10, 27));
    expect(days).toEqual([
      { openAt: Date.UTC(2026, 10, 25, 14, 30), closeAt: Date.UTC(2026, 10, 25, 21) },
      { openAt: Date.UTC(2026, 10, 27, 14, 30), closeAt: Date.UTC(2026, 10, 27, 18) },
    ]);
  });

  it('reads the newest quotes and trades', async () => {
    const on = await given();
    expect(await on.marketData.readLatest([AAPL])).toEqual([
      { kind: 'quote', symbol: 'AAPL', bid: '99.99', ask: '100.01', at: NOW },
      { kind: 'trade', symbol: 'AAPL', price: '100', at: NOW },
    ]);
    expect(await on.marketData.readDailyBars([AAPL], NOW, 14)).toBeInstanceOf(Map);
  });
});

describe('changing orders at the paper exchange', () => {
  it('raises a stop by a replace, and the successor stands in the old order’s place', async () => {
    const on = await given();
    const stop = await on.submit({}, 'stop');
    await on.clock.advanceBy(1_000);
    const raised = await on.replace(
      stop,
      { stopPrice: price('97'), limitPrice: price('96.5') },
      'raise',
    );
    expect(raised).toMatchObject({ clientOrderId: 'bb1-raise', replaces: stop.id });
    await on.clock.advanceBy(1_000);
    expect(await on.broker.readOrder(stop.id)).toMatchObject({
      status: 'replaced',
      replacedBy: raised.id,
    });
    const now = await on.broker.readOrder(raised.id);
    expect(now).toMatchObject({ status: 'new' });
    expect(now?.stopPrice?.toFixed()).toBe('97');
    expect(now?.quantity?.toFixed()).toBe('10');
  });

  it('cancels, and the shares stay held until the order has ended', async () => {
    const on = await given({ latencies: { cancelMs: 200 } });
    const stop = await on.submit({}, 'stop');
    await on.cancel(stop);
    const tooEarly = await refusalOfAt(on, 100, () => on.submit(marketSell('10'), 'early'));
    expect(tooEarly).toMatchObject({ rejection: 'shares_held', status: 403 });
    expect(await on.broker.readOrder(stop.id)).toMatchObject({ status: 'canceled' });
    const sold = await on.submit(marketSell('10'), 'sell');
    await on.clock.advanceBy(1_000);
    const filled = await on.broker.readOrder(sold.id);
    expect(filled).toMatchObject({ status: 'filled' });
    expect(filled?.filledAveragePrice?.toFixed()).toBe('99.99');
  });

  it('names the orders that hold the shares', async () => {
    const on = await given();
    const stop = await on.submit({}, 'stop');
    const error = await refusalOf(on, on.submit(marketSell('5'), 'sell'));
    expect(error).toMatchObject({ outcome: 'rejected', rejection: 'shares_held', code: 40310000 });
    expect(error.details.related_orders).toEqual([stop.id]);
  });

  it('tells a refusal for want of shares from one for shares that are held', async () => {
    const on = await given();
    const error = await refusalOf(on, on.submit(marketSell('11'), 'sell'));
    expect(error).toMatchObject({ rejection: 'not_enough_shares' });
    expect(error.details.existing_qty).toBe('10');
  });

  it('tells a wash trade, and the order in the way', async () => {
    const on = await given();
    const stop = await on.submit({}, 'stop');
    const error = await refusalOf(on, on.submit(marketBuy('1'), 'add'));
    expect(error).toMatchObject({ rejection: 'wash_trade' });
    expect(error.details.existing_order_id).toBe(stop.id);
  });

  it('tells a stop that the price has gapped through', async () => {
    const on = await given();
    on.trade('AAPL', '93');
    const error = await refusalOf(on, on.submit({}, 'stop'));
    expect(error).toMatchObject({ rejection: 'stop_through_price', status: 422 });
    expect(error.details.market_price).toBe('93');
  });

  it('tells a replace through the price, and the old stop keeps working', async () => {
    const on = await given();
    const stop = await on.submit({}, 'stop');
    const change = { stopPrice: price('101'), limitPrice: price('100.5') };
    const error = await refusalOf(on, on.replace(stop, change, 'raise'));
    expect(error).toMatchObject({ rejection: 'stop_through_price' });
    expect(await on.broker.readOrder(stop.id)).toMatchObject({ status: 'new' });
  });

  it('tells a client order id that was used before, even when its order has filled', async () => {
    const on = await given();
    await on.submit(marketSell('1'), 'once');
    await on.clock.advanceBy(1_000);
    const error = await refusalOf(on, on.submit(marketSell('1'), 'once'));
    expect(error).toMatchObject({ rejection: 'duplicate_client_order_id', status: 422 });
    const [position] = await on.broker.readPositions();
    expect(position?.quantity.toFixed()).toBe('9');
  });

  it('cannot open a short by an exit that comes too late', async () => {
    const on = await given();
    await on.submit(marketSell('10'), 'sell');
    await on.clock.advanceBy(1_000);
    const error = await refusalOf(on, on.submit(marketSell('1'), 'again'));
    expect(error).toMatchObject({ outcome: 'rejected', status: 422 });
    expect(await on.broker.readPositions()).toEqual([]);
  });

  it('tells what cannot be paid, what is not there and what is over', async () => {
    const on = await given();
    const tooMuch = await refusalOf(
      on,
      on.submit({ ...marketBuy('9000'), symbol: ticker('MSFT') }, 'buy'),
    );
    expect(tooMuch).toMatchObject({ rejection: 'buying_power' });
    const sold = await on.submit(marketSell('1'), 'sell');
    await on.clock.advanceBy(1_000);
    expect(await refusalOf(on, on.cancel(sold))).toMatchObject({ rejection: 'order_state' });
    const subPenny = await refusalOf(on, on.submit({ limitPrice: price('94.123') }, 'odd'));
    expect(subPenny).toMatchObject({ rejection: 'validation', code: 42210000 });
  });

  it('is refused with the wrong keys, and says so', async () => {
    const on = await given({ secret: 'wrong' });
    expect(await refusalOf(on, on.broker.readAccount())).toMatchObject({
      rejection: 'auth',
      status: 401,
    });
    expect(await refusalOf(on, on.submit({}, 'stop'))).toMatchObject({ rejection: 'auth' });
  });

  it('places fractions of a share to the last digit', async () => {
    const on = await given({
      positions: [{ symbol: 'AAPL', qty: '0.700000001', averageEntryPrice: '90' }],
    });
    const stop = await on.submit({ quantity: quantity('0.000000001'), timeInForce: 'day' }, 'dust');
    expect(stop.quantity?.toFixed()).toBe('0.000000001');
  });
});

/** Runs `work` after `delayMs` and returns how it failed, with time going on. */
async function refusalOfAt(on: Exchange, delayMs: number, work: () => Promise<unknown>) {
  await on.clock.advanceBy(delayMs);
  return refusalOf(on, work());
}

/** Lets the exchange act on a change and spoils the answer. */
const spoilChanges =
  (spoil: (answer: Response) => Response | Promise<Response>): Tampered =>
  async (_url, init, pass) => {
    const answer = await pass();
    return init.method === 'GET' ? answer : spoil(answer);
  };

const cutShort = async (answer: Response): Promise<Response> => {
  const body = await answer.text();
  return new Response(body.slice(0, body.length / 2), { status: answer.status });
};

describe('an answer lost on its way', () => {
  it.each<[string, Tampered]>([
    ['a reset', spoilChanges(() => Promise.reject(new TypeError('fetch failed')))],
    ['a 500', spoilChanges(() => json({ message: 'internal server error' }, 500))],
    ['a 504 in HTML', spoilChanges(() => new Response('<html>', { status: 504 }))],
    ['an empty 200', spoilChanges(() => new Response(''))],
    ['half a body', spoilChanges(cutShort)],
    ['silence', spoilChanges(() => new Promise<Response>(() => {}))],
  ])('by %s is unknown, and the order is found by its id', async (_name, tamper) => {
    const on = await given({ tamper });
    const error = await refusalOf(on, on.submit({}, 'stop'));
    expect(error).toMatchObject({ outcome: 'unknown', rejection: null });
    expect(on.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    expect(await on.broker.findOrder('bb1-stop')).toMatchObject({ status: 'new' });
  });

  it('before the exchange saw the order is unknown too, and a look-up is no proof', async () => {
    const tamper: Tampered = async (_url, init, pass) =>
      init.method === 'POST' ? Promise.reject(new TypeError('fetch failed')) : pass();
    const on = await given({ tamper });
    expect(await refusalOf(on, on.submit({}, 'stop'))).toMatchObject({ outcome: 'unknown' });
    expect(await on.broker.findOrder('bb1-stop')).toBeNull();
  });
});

describe('the streams of the paper exchange', () => {
  it('go live, and tell of an order from its birth to its fill', async () => {
    const on = await given();
    const { updates, tradingStates } = listen(on);
    await on.clock.advanceBy(1_000);
    expect(tradingStates.at(-1)).toBe('live: listening to trade updates');
    const sold = await on.submit(marketSell('4'), 'sell');
    await on.clock.advanceBy(1_000);
    const ours = updates.filter(({ order }) => order.id === sold.id);
    expect(ours.map(({ event }) => event)).toContain('fill');
    const fill = ours.at(-1);
    expect(fill).toMatchObject({ event: 'fill', order: { status: 'filled' } });
    expect(fill?.execution?.quantity.toFixed()).toBe('4');
    expect(fill?.execution?.price.toFixed()).toBe('99.99');
    expect(fill?.execution?.executionId).not.toBe('');
  });

  it('tell of a replace by both orders', async () => {
    const on = await given();
    const { updates } = listen(on);
    await on.clock.advanceBy(1_000);
    const stop = await on.submit({}, 'stop');
    const raised = await on.replace(
      stop,
      { stopPrice: price('97'), limitPrice: price('96') },
      'up',
    );
    await on.clock.advanceBy(1_000);
    const seen = updates.map(({ event, order }) => `${event} ${order.clientOrderId}`);
    expect(seen).toContain('replaced bb1-stop');
    expect(seen).toContain('new bb1-up');
    expect(updates.find(({ order }) => order.id === raised.id)?.order.replaces).toBe(stop.id);
  });

  it('know the parent of a leg that triggers', async () => {
    const on = await given();
    const { updates } = listen(on);
    await on.clock.advanceBy(1_000);
    const parent = await on.submit(oco, 'oco');
    await on.clock.advanceBy(1_000);
    on.quote('AAPL', '94.80', '94.90');
    on.trade('AAPL', '94.85');
    await on.clock.advanceBy(1_000);
    const fill = updates.find(({ event }) => event === 'fill');
    expect(fill?.order).toMatchObject({ type: 'stop_limit', parentId: parent.id });
    expect(await on.broker.readPositions()).toEqual([]);
  });

  it('come back after a cut on our clock; what was missed is seen by REST', async () => {
    const on = await given();
    const { updates, tradingStates, marketStates } = listen(on);
    await on.clock.advanceBy(1_000);
    on.exchange.dropStreams();
    await on.clock.advanceBy(0);
    expect(tradingStates.at(-1)).toMatch(/^disconnected: /);
    const before = updates.length;
    const sold = await on.submit(marketSell('4'), 'sell');
    await on.clock.advanceBy(500);
    expect(updates).toHaveLength(before);
    await on.clock.advanceBy(1_000);
    expect(tradingStates.at(-1)).toBe('live: listening to trade updates');
    expect(marketStates.at(-1)).toMatch(/^live: /);
    expect(updates).toHaveLength(before);
    const orders = await on.broker.readOrders(NOW - HOUR);
    expect(orders.find(({ id }) => id === sold.id)).toMatchObject({ status: 'filled' });
  });

  it('bring the prices of the watched symbols only', async () => {
    const on = await given();
    on.streams.watch([AAPL]);
    const { prices, marketStates } = listen(on);
    await on.clock.advanceBy(1_000);
    expect(marketStates.at(-1)).toBe('live: subscribed to market data');
    on.quote('AAPL', '101', '101.02');
    on.quote('MSFT', '50', '50.02');
    on.trade('AAPL', '101.01');
    await on.clock.advanceBy(1_000);
    expect(prices.filter(({ symbol }) => symbol === 'MSFT')).toEqual([]);
    expect(prices).toContainEqual({
      kind: 'quote',
      symbol: 'AAPL',
      bid: '101',
      ask: '101.02',
      at: NOW + 1_000,
    });
    expect(prices).toContainEqual({
      kind: 'trade',
      symbol: 'AAPL',
      price: '101.01',
      at: NOW + 1_000,
    });
  });

  it('say that the keys are wrong', async () => {
    const on = await given({ secret: 'wrong' });
    const { tradingStates, marketStates } = listen(on);
    await on.clock.advanceBy(500);
    expect(tradingStates.at(-1)).toBe('disconnected: auth failed');
    expect(marketStates.at(-1)).toBe('disconnected: auth failed');
  });
});
