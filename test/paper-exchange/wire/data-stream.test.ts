import { decode, encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { ExchangeEvent } from '../../../src/paper-exchange/core/basics/types.ts';
import type { Connection } from '../../../src/paper-exchange/wire/connection.ts';
import {
  defaultStreamSettings,
  type StreamSettings,
  Streams,
} from '../../../src/paper-exchange/wire/streams.ts';

const startAt = Date.parse('2026-11-02T09:30:00-05:00');

function given(settings: Partial<StreamSettings> = {}) {
  const clock = new VirtualClock(startAt);
  const streams = new Streams({
    clock,
    settings: { ...defaultStreamSettings, ...settings },
    authenticate: (keyId, secretKey) => (secretKey === 'right' ? `account of ${keyId}` : null),
  });
  return { clock, streams };
}

/** A client that keeps what it is told; `asked` answers with what one frame brings. */
function connect(streams: Streams, path = '/v2/iex', contentType = 'application/json') {
  const frames: (string | Uint8Array)[] = [];
  let closedWith: number | null = null;
  let unread = 0;
  const connection: Connection = {
    send: (data) => frames.push(data),
    close: (code) => {
      closedWith = code;
    },
    terminate: () => {
      closedWith = 1006;
    },
    bufferedBytes: () => unread,
  };
  const session = streams.open({ path, contentType }, connection);
  const told = async (): Promise<unknown[]> => {
    await Promise.resolve();
    return frames.splice(0).flatMap((frame) => JSON.parse(String(frame)));
  };
  return {
    frames,
    told,
    session,
    closedWith: () => closedWith,
    leaveUnread: (bytes: number) => {
      unread = bytes;
    },
    send: async (message: unknown) => {
      await told();
      session.receive(typeof message === 'string' ? message : JSON.stringify(message));
      return told();
    },
  };
}

const authenticated = async (streams: Streams, key = 'one') => {
  const client = connect(streams);
  await client.send({ action: 'auth', key, secret: 'right' });
  return client;
};

const quote = (symbol: string): ExchangeEvent => ({
  kind: 'quote',
  at: startAt,
  quote: {
    symbol,
    at: startAt,
    bidPrice: decimal('99.99'),
    askPrice: decimal('100.01'),
    bidSize: 200,
    askSize: 300,
  },
});

const trade = (symbol: string): ExchangeEvent => ({
  kind: 'trade',
  at: startAt,
  trade: { symbol, at: startAt, price: decimal('100'), size: 50, id: 7 },
});

describe('the market-data stream', () => {
  it('greets, authenticates, and echoes the whole subscription each time', async () => {
    const { streams } = given();
    const client = connect(streams);
    expect(await client.told()).toEqual([{ T: 'success', msg: 'connected' }]);
    expect(await client.send({ action: 'auth', key: 'one', secret: 'right' })).toEqual([
      { T: 'success', msg: 'authenticated' },
    ]);
    await client.send({ action: 'subscribe', trades: ['AAPL'], quotes: ['SPY'], bars: ['*'] });
    const [echo] = await client.send({ action: 'subscribe', trades: ['SPY'], statuses: ['AAPL'] });
    expect(echo).toEqual({
      T: 'subscription',
      trades: ['AAPL', 'SPY'],
      quotes: ['SPY'],
      bars: ['*'],
      updatedBars: [],
      dailyBars: [],
      statuses: ['AAPL'],
      lulds: [],
      corrections: ['AAPL', 'SPY'],
      cancelErrors: ['AAPL', 'SPY'],
    });
    const [left] = await client.send({ action: 'unsubscribe', trades: ['AAPL'], bars: ['*'] });
    expect(left).toMatchObject({ trades: ['SPY'], bars: [], cancelErrors: ['SPY'] });
  });

  it('tells what was subscribed, and nothing else, one frame for one moment', async () => {
    const { streams } = given();
    const client = await authenticated(streams);
    await client.send({ action: 'subscribe', quotes: ['AAPL'], trades: ['AAPL'] });
    streams.onEvent(quote('AAPL'));
    streams.onEvent(quote('SPY'));
    streams.onEvent(trade('AAPL'));
    await Promise.resolve();
    expect(client.frames).toHaveLength(1);
    const t = '2026-11-02T14:30:00.000Z';
    expect(await client.told()).toEqual([
      {
        T: 'q',
        S: 'AAPL',
        bx: 'V',
        bp: 99.99,
        bs: 200,
        ax: 'V',
        ap: 100.01,
        as: 300,
        c: ['R'],
        z: 'C',
        t,
      },
      { T: 't', S: 'AAPL', i: 7, x: 'V', p: 100, s: 50, c: ['@'], z: 'C', t },
    ]);
  });

  it('tells halts, minute bars and daily bars on their own channels', async () => {
    const { streams } = given();
    const client = await authenticated(streams);
    await client.send({
      action: 'subscribe',
      bars: ['*'],
      dailyBars: ['AAPL'],
      statuses: ['AAPL'],
    });
    const price = decimal('100');
    const bar = (durationMs: number): ExchangeEvent => ({
      kind: 'bar',
      at: startAt,
      bar: {
        ...{ symbol: 'AAPL', at: startAt, durationMs, open: price, high: price, low: price },
        ...{ close: price, volume: 10, tradeCount: 2, vwap: price },
      },
    });
    for (const durationMs of [60_000, 3_600_000, 86_400_000]) streams.onEvent(bar(durationMs));
    streams.onEvent({
      kind: 'status',
      at: startAt,
      status: { symbol: 'AAPL', at: startAt, code: 'H', reason: 'news pending' },
    });
    const told = await client.told();
    expect(told).toMatchObject([
      { T: 'b', v: 10, n: 2, vw: 100 },
      { T: 'd' },
      { T: 's', sc: 'H', rm: 'news pending' },
    ]);
  });

  it('speaks msgpack, with its timestamps, to a client that asks for it', async () => {
    const { streams } = given();
    const client = connect(streams, '/v2/iex', 'application/msgpack');
    client.session.receive(encode({ action: 'auth', key: 'one', secret: 'right' }));
    client.session.receive(encode({ action: 'subscribe', quotes: ['AAPL'] }));
    streams.onEvent(quote('AAPL'));
    await Promise.resolve();
    const messages = client.frames.flatMap((frame) =>
      typeof frame === 'string' ? [] : (decode(frame) as unknown[]),
    );
    expect(messages.at(-1)).toMatchObject({ T: 'q', bp: 99.99, t: new Date(startAt) });
  });

  it.each([
    ['not json', 400],
    ['[1, 2]', 400],
    [{ action: 'dance' }, 400],
    [{ action: 'subscribe', trades: ['AAPL'] }, 401],
  ] as const)('answers %j before authentication with %i and stays open', async (frame, code) => {
    const { streams } = given();
    const client = connect(streams);
    expect(await client.send(frame)).toMatchObject([{ T: 'error', code }]);
    expect(client.closedWith()).toBeNull();
  });

  it('refuses a subscription that is malformed, or a second authentication', async () => {
    const { streams } = given();
    const client = await authenticated(streams);
    const malformed = await client.send({ action: 'subscribe', trades: 'AAPL' });
    expect(malformed).toEqual([{ T: 'error', code: 400, msg: 'invalid syntax' }]);
    const again = await client.send({ action: 'auth', key: 'one', secret: 'right' });
    expect(again).toMatchObject([{ code: 403, msg: 'already authenticated' }]);
  });

  it('refuses wrong keys with 402 and closes', async () => {
    const { streams } = given();
    const client = connect(streams);
    const answer = await client.send({ action: 'auth', key: 'one', secret: 'wrong' });
    expect(answer).toEqual([{ T: 'error', code: 402, msg: 'auth failed' }]);
    expect(client.closedWith()).toBe(1008);
    expect(await client.send({ action: 'auth', key: 'one', secret: 'right' })).toEqual([]);
  });

  it('gives up with 404 on a client that does not authenticate within ten seconds', async () => {
    const { clock, streams } = given();
    const late = connect(streams);
    const prompt = await authenticated(streams);
    await clock.advanceBy(9_999);
    expect(late.closedWith()).toBeNull();
    await clock.advanceBy(1);
    expect(await late.told()).toMatchObject([{ msg: 'connected' }, { code: 404 }]);
    expect(late.closedWith()).toBe(1008);
    expect(prompt.closedWith()).toBeNull();
  });

  it('takes 30 symbols over trades and quotes, and keeps the old set at the 31st', async () => {
    const { streams } = given();
    const client = await authenticated(streams);
    const names = Array.from({ length: 30 }, (_, index) => `S${index}`);
    const ok = await client.send({
      action: 'subscribe',
      trades: names.slice(0, 15),
      quotes: names.slice(0, 15),
    });
    expect(ok).toMatchObject([{ T: 'subscription' }]);
    const refused = await client.send({ action: 'subscribe', quotes: ['S15'] });
    expect(refused).toEqual([{ T: 'error', code: 405, msg: 'symbol limit exceeded' }]);
    expect(await client.send({ action: 'subscribe', trades: ['*'] })).toMatchObject([
      { code: 405 },
    ]);
    const [kept] = await client.send({ action: 'subscribe', bars: names });
    expect(kept).toMatchObject({ quotes: names.slice(0, 15), bars: names });
  });

  it('lets an account with an unlimited plan take everything', async () => {
    const { streams } = given({ symbolLimit: Number.POSITIVE_INFINITY });
    const client = await authenticated(streams);
    expect(await client.send({ action: 'subscribe', trades: ['*'] })).toMatchObject([
      { trades: ['*'] },
    ]);
  });

  it('refuses a second connection of an account with 406 until the first has ended', async () => {
    const { streams } = given();
    const first = await authenticated(streams);
    const second = connect(streams);
    const auth = { action: 'auth', key: 'one', secret: 'right' };
    expect(await second.send(auth)).toMatchObject([{ code: 406 }]);
    expect(second.closedWith()).toBe(1008);
    second.session.closed();
    expect((await authenticated(streams, 'two')).closedWith()).toBeNull();
    first.session.closed();
    expect(await connect(streams).send(auth)).toMatchObject([{ msg: 'authenticated' }]);
  });

  it('refuses a feed that the plan does not have with 409', async () => {
    const { streams } = given();
    const client = connect(streams, '/v2/sip');
    const answer = await client.send({ action: 'auth', key: 'one', secret: 'right' });
    expect(answer).toMatchObject([{ code: 409, msg: 'insufficient subscription' }]);
  });

  it('disconnects a client that does not read with 407', async () => {
    const { streams } = given();
    const client = await authenticated(streams);
    await client.send({ action: 'subscribe', quotes: ['AAPL'] });
    client.leaveUnread(5 * 1024 * 1024);
    streams.onEvent(quote('AAPL'));
    streams.onEvent(quote('AAPL'));
    expect(await client.told()).toEqual([{ T: 'error', code: 407, msg: 'slow client' }]);
    expect(client.closedWith()).toBe(1008);
  });
});
