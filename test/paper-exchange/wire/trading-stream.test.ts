import { describe, expect, it } from 'vitest';
import type { PaperExchange } from '../../../src/paper-exchange/exchange.ts';
import { defaultStreamSettings, Streams } from '../../../src/paper-exchange/wire/streams.ts';
import { keys, quietExchange, until } from './given.ts';

/** A client that speaks plain JSON and keeps what it hears. */
async function connect(exchange: PaperExchange) {
  const socket = exchange.wsFactory('wss://paper-api.alpaca.markets/stream', 'json');
  const heard: unknown[] = [];
  const binary: boolean[] = [];
  let closedWith: unknown = null;
  let isOpen = false;
  socket.on('open', () => {
    isOpen = true;
  });
  socket.on('message', (data, isBinary) => {
    heard.push(JSON.parse(String(Buffer.from(data as Uint8Array))));
    binary.push(isBinary === true);
  });
  socket.on('close', (code) => {
    closedWith = code;
  });
  await until(() => isOpen, 'the socket');
  const send = async (message: unknown): Promise<unknown[]> => {
    heard.length = 0;
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    await new Promise((resolve) => setImmediate(resolve));
    return [...heard];
  };
  return { socket, heard, binary, send, closedWith: () => closedWith };
}

const auth = { action: 'authenticate', data: { key_id: keys.keyId, secret_key: keys.secret } };
const authorized = {
  stream: 'authorization',
  data: { status: 'authorized', action: 'authenticate' },
};
const listen = (...streams: readonly string[]) => ({ action: 'listen', data: { streams } });
const buy = {
  ...{ symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' },
};

describe('the trading stream', () => {
  it('authenticates by the form of the SDK and by the newer one', async () => {
    const { exchange } = quietExchange();
    const first = await connect(exchange);
    expect(await first.send(auth)).toEqual([authorized]);
    const second = await connect(exchange);
    const newer = { action: 'auth', key: keys.keyId, secret: keys.secret };
    expect(await second.send(newer)).toEqual([authorized]);
  });

  it('sends its JSON in binary frames, as the real one, or in text frames when told to', async () => {
    const asReal = await connect(quietExchange().exchange);
    await asReal.send(auth);
    expect(asReal.binary).toEqual([true]);
    const asText = await connect(quietExchange({ streams: { tradingFrames: 'text' } }).exchange);
    await asText.send(auth);
    expect(asText.binary).toEqual([false]);
  });

  it.each([
    { action: 'authenticate', data: { key_id: keys.keyId, secret_key: 'wrong' } },
    { action: 'authenticate', data: { key_id: keys.keyId } },
    { action: 'auth', key: 7, secret: null },
    { action: 'authenticate' },
  ])('answers unauthorized to %j and hangs up', async (message) => {
    const client = await connect(quietExchange().exchange);
    const status = { status: 'unauthorized', action: 'authenticate' };
    expect(await client.send(message)).toEqual([{ stream: 'authorization', data: status }]);
    expect(client.closedWith()).toBe(1008);
  });

  it('lets nobody listen before authentication', async () => {
    const client = await connect(quietExchange().exchange);
    const status = { status: 'unauthorized', action: 'listen' };
    expect(await client.send(listen('trade_updates'))).toEqual([
      { stream: 'authorization', data: status },
    ]);
    expect(client.closedWith()).toBeNull();
    expect(await client.send(auth)).toEqual([authorized]);
  });

  it('replaces the whole set with each listen; the empty one ends the updates', async () => {
    const { exchange } = quietExchange();
    const client = await connect(exchange);
    await client.send(auth);
    const all = await client.send(listen('trade_updates', 'weather'));
    expect(all).toEqual([{ stream: 'listening', data: { streams: ['trade_updates'] } }]);
    const accountId = exchange.core.accountIds[0] ?? '';
    exchange.core.submitOrder(accountId, buy);
    await until(() => client.heard.length > 1, 'updates');
    expect(await client.send(listen())).toEqual([{ stream: 'listening', data: { streams: [] } }]);
    client.heard.length = 0;
    exchange.core.submitOrder(accountId, buy);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.heard).toEqual([]);
  });

  it('tells a fill with the execution, the cumulative order and the position after it', async () => {
    const { exchange } = quietExchange();
    const client = await connect(exchange);
    await client.send(auth);
    await client.send(listen('trade_updates'));
    client.heard.length = 0;
    exchange.core.submitOrder(exchange.core.accountIds[0] ?? '', buy);
    await until(() => client.heard.length >= 2, 'updates');
    const fill = client.heard.at(-1);
    expect(fill).toMatchObject({
      stream: 'trade_updates',
      data: {
        ...{ event: 'fill', price: '100.01', qty: '1', position_qty: '11' },
        timestamp: expect.stringMatching(/^2026-11-02T17:00:00/),
        execution_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        event_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
        order: { filled_qty: '1', status: 'filled', legs: null, order_class: '' },
      },
    });
    const opening = client.heard[0];
    expect(opening).not.toHaveProperty('data.execution_id');
  });

  it('tells an account nothing of another one', async () => {
    const other = { keyId: 'OTHER', secretKey: 'secret', cash: '1000', multiplier: '1' } as const;
    const mine = {
      keyId: keys.keyId,
      secretKey: keys.secret,
      cash: '5000',
      multiplier: '1',
    } as const;
    const { exchange } = quietExchange({ accounts: [mine, other] });
    const client = await connect(exchange);
    await client.send(auth);
    await client.send(listen('trade_updates'));
    client.heard.length = 0;
    const [, otherId = ''] = exchange.core.accountIds;
    expect(exchange.core.submitOrder(otherId, buy)).toMatchObject({ order: { symbol: 'AAPL' } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.heard).toEqual([]);
  });

  it.each(['garbage', '[]', '{"action":"dance"}', 'null', '{"action":"listen"}'])(
    'answers %s with an error and stays',
    async (frame) => {
      const client = await connect(quietExchange().exchange);
      await client.send(auth);
      const [answer] = await client.send(frame);
      expect(answer).toMatchObject({
        action: 'error',
        data: { error_message: expect.any(String) },
      });
      expect(client.closedWith()).toBeNull();
    },
  );
});

describe('a client of the trading stream that does not read', () => {
  it('is cut off, since an update may not be left out', () => {
    const { exchange, clock } = quietExchange();
    const streams = new Streams({
      clock,
      settings: defaultStreamSettings,
      authenticate: (keyId, secretKey) => exchange.core.authenticate(keyId, secretKey),
    });
    exchange.core.subscribe((event) => streams.onEvent(event));
    let sent = 0;
    let unread = 0;
    let isCut = false;
    const session = streams.open(
      { path: '/stream', contentType: undefined },
      {
        send: () => {
          sent += 1;
        },
        close: () => undefined,
        terminate: () => {
          isCut = true;
        },
        bufferedBytes: () => unread,
      },
    );
    session.receive(JSON.stringify(auth));
    session.receive(JSON.stringify(listen('trade_updates')));
    expect(sent).toBe(2);
    unread = 5 * 1024 * 1024;
    exchange.core.submitOrder(exchange.core.accountIds[0] ?? '', buy);
    expect([sent, isCut]).toEqual([2, true]);
  });
});

describe('a socket without a network', () => {
  it('answers a ping, and reports a path without a stream as ws does', async () => {
    const { exchange } = quietExchange();
    const client = await connect(exchange);
    let pongs = 0;
    client.socket.on('pong', () => {
      pongs += 1;
    });
    client.socket.ping();
    await until(() => pongs === 1, 'the pong');

    const lost = exchange.wsFactory('wss://stream.data.alpaca.markets/v2/nowhere', 'msgpack');
    const events: unknown[] = [];
    lost.on('error', (error) => events.push(String(error)));
    lost.on('close', (code) => events.push(code));
    await until(() => events.length === 2, 'the end');
    expect(events).toEqual([expect.stringContaining('Unexpected server response: 404'), 1006]);
  });

  it('refuses to send before it is open and ignores what is sent after its end', async () => {
    const { exchange } = quietExchange();
    const early = exchange.wsFactory('wss://paper-api.alpaca.markets/stream', 'json');
    expect(() => early.send('{}')).toThrow(/not open yet/);
    const client = await connect(exchange);
    client.socket.close(1000);
    await until(() => client.closedWith() === 1000, 'the end');
    client.socket.send(JSON.stringify(auth));
    client.socket.terminate();
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.heard).toEqual([]);
    expect(client.socket.readyState).toBe(3);
  });

  it('delivers what was said before the goodbye', async () => {
    const { exchange } = quietExchange();
    const client = await connect(exchange);
    await client.send(auth);
    client.heard.length = 0;
    client.socket.send(JSON.stringify(listen('trade_updates')));
    await Promise.resolve();
    exchange.stop();
    await until(() => client.closedWith() !== null, 'the end');
    expect(client.closedWith()).toBe(1001);
    expect(client.heard).toEqual([{ stream: 'listening', data: { streams: ['trade_updates'] } }]);
  });
});
