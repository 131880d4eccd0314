import { describe, expect, it } from 'vitest';
import { createAlpacaClient } from '../../../src/adapters/alpaca/client.ts';
import { OrderFamilies } from '../../../src/adapters/alpaca/families.ts';
import { AlpacaStreams } from '../../../src/adapters/alpaca/streams.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { ticker } from '../../../src/domain/ids.ts';
import type { MarketEvent, OrderUpdate } from '../../../src/ports/broker.ts';
import { type FakeSocket, fakeSockets } from './fake-sockets.ts';
import { iso, NOW, wireOrder } from './support.ts';

function given() {
  const { sockets, wsFactory } = fakeSockets();
  const clock = new VirtualClock(NOW);
  const client = createAlpacaClient({
    keyId: 'key',
    secret: 'secret',
    endpoint: 'paper',
    wsFactory,
  });
  const streams = new AlpacaStreams(client, clock, new OrderFamilies());
  const states: string[] = [];
  const updates: OrderUpdate[] = [];
  const prices: MarketEvent[] = [];
  const onState = (state: string, because: string): void => {
    states.push(`${state}: ${because}`);
  };
  const newest = (): FakeSocket => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  };
  return {
    streams,
    clock,
    sockets,
    states,
    updates,
    prices,
    newest,
    openTrading: () => streams.openTrading({ onEvent: (event) => updates.push(event), onState }),
    openMarket: () => streams.openMarket({ onEvent: (event) => prices.push(event), onState }),
  };
}

const AUTHORIZED = {
  stream: 'authorization',
  data: { status: 'authorized', action: 'authenticate' },
};
const UNAUTHORIZED = {
  stream: 'authorization',
  data: { status: 'unauthorized', action: 'authenticate' },
};
const LISTENING = { stream: 'listening', data: { streams: ['trade_updates'] } };

function goLive(socket: FakeSocket): void {
  socket.open();
  socket.says(AUTHORIZED);
  socket.says(LISTENING);
}

const fill = (changes: Record<string, unknown> = {}) => ({
  stream: 'trade_updates',
  data: {
    event: 'partial_fill',
    event_id: '01J9',
    at: iso(NOW),
    timestamp: iso(NOW),
    execution_id: 'execution-1',
    price: '95.01',
    qty: '4',
    position_qty: '6',
    order: wireOrder({ status: 'partially_filled', filled_qty: '4', filled_avg_price: '95.01' }),
    ...changes,
  },
});

