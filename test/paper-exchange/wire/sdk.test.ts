import { ApiError, type streaming } from '@alpacahq/alpaca-trade-api';
import { describe, expect, it } from 'vitest';
import type { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import {
  closersAfterEach,
  connectSdk,
  keys,
  listenTo,
  mondayNoon,
  quietExchange,
  type StreamOptions,
  type Transport,
  until,
} from './given.ts';

const transports: readonly Transport[] = ['in-process', 'loopback'];

describe.each(transports)('the Alpaca SDK, unmodified, on the exchange %s', (transport) => {
  const closers = closersAfterEach();

  const connect = async (exchange: PaperExchange, secret = keys.secret) => {
    const sdk = await connectSdk(exchange, transport, secret);
    closers.push(sdk.close);
    return sdk;
  };

  it('reads the account, the positions, the clock and the calendar', async () => {
    const { exchange } = quietExchange();
    const { alpaca } = await connect(exchange);
    const account = await alpaca.trading.account.getAccount();
    expect(account).toMatchObject({ status: 'ACTIVE', cash: '99000', equity: '100000' });
    expect(account.accountNumber).toMatch(/^PA/);
    const [position] = await alpaca.trading.positions.getAllOpenPositions();
    expect(position).toMatchObject({ symbol: 'AAPL', qty: '10', side: 'long' });
    const clock = await alpaca.trading.clock.legacyClock();
    expect(clock.isOpen).toBe(true);
    expect(clock.nextClose?.getTime()).toBe(Date.parse('2026-11-02T16:00:00-05:00'));
    const days = await alpaca.trading.calendar.legacyCalendar({
      start: new Date('2026-11-26'),
      end: new Date('2026-11-27'),
    });
    expect(days).toMatchObject([{ date: new Date('2026-11-27'), open: '09:30', close: '13:00' }]);
  });

  it('takes an order from the request to the fill on the stream and in the books', async () => {
    const { exchange } = quietExchange();
    const sdk = await connect(exchange);
    const { updates } = await listenTo(sdk);
    const { alpaca } = sdk;
    const order = await alpaca.trading.orders.market({
      ...{ symbol: 'AAPL', qty: '3', side: 'buy', timeInForce: 'day', clientOrderId: 'one' },
    });
    expect(order).toMatchObject({ status: 'pending_new', clientOrderId: 'one', filledQty: '0' });
    await until(() => updates.some((update) => update.event === 'fill'), 'the fill');
    const fill = updates.find((update) => update.event === 'fill');
    expect(fill).toMatchObject({ qty: '3', price: '100.01', positionQty: '13' });
    expect(fill?.executionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(fill?.order).toMatchObject({ id: order.id, status: 'filled', filledQty: '3' });
    expect(updates.map((update) => update.event)).toContain('new');
    const filled = await alpaca.trading.orders.getOrderByOrderID({ orderId: order.id ?? '' });
    expect(filled).toMatchObject({ status: 'filled', filledAvgPrice: '100.01' });
    const [position] = await alpaca.trading.positions.getAllOpenPositions();
    expect(position?.qty).toBe('13');
  });

  it('streams quotes and trades of the names that were asked for', async () => {
    const { exchange, quote, trade } = quietExchange();
    const sdk = await connect(exchange);
    const stream = sdk.stockStream();
    const told: string[] = [];
    let subscribed: unknown = null;
    stream.onQuote(({ symbol, bidPrice, askPrice, timestamp }) =>
      told.push(`${symbol} ${bidPrice}/${askPrice} ${timestamp.toISOString()}`),
    );
    stream.onTrade(({ symbol, price, size }) => told.push(`${symbol} @${price} x${size}`));
    stream.on('subscription', (channels: unknown) => {
      subscribed = channels;
    });
    stream.subscribeForQuotes(['AAPL']);
    stream.subscribeForTrades(['AAPL']);
    stream.connect();
    await until(() => subscribed !== null, 'the subscription');
    expect(subscribed).toMatchObject({ quotes: ['AAPL'], trades: ['AAPL'] });
    quote('101.5', '101.52');
    quote('1', '2', 'SPY');
    trade('101.51');
    await until(() => told.length === 2, 'a quote and a trade');
    expect(told).toEqual([
      `AAPL 101.5/101.52 ${new Date(mondayNoon).toISOString()}`,
      'AAPL @101.51 x100',
    ]);
  });

  it('is refused with a wrong key, by requests and by both streams', async () => {
    const { exchange } = quietExchange();
    const sdk = await connect(exchange, 'wrong');
    const refusal = await sdk.alpaca.trading.account.getAccount().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ status: 401 });
    const [trading, stocks] = [sdk.tradingStream(), sdk.stockStream()];
    trading.connect();
    stocks.connect();
    expect(await trading.whenAuthenticated()).toMatchObject({ status: 'server_rejected' });
    expect(await stocks.whenAuthenticated()).toMatchObject({
      status: 'server_rejected',
      code: 402,
    });
  });

  it('finds after a cut line what it missed by asking, since nothing is told again', async () => {
    const { exchange } = quietExchange();
    const sdk = await connect(exchange);
    const quick: StreamOptions = { reconnect: true, initialReconnectMs: 1, reconnectJitter: 0 };
    const { updates, acknowledged, stream } = await listenTo(sdk, quick);
    exchange.dropStreams();
    await until(() => stream.getState() !== 'authenticated', 'the cut');
    const bought = exchange.core.submitOrder(exchange.core.accountIds[0] ?? '', {
      ...{ symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' },
    });
    expect(bought).toMatchObject({ order: { symbol: 'AAPL' } });
    await until(() => acknowledged() === 2, 'the second listening answer');
    expect(updates).toEqual([]);
    const [missed] = await sdk.alpaca.trading.orders.getAllOrders({ status: 'all' });
    expect(missed?.status).toBe('filled');
    await sdk.alpaca.trading.orders.market({
      ...{ symbol: 'AAPL', qty: '2', side: 'buy', timeInForce: 'day' },
    });
    await until(() => updates.some((update) => update.event === 'fill'), 'the fill');
    expect(updates.filter((update) => update.event === 'fill')).toHaveLength(1);
  });

  it('reconnects once when a ping stays without answer, and hears everything once', async () => {
    const { exchange } = quietExchange();
    const sdk = await connect(exchange);
    const sockets: streaming.WebSocketLike[] = [];
    const { default: WebSocket } = await import('ws');
    const wsFactory: streaming.WebSocketFactory = (url, codec) => {
      const socket: streaming.WebSocketLike =
        sdk.base === null
          ? exchange.wsFactory(url, codec)
          : new WebSocket(url, { perMessageDeflate: false });
      if (sockets.length === 0) Object.assign(socket, { ping: () => undefined });
      sockets.push(socket);
      return socket;
    };
    // The SDK's own timers; a busy machine must not look like a dead line.
    const patience =
      transport === 'in-process'
        ? { pingIntervalMs: 20, pongWaitMs: 10 }
        : { pingIntervalMs: 400, pongWaitMs: 300 };
    const { updates, acknowledged } = await listenTo(sdk, {
      ...{ wsFactory, reconnect: true, initialReconnectMs: 1, ...patience },
    });
    await until(() => acknowledged() === 2, 'the second connection');
    await sdk.alpaca.trading.orders.market({
      ...{ symbol: 'AAPL', qty: '1', side: 'buy', timeInForce: 'day' },
    });
    await until(() => updates.some((update) => update.event === 'fill'), 'the fill');
    expect(updates.filter((update) => update.event === 'fill')).toHaveLength(1);
    expect(sockets).toHaveLength(2);
  });

  it('may not open a second data stream for one account', async () => {
    const { exchange } = quietExchange();
    const sdk = await connect(exchange);
    const [first, second] = [sdk.stockStream(), sdk.stockStream()];
    const errors: string[] = [];
    second.onError((error) => errors.push(error));
    first.connect();
    expect(await first.whenAuthenticated()).toMatchObject({ authenticated: true });
    second.connect();
    await until(() => second.getState() === 'disconnected', 'the refusal');
    expect(errors).toEqual(['connection limit exceeded']);
  });
});
