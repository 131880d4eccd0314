import { ApiError, type streaming } from '@alpacahq/alpaca-trade-api';
import { describe, expect, it } from 'vitest';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import {
  failureOf,
  marketBuy,
  restingBuy,
  type Stage,
  setStage,
  stopSale,
} from '../faults/stage.ts';
import {
  closersAfterEach,
  connectSdk,
  keys,
  listenTo,
  type StreamOptions,
  type Transport,
  until,
} from './given.ts';

const auth = { action: 'authenticate', data: { key_id: keys.keyId, secret_key: keys.secret } };
const listen = (...streams: readonly string[]) => ({ action: 'listen', data: { streams } });
const quick: StreamOptions = { reconnect: true, initialReconnectMs: 1, reconnectJitter: 0 };
const buyOne = { symbol: 'AAPL', qty: '1', side: 'buy', timeInForce: 'day' } as const;

const transports: readonly Transport[] = ['in-process', 'loopback'];
describe.each(transports)('conformance, %s:', (transport) => {
  const closers = closersAfterEach();

  const set = async (options: Partial<PaperExchangeOptions> = {}): Promise<Stage> => {
    const stage = await setStage(transport, options);
    closers.push(stage.close);
    return stage;
  };
  const sdkOf = async ({ exchange }: Stage) => {
    const sdk = await connectSdk(exchange, transport);
    closers.push(sdk.close);
    return sdk;
  };
  const listening = async (stage: Stage, options: StreamOptions = {}) => {
    const sdk = await sdkOf(stage);
    return { ...sdk, ...(await listenTo(sdk, options)) };
  };

  describe('case 59, the handshake of the trading stream', () => {
    it.each(['text', 'binary'] as const)('goes in %s frames', async (tradingFrames) => {
      const { open } = await set({ streams: { tradingFrames } });
      const client = await open('/stream');
      const binary: unknown[] = [];
      client.socket.on('message', (_data, isBinary) => binary.push(isBinary));
      client.send(auth);
      client.send(listen('trade_updates'));
      await client.hears(2);
      expect(client.heard).toEqual([
        { stream: 'authorization', data: { status: 'authorized', action: 'authenticate' } },
        { stream: 'listening', data: { streams: ['trade_updates'] } },
      ]);
      expect(binary).toEqual(Array(2).fill(tradingFrames === 'binary'));
    });

    it('ends with unauthorized and a close for a bad key', async () => {
      const { open } = await set();
      const client = await open('/stream');
      client.send({ action: 'auth', key: keys.keyId, secret: 'wrong' });
      await until(() => client.closedWith() !== null, 'the close');
      expect(client.heard).toMatchObject([{ data: { status: 'unauthorized' } }]);
    });

    it('refuses listen before authentication; a second listen replaces the first', async () => {
      const { open, post } = await set();
      const client = await open('/stream');
      client.send(listen('trade_updates'));
      await client.hears(1);
      expect(client.heard[0]).toEqual({
        stream: 'authorization',
        data: { status: 'unauthorized', action: 'listen' },
      });
      client.send(auth);
      client.send(listen('trade_updates'));
      client.send(listen());
      await client.hears(4);
      expect(client.heard[3]).toEqual({ stream: 'listening', data: { streams: [] } });
      await post();
      client.send(listen('trade_updates'));
      await client.hears(5);
      expect(client.heard[4]).toMatchObject({ stream: 'listening' });
    });

    it('★ is what the SDK expects, and a bad key what it gives up for', async () => {
      const stage = await set();
      await listening(stage);
      const wrong = await connectSdk(stage.exchange, transport, 'wrong');
      closers.push(wrong.close);
      const stream = wrong.tradingStream();
      stream.connect();
      expect(await stream.whenAuthenticated()).toMatchObject({ status: 'server_rejected' });
    });
  });

  it('case 60 ★: a fill tells its execution, the cumulative order and the signed position', async () => {
    const stage = await set({
      faults: [{ what: { kind: 'partial_fill', percent: 40 }, when: { times: 1 } }],
    });
    const { updates, alpaca } = await listening(stage);
    const sale = { ...buyOne, qty: '10', side: 'sell' } as const;
    await alpaca.trading.orders.market(sale);
    stage.quote('99.99', '100.01');
    await alpaca.trading.orders.market({ ...buyOne, side: 'sell', qty: '2' });
    const fills = () => updates.filter(({ event }) => /fill$/.test(event));
    await until(() => fills().length === 3, 'the fills');
    expect(
      fills().map(({ event, qty, positionQty, order }) => [
        event,
        qty,
        positionQty,
        order.filledQty,
      ]),
    ).toEqual([
      ['partial_fill', '4', '6', '4'],
      ['fill', '6', '0', '10'],
      ['fill', '2', '-2', '2'],
    ]);
    expect(new Set(fills().map(({ executionId }) => executionId)).size).toBe(3);
  });

  it('case 61 ★: what happened while the line was cut is not told again, but can be read', async () => {
    const stage = await set();
    const { updates, alpaca, stream, acknowledged } = await listening(stage, quick);
    stage.exchange.dropStreams();
    await until(() => stream.getState() !== 'authenticated', 'the cut');
    stage.place(marketBuy);
    await until(() => acknowledged() === 2, 'the second listening answer');
    expect(updates).toEqual([]);
    const [missed] = await alpaca.trading.orders.getAllOrders({ status: 'all' });
    expect(missed).toMatchObject({ status: 'filled', filledQty: '1' });
  });

  describe('case 62, the data stream', () => {
    it('★ tells arrays of msgpack, and the SDK reads them', async () => {
      const stage = await set();
      const sdk = await sdkOf(stage);
      const stream = sdk.stockStream();
      const quotes: streaming.StreamQuote[] = [];
      let subscribed: unknown = null;
      stream.onQuote((quote) => quotes.push(quote));
      stream.on('subscription', (channels: unknown) => {
        subscribed = channels;
      });
      stream.subscribeForQuotes(['AAPL']);
      stream.connect();
      await until(() => subscribed !== null, 'the subscription');
      stage.quote('101', '101.02');
      await until(() => quotes.length === 1, 'the quote');
      expect(quotes[0]).toMatchObject({ symbol: 'AAPL', bidPrice: 101, askPrice: 101.02 });
      const second = sdk.stockStream();
      const errors: string[] = [];
      second.onError((error) => errors.push(error));
      second.connect();
      await until(() => errors.length > 0, 'the refusal');
      expect(errors).toEqual(['connection limit exceeded']);
    });

    it('echoes the full set each time', async () => {
      const { open } = await set();
      const client = await open('/v2/iex');
      client.send({ action: 'auth', key: keys.keyId, secret: keys.secret });
      client.send({ action: 'subscribe', trades: ['AAPL'] });
      client.send({ action: 'subscribe', quotes: ['SPY'], bars: ['*'] });
      await client.hears(4);
      expect(client.heard[3]).toMatchObject({ trades: ['AAPL'], quotes: ['SPY'], bars: ['*'] });
    });

    it('refuses a second connection with 406 and the 31st symbol with 405', async () => {
      const { open } = await set();
      const first = await open('/v2/iex');
      first.send({ action: 'auth', key: keys.keyId, secret: keys.secret });
      await first.hears(2);
      const second = await open('/v2/iex');
      second.send({ action: 'auth', key: keys.keyId, secret: keys.secret });
      await second.hears(2);
      expect(second.heard[1]).toEqual({ T: 'error', code: 406, msg: 'connection limit exceeded' });
      const symbols = Array.from({ length: 31 }, (_, place) => `S${place}`);
      first.send({ action: 'subscribe', quotes: symbols });
      await first.hears(3);
      expect(first.heard[2]).toEqual({ T: 'error', code: 405, msg: 'symbol limit exceeded' });
    });

    it('gives up with 404 on a client that does not authenticate', async () => {
      const { open, clock } = await set();
      const client = await open('/v2/iex');
      await client.hears(1);
      await clock.advanceBy(10_000);
      await until(() => client.closedWith() !== null, 'the close');
      expect(client.heard[1]).toEqual({ T: 'error', code: 404, msg: 'auth timeout' });
    });
  });

  it('case 63 ★: a client whose pings stay unanswered comes back once and hears once', async () => {
    const stage = await set({
      faults: [{ id: 'mute', what: { kind: 'no_pong' }, when: { times: 1 } }],
    });
    const patience =
      transport === 'in-process'
        ? { pingIntervalMs: 20, pongWaitMs: 10 }
        : { pingIntervalMs: 400, pongWaitMs: 300 };
    const { acknowledged, updates, alpaca } = await listening(stage, { ...quick, ...patience });
    await until(() => acknowledged() === 2, 'the second connection');
    await alpaca.trading.orders.market(buyOne);
    await until(() => updates.some(({ event }) => event === 'fill'), 'the fill');
    expect(updates.filter(({ event }) => event === 'fill')).toHaveLength(1);
    expect(stage.faults.firedById().get('mute')).toBe(1);
  });

  describe('case 68, the 201st request within a minute', () => {
    it('is refused with 429 until the minute is over', async () => {
      const { ask, clock } = await set();
      const statuses = new Set<number>();
      for (let turn = 0; turn < 200; turn += 1)
        statuses.add((await ask('GET', '/v2/clock')).status);
      expect([...statuses]).toEqual([200]);
      const refused = await ask('POST', '/v2/orders', restingBuy);
      expect(refused).toMatchObject({ status: 429, json: { message: 'too many requests.' } });
      expect(refused.headers.get('retry-after')).toBeNull();
      expect(refused.headers.get('x-ratelimit-limit')).toBeNull();
      await clock.advanceBy(60_000);
      expect((await ask('POST', '/v2/orders', restingBuy)).status).toBe(200);
    });

    it('★ is tried again by the SDK when it reads, and not when it writes', async () => {
      const stage = await set({ control: { token: 'operator-token' } });
      const tried = async (method: string) => {
        const sim = { 'X-Sim-Token': 'operator-token' };
        const { text } = await stage.ask('GET', '/__sim/journal', undefined, sim);
        const entries: { kind: string; what: { method?: string } }[] = JSON.parse(text);
        return entries.filter(({ kind, what }) => kind === 'request' && what.method === method)
          .length;
      };
      stage.faults.add({
        what: { kind: 'answer', status: 429, body: { message: 'too many requests.' } },
      });
      const retrying = await connectSdk(stage.exchange, transport, keys.secret, {
        retry: { maxRetries: 2, retryDelayMs: 1, maxDelayMs: 2 },
      });
      closers.push(retrying.close);
      const { trading } = retrying.alpaca;
      const read = await failureOf(trading.account.getAccount());
      expect(read).toBeInstanceOf(ApiError);
      expect(read).toMatchObject({ status: 429 });
      expect(await failureOf(trading.orders.market(buyOne))).toMatchObject({ status: 429 });
      expect([await tried('GET'), await tried('POST')]).toEqual([3, 1]);
    });
  });

  describe('case 69, an order whose reply says nothing', () => {
    it.each(['504_after_accept', 'truncate', 'reset', 'empty_200', 'apply_then_drop_reply'])(
      'after %s is found by its client order id, once',
      async (id) => {
        const { inject, post, ask } = await set();
        inject(id);
        const outcome = await post().then(
          ({ status }) => status,
          () => 'failed',
        );
        expect(outcome).not.toBe(422);
        const path = '/v2/orders:by_client_order_id?client_order_id=mine';
        expect((await ask('GET', path)).json).toMatchObject({ status: 'new', qty: '1' });
        expect((await post()).json).toMatchObject({ code: 40010001 });
        const all = await ask('GET', '/v2/orders?status=all');
        expect(JSON.parse(all.text)).toHaveLength(1);
      },
    );

    it('that was dropped before is not found, however often one looks', async () => {
      const { inject, post, ask } = await set();
      inject('drop_before');
      await failureOf(post());
      const path = '/v2/orders:by_client_order_id?client_order_id=mine';
      for (let look = 0; look < 6; look += 1) {
        expect(await ask('GET', path)).toMatchObject({ status: 404, json: { code: 40410000 } });
      }
    });

    it('★ and that the SDK cannot make sense of either, is there when it looks', async () => {
      const stage = await set();
      const { alpaca } = await sdkOf(stage);
      for (const id of ['504_after_accept', 'truncate', 'reset', 'empty_200']) {
        stage.inject(id);
        const clientOrderId = `sdk-${id}`;
        const limit = { ...buyOne, limitPrice: '50', clientOrderId };
        expect(await failureOf(alpaca.trading.orders.limit(limit)), id).toBeInstanceOf(Error);
        const found = await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId });
        expect(found, id).toMatchObject({ status: 'new', clientOrderId });
      }
    });
  });

  it('case 70 ★: a position shows a fill five seconds late, while the order is filled', async () => {
    const stage = await set({ latencies: { positionVisibilityMs: 5_000 } });
    const { alpaca } = await sdkOf(stage);
    const stop = stage.place(stopSale);
    stage.trade('89');
    const shown = async () =>
      (await alpaca.trading.positions.getAllOpenPositions()).map(({ symbol, qty }) => [
        symbol,
        qty,
      ]);
    const order = await alpaca.trading.orders.getOrderByOrderID({ orderId: stop });
    expect(order.status).toBe('filled');
    expect(await shown()).toEqual([['AAPL', '10']]);
    await stage.clock.advanceBy(4_999);
    expect(await shown()).toEqual([['AAPL', '10']]);
    // The shares are gone all the same: whoever believes the list sells short.
    const { json } = await stage.post({
      ...marketBuy,
      side: 'sell',
      position_intent: 'sell_to_close',
    });
    expect(json.message).toMatch(/position intent mismatch, inferred: sell_to_open/);
    await stage.clock.advanceBy(1);
    expect(await shown()).toEqual([]);
  });
});