describe('the trading stream', () => {
  it('is live only when it is authenticated and the exchange says that it listens', () => {
    const { openTrading, states, newest } = given();
    openTrading();
    newest().open();
    expect(newest().sent).toEqual([
      { action: 'authenticate', data: { key_id: 'key', secret_key: 'secret' } },
    ]);
    newest().says(AUTHORIZED);
    expect(newest().sent[1]).toEqual({ action: 'listen', data: { streams: ['trade_updates'] } });
    expect(states).toEqual(['connecting: opening']);
    newest().says({ stream: 'listening', data: { streams: [] } });
    expect(states).toEqual(['connecting: opening']);
    newest().says(LISTENING);
    expect(states).toEqual(['connecting: opening', 'live: listening to trade updates']);
  });

  it('tells of an order and its execution, exactly', () => {
    const { openTrading, updates, newest } = given();
    openTrading();
    goLive(newest());
    newest().says(fill());
    expect(updates).toHaveLength(1);
    expect(updates[0]).toMatchObject({
      event: 'partial_fill',
      at: NOW,
      order: { id: 'order-1', status: 'partially_filled', replaces: null, parentId: null },
      execution: {
        executionId: 'execution-1',
        orderId: 'order-1',
        symbol: 'AAPL',
        side: 'sell',
        at: NOW,
      },
    });
    expect(updates[0]?.execution?.quantity.toFixed()).toBe('4');
    expect(updates[0]?.execution?.price.toFixed()).toBe('95.01');
    expect(updates[0]?.order.updatedAt).toBe(Date.UTC(2026, 9, 8, 14, 0, 1, 500));
  });

  it('tells of other events without an execution, and of an order placed in dollars', () => {
    const { openTrading, updates, newest } = given();
    openTrading();
    goLive(newest());
    newest().says({
      stream: 'trade_updates',
      data: {
        event: 'replaced',
        timestamp: iso(NOW),
        order: wireOrder({ qty: null, replaced_by: 'order-2' }),
      },
    });
    expect(updates[0]).toMatchObject({ event: 'replaced', execution: null });
    expect(updates[0]?.order).toMatchObject({ quantity: null, replacedBy: 'order-2' });
  });

  it('knows the parent of a leg, and of its successors, once the parent named it', () => {
    const { openTrading, updates, newest } = given();
    openTrading();
    goLive(newest());
    const tell = (order: unknown) =>
      newest().says({
        stream: 'trade_updates',
        data: { event: 'new', timestamp: iso(NOW), order },
      });
    const leg = wireOrder({ id: 'leg', status: 'held' });
    tell(leg);
    tell(wireOrder({ id: 'parent', order_class: 'oco', legs: [leg] }));
    tell(leg);
    tell(wireOrder({ id: 'successor', replaces: 'leg' }));
    tell(wireOrder({ id: 'next successor', replaces: 'successor' }));
    tell(wireOrder({ id: 'stranger', replaces: 'someone' }));
    expect(updates.map(({ order }) => order.parentId)).toEqual([
      null,
      null,
      'parent',
      'parent',
      'parent',
      null,
    ]);
  });

  it.each([
    ['lacks its quantity', fill({ qty: undefined }), 'qty is missing'],
    [
      'lacks its order’s status',
      fill({ order: { ...wireOrder(), status: undefined } }),
      'status is missing',
    ],
    [
      'has no order',
      { stream: 'trade_updates', data: { event: 'fill' } },
      'failed to process message',
    ],
  ])('asks for a new look when an update %s', (_name, frame, because) => {
    const { openTrading, states, updates, newest } = given();
    openTrading();
    goLive(newest());
    newest().says(frame);
    expect(updates).toEqual([]);
    expect(states).toHaveLength(3);
    expect(states[2]).toMatch(/^live: /);
    expect(states[2]).toContain(because);
  });

  it('asks for a new look after garbage, and goes on', () => {
    const { openTrading, states, updates, newest } = given();
    openTrading();
    goLive(newest());
    newest().saysBytes('<html>');
    newest().says(fill());
    expect(states.at(-1)).toContain('live: failed to decode message');
    expect(updates).toHaveLength(1);
  });

  it('comes back after a drop with growing pauses, and starts over once it was live', async () => {
    const { openTrading, clock, sockets, newest, states } = given();
    openTrading();
    const openedAt: number[] = [];
    for (let drop = 0; drop < 8; drop++) {
      openedAt.push(clock.now() - NOW);
      const before = sockets.length;
      newest().ends();
      while (sockets.length === before) await clock.advanceBy(500);
    }
    const pauses = openedAt.slice(1).map((at, n) => at - (openedAt[n] ?? 0));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);

    goLive(newest());
    newest().ends();
    expect(states.at(-1)).toBe('disconnected: the connection ended');
    const before = sockets.length;
    await clock.advanceBy(1_000);
    expect(sockets).toHaveLength(before + 1);
    goLive(newest());
    expect(states.at(-1)).toBe('live: listening to trade updates');
  });

  it('keeps trying when the keys are refused while it comes back', async () => {
    const { openTrading, clock, sockets, newest, states } = given();
    openTrading();
    goLive(newest());
    newest().ends();
    await clock.advanceBy(1_000);
    newest().open();
    newest().says(UNAUTHORIZED);
    expect(states.at(-1)).toBe('disconnected: auth failed');
    expect(newest().isClosed).toBe(true);
    await clock.advanceBy(2_000);
    expect(sockets).toHaveLength(3);
    goLive(newest());
    expect(states.at(-1)).toBe('live: listening to trade updates');
  });

  it('gives up on an exchange that opens but acknowledges nothing', async () => {
    const { openTrading, clock, sockets, newest, states } = given();
    openTrading();
    newest().open();
    newest().says(AUTHORIZED);
    await clock.advanceBy(9_999);
    expect(sockets).toHaveLength(1);
    await clock.advanceBy(1);
    expect(states.at(-1)).toBe('disconnected: the exchange did not acknowledge within 10000 ms');
    expect(newest().isClosed).toBe(true);
    await clock.advanceBy(1_000);
    expect(sockets).toHaveLength(2);
  });

  it('says why when there is no connection at all', () => {
    const { openTrading, newest, states } = given();
    openTrading();
    newest().fails('connect ECONNREFUSED 127.0.0.1:443');
    expect(states.at(-1)).toBe('disconnected: connect ECONNREFUSED 127.0.0.1:443');
  });

  it('hears nothing any more from a socket it has left', async () => {
    const { openTrading, clock, sockets, newest, updates, states } = given();
    openTrading();
    const [first] = sockets;
    goLive(newest());
    newest().ends();
    await clock.advanceBy(1_000);
    goLive(newest());
    const before = states.length;
    first?.says(fill());
    first?.ends();
    expect(updates).toEqual([]);
    expect(states).toHaveLength(before);
  });

  it('is closed for good by close', async () => {
    const { openTrading, streams, clock, sockets, newest } = given();
    openTrading();
    goLive(newest());
    await streams.close();
    expect(newest().isClosed).toBe(true);
    await clock.advanceBy(600_000);
    expect(sockets).toHaveLength(1);
    expect(clock.nextDueAt()).toBeNull();
  });
});

const CONNECTED = [{ T: 'success', msg: 'connected' }];
const AUTHENTICATED = [{ T: 'success', msg: 'authenticated' }];
const subscribed = (symbols: readonly string[]) => [
  { T: 'subscription', trades: symbols, quotes: symbols, statuses: symbols },
];
const error = (code: number) => [{ T: 'error', code, msg: 'whatever Alpaca says' }];
const names = (count: number) => Array.from({ length: count }, (_, n) => ticker(`S${n}`));

function authenticate(socket: FakeSocket): void {
  socket.open();
  socket.says(CONNECTED);
  socket.says(AUTHENTICATED);
}

describe('the market stream', () => {
  it('is live when the exchange has acknowledged the symbols', () => {
    const { streams, openMarket, newest, states } = given();
    streams.watch([ticker('AAPL'), ticker('BTC/USD')]);
    openMarket();
    authenticate(newest());
    expect(newest().sent).toEqual([
      { action: 'auth', key: 'key', secret: 'secret' },
      { action: 'subscribe', trades: ['AAPL'], quotes: ['AAPL'], statuses: ['AAPL'] },
    ]);
    expect(states.at(-1)).toBe('connecting: opening');
    newest().says(subscribed(['AAPL']));
    expect(states.at(-1)).toBe('live: subscribed to market data');
  });

  it('is live with nothing to watch, and follows what is watched', () => {
    const { streams, openMarket, newest, states } = given();
    openMarket();
    authenticate(newest());
    expect(states.at(-1)).toBe('live: no symbol to watch yet');
    streams.watch([ticker('AAPL'), ticker('MSFT')]);
    streams.watch([ticker('MSFT'), ticker('SPY')]);
    expect(newest().sent.slice(1)).toEqual([
      { action: 'subscribe', trades: ['AAPL', 'MSFT'] },
      { action: 'subscribe', statuses: ['AAPL', 'MSFT'] },
      { action: 'subscribe', quotes: ['AAPL', 'MSFT'] },
      { action: 'unsubscribe', trades: ['AAPL'] },
      { action: 'unsubscribe', statuses: ['AAPL'] },
      { action: 'unsubscribe', quotes: ['AAPL'] },
      { action: 'subscribe', trades: ['SPY'] },
      { action: 'subscribe', statuses: ['SPY'] },
      { action: 'subscribe', quotes: ['SPY'] },
    ]);
  });

  it('tells trades, quotes and halts in plain digits', () => {
    const { openMarket, newest, prices } = given();
    openMarket();
    authenticate(newest());
    const t = iso(NOW);
    newest().says([
      { T: 't', S: 'AAPL', i: 1, x: 'V', p: 100.05, s: 10, t, c: ['@'] },
      { T: 'q', S: 'AAPL', bp: 99.99, bs: 1, ap: 100.01, as: 1, t },
      { T: 'q', S: 'AAPL', bp: 0, bs: 0, ap: 100.01, as: 1, t },
      { T: 's', S: 'AAPL', sc: 'H', sm: 'Trading Halt', t },
      { T: 's', S: 'AAPL', sc: 'Q', sm: 'Quotation Resumption', t },
      { T: 's', S: 'AAPL', sc: 'T', sm: 'Trading Resumption', t },
      { T: 's', S: 'IBM', sc: '2', sm: 'Trading Halt', t },
      { T: 's', S: 'IBM', sc: '3', sm: 'Resume', t },
    ]);
    expect(prices).toEqual([
      { kind: 'trade', symbol: 'AAPL', price: '100.05', at: NOW },
      { kind: 'quote', symbol: 'AAPL', bid: '99.99', ask: '100.01', at: NOW },
      { kind: 'status', symbol: 'AAPL', halted: true, at: NOW },
      { kind: 'status', symbol: 'AAPL', halted: false, at: NOW },
      { kind: 'status', symbol: 'IBM', halted: true, at: NOW },
      { kind: 'status', symbol: 'IBM', halted: false, at: NOW },
    ]);
  });

  it('asks for the symbols again after a drop', async () => {
    const { streams, openMarket, clock, newest, states } = given();
    streams.watch([ticker('AAPL')]);
    openMarket();
    authenticate(newest());
    newest().says(subscribed(['AAPL']));
    newest().ends();
    streams.watch([ticker('AAPL'), ticker('SPY')]);
    await clock.advanceBy(1_000);
    authenticate(newest());
    expect(newest().sent[1]).toMatchObject({ trades: ['AAPL', 'SPY'], quotes: ['AAPL', 'SPY'] });
    newest().says(subscribed(['AAPL', 'SPY']));
    expect(states.at(-1)).toBe('live: subscribed to market data');
  });

  it('falls back to the trades of thirty symbols where the data plan takes no more', async () => {
    const { streams, openMarket, clock, newest, states } = given();
    streams.watch(names(40));
    openMarket();
    authenticate(newest());
    newest().says(error(405));
    expect(states.at(-1)).toBe(
      'disconnected: the data plan streams 30 symbols: trades of those only from now on',
    );
    await clock.advanceBy(1_000);
    authenticate(newest());
    expect(newest().sent[1]).toEqual({
      action: 'subscribe',
      trades: names(30),
      statuses: names(30),
    });
    newest().says([{ T: 'subscription', trades: names(30), statuses: names(30) }]);
    expect(states.at(-1)).toBe('live: subscribed to market data');
  });

  it.each([402, 404, 406, 408, 409])('tries again after error %i', async (code) => {
    const { streams, openMarket, clock, sockets, newest, states } = given();
    streams.watch([ticker('AAPL')]);
    openMarket();
    newest().open();
    newest().says(CONNECTED);
    newest().says(error(code));
    expect(states.at(-1)).toMatch(/^disconnected: /);
    expect(newest().isClosed).toBe(true);
    await clock.advanceBy(1_000);
    expect(sockets).toHaveLength(2);
  });
});
