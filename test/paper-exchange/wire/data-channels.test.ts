import type { streaming } from '@alpacahq/alpaca-trade-api';
import { describe, expect, it } from 'vitest';
import { fromNumber } from '../../../src/paper-exchange/core/basics/decimal.ts';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { quiet, type Stage, setStage } from '../faults/stage.ts';
import { closersAfterEach, connectSdk, keys, type Transport, until } from './given.ts';

const minuteMs = 60_000;
const auth = { action: 'auth', key: keys.keyId, secret: keys.secret };

const transports: readonly Transport[] = ['in-process', 'loopback'];
describe.each(transports)('a data stream, %s,', (transport) => {
  const closers = closersAfterEach();
  const set = async (options: Partial<PaperExchangeOptions> = {}): Promise<Stage> => {
    const stage = await setStage(transport, options);
    closers.push(stage.close);
    return stage;
  };
  const subscribed = async (stage: Stage, path: string, channels: object) => {
    const client = await stage.open(path);
    client.send(auth);
    client.send({ action: 'subscribe', ...channels });
    await client.hears(3);
    const echo = client.heard[2];
    client.heard.length = 0;
    return { ...client, echo };
  };
  const minuteBar = ({ exchange, clock }: Stage, close: number, symbol = 'AAPL'): void => {
    const price = fromNumber(close);
    const at = clock.now() - minuteMs;
    exchange.tell({
      kind: 'bar',
      bar: {
        ...{ symbol, at, durationMs: minuteMs, volume: 10, tradeCount: 2, vwap: price },
        ...{ open: price, high: price, low: price, close: price },
      },
    });
  };

  it('tells the day so far with each minute, and minutes that late prints have changed', async () => {
    const stage = await set();
    const client = await subscribed(stage, '/v2/iex', {
      ...{ bars: ['AAPL'], dailyBars: ['AAPL'], updatedBars: ['AAPL'] },
    });
    minuteBar(stage, 100);
    await stage.clock.advanceBy(minuteMs);
    minuteBar(stage, 102);
    const prices = { open: '102', high: '103', low: '102', close: '103', volume: 15 };
    const at = stage.clock.now() - minuteMs;
    stage.exchange.run({
      ...{ do: 'revise_bar', symbol: 'AAPL', at, durationMs: minuteMs, tradeCount: 3, ...prices },
    });
    await client.hears(5);
    expect(client.heard).toMatchObject([
      { T: 'b', c: 100, v: 10 },
      { T: 'd', o: 100, c: 100, v: 10, t: '2026-11-02T05:00:00.000Z' },
      { T: 'b', c: 102, v: 10 },
      { T: 'd', o: 100, h: 102, c: 102, v: 20 },
      { T: 'u', c: 103, v: 15, n: 3 },
    ]);
    const latest = await stage.ask('GET', '/v2/stocks/AAPL/bars/latest?feed=iex');
    expect(latest.json).toMatchObject({ bar: { c: 103 } });
  });

  it('tells no day before the first minute that counts into it', async () => {
    const stage = await set();
    const client = await subscribed(stage, '/v2/iex', { bars: ['AAPL'], dailyBars: ['AAPL'] });
    minuteBar(stage, 100);
    const nineInTheMorning = Date.parse('2026-11-03T09:00:00-05:00');
    await stage.clock.advanceBy(nineInTheMorning - stage.clock.now());
    minuteBar(stage, 101);
    await stage.clock.advanceBy(60 * minuteMs);
    minuteBar(stage, 102);
    await client.hears(5);
    expect(client.heard).toMatchObject([
      ...[
        { T: 'b', c: 100 },
        { T: 'd', c: 100 },
      ],
      { T: 'b', c: 101 },
      ...[
        { T: 'b', c: 102 },
        { T: 'd', o: 102, c: 102, t: '2026-11-03T05:00:00.000Z' },
      ],
    ]);
  });

  it('loses just the messages that a rule names by their event', async () => {
    const lost = ['status', 'updated_bar', 'luld'].map((event) => ({
      ...{ where: { stream: 'data' as const, event }, what: { kind: 'lose' as const } },
    }));
    const stage = await set({ faults: lost });
    const client = await subscribed(stage, '/v2/iex', {
      ...{ statuses: ['*'], lulds: ['*'], bars: ['*'], updatedBars: ['*'] },
    });
    stage.exchange.run({ do: 'halt', symbol: 'AAPL' });
    stage.exchange.run({ do: 'luld', symbol: 'AAPL', limitUp: '105', limitDown: '95' });
    minuteBar(stage, 100);
    const at = stage.clock.now() - minuteMs;
    const revised = { durationMs: minuteMs, open: '1', high: '1', low: '1', close: '1' };
    const counts = { volume: 1, tradeCount: 1 };
    stage.exchange.run({ do: 'revise_bar', symbol: 'AAPL', at, ...revised, ...counts });
    minuteBar(stage, 101);
    await client.hears(2);
    expect(client.heard).toMatchObject([
      { T: 'b', c: 100 },
      { T: 'b', c: 101 },
    ]);
  });

  it('tells corrections and busts of prints to whoever asked for trades', async () => {
    const stage = await set();
    const client = await subscribed(stage, '/v2/iex', { trades: ['AAPL'], lulds: ['*'] });
    expect(client.echo).toMatchObject({ corrections: ['AAPL'], cancelErrors: ['AAPL'] });
    stage.exchange.run({ do: 'correct_trade', symbol: 'AAPL', price: '100.5' });
    stage.exchange.run({ do: 'cancel_trade', symbol: 'AAPL', action: 'cancel' });
    stage.exchange.run({ do: 'luld', symbol: 'SPY', limitUp: '420', limitDown: '380' });
    await client.hears(3);
    expect(client.heard).toMatchObject([
      { T: 'c', S: 'AAPL', oi: 1, op: 100, os: 100, cp: 100.5, cs: 100, x: 'V' },
      { T: 'x', S: 'AAPL', i: 1, p: 100, s: 100, a: 'C' },
      { T: 'l', S: 'SPY', u: 420, d: 380, i: 'B' },
    ]);
  });

  it('tells a volatility pause and its end on the statuses channel', async () => {
    const stage = await set();
    const client = await subscribed(stage, '/v2/iex', { statuses: ['*'] });
    stage.exchange.run({ do: 'pause', symbol: 'AAPL', forMs: 300_000 });
    await stage.clock.advanceBy(300_000);
    await client.hears(2);
    expect(client.heard).toMatchObject([
      { T: 's', S: 'AAPL', sc: 'P', sm: 'Volatility Trading Pause', rc: 'LUDP' },
      { T: 's', S: 'AAPL', sc: 'T', sm: 'Trading Resumption' },
    ]);
  });

  it('keeps pairs of coins on a stream of their own', async () => {
    const stage = await set({
      market: { kind: 'silent', symbols: ['AAPL', 'BTC/USD'] },
      streams: { dataConnections: 2 },
    });
    const coins = await subscribed(stage, '/v1beta3/crypto/us', {
      ...{ quotes: ['*'], orderbooks: ['BTC/USD'], trades: ['BTC/USD'] },
    }).catch((error: unknown) => {
      throw error;
    });
    expect(coins.echo).toEqual({ T: 'error', code: 405, msg: 'symbol limit exceeded' });
    coins.send({ action: 'subscribe', quotes: ['BTC/USD'], orderbooks: ['BTC/USD'] });
    await coins.hears(1);
    expect(coins.heard[0]).toEqual({
      ...{ T: 'subscription', trades: [], quotes: ['BTC/USD'], orderbooks: ['BTC/USD'] },
      ...{ bars: [], updatedBars: [], dailyBars: [] },
    });
    const stocks = await subscribed(stage, '/v2/iex', { quotes: ['AAPL', 'BTC/USD'] });
    coins.heard.length = 0;
    stage.quote('60000', '60010', 'BTC/USD');
    stage.quote('100', '100.02');
    await coins.hears(2);
    await stocks.hears(1);
    await quiet();
    const t = '2026-11-02T17:00:00.000Z';
    expect(coins.heard).toEqual([
      { T: 'q', S: 'BTC/USD', bp: 60000, bs: 100, ap: 60010, as: 100, t },
      {
        ...{ T: 'o', S: 'BTC/USD', r: true, t },
        ...{ b: [{ p: 60000, s: 100 }], a: [{ p: 60010, s: 100 }] },
      },
    ]);
    expect(stocks.heard).toMatchObject([{ T: 'q', S: 'AAPL' }]);
  });

  it('is delayed by a quarter of an hour on delayed_sip', async () => {
    const stage = await set();
    const client = await subscribed(stage, '/v2/delayed_sip', { quotes: ['AAPL'] });
    stage.quote('101', '101.02');
    await stage.clock.advanceBy(15 * minuteMs - 1);
    await quiet();
    expect(client.heard).toEqual([]);
    await stage.clock.advanceBy(1);
    await client.hears(1);
    expect(client.heard[0]).toMatchObject({ bp: 101, t: '2026-11-02T17:00:00.000Z' });
  });

  it('tells a made-up name day and night on the test feed, while somebody listens', async () => {
    const stage = await set();
    await stage.clock.advanceTo(Date.parse('2026-11-07T12:00:00-05:00'));
    const client = await subscribed(stage, '/v2/test', { quotes: ['FAKEPACA'], trades: ['*'] });
    expect(client.echo).toMatchObject({ T: 'error', code: 405 });
    client.send({ action: 'subscribe', quotes: ['FAKEPACA'], trades: ['FAKEPACA'] });
    await client.hears(1);
    client.heard.length = 0;
    await stage.clock.advanceBy(2_000);
    await client.hears(4);
    expect(client.heard.map(({ T, S }) => `${T} ${S}`)).toEqual([
      ...['q FAKEPACA', 't FAKEPACA', 'q FAKEPACA', 't FAKEPACA'],
    ]);
    stage.exchange.dropStreams();
    await until(() => client.closedWith() !== null, 'the end');
    await quiet();
    expect(stage.clock.nextDueAt()).toBeGreaterThan(stage.clock.now() + minuteMs);
  });

  it.each([
    [{ isV2Enabled: false }, '/v2/iex', 408, 'v2 not enabled'],
    [{}, '/v2/sip', 409, 'insufficient subscription'],
    [{ feeds: ['iex'] }, '/v1beta3/crypto/us', 409, 'insufficient subscription'],
  ] as const)('with %j refuses %s with %i', async (streams, path, code, msg) => {
    const client = await (await set({ streams })).open(path);
    client.send(auth);
    await client.hears(2);
    expect(client.heard[1]).toEqual({ T: 'error', code, msg });
    await until(() => client.closedWith() !== null, 'the end');
  });

  it('ends with 500 when the exchange itself fails', async () => {
    const what = { kind: 'stream_error', code: 500 } as const;
    const { open } = await set({ faults: [{ what }] });
    const client = await open('/v2/iex');
    client.send(auth);
    await client.hears(2);
    expect(client.heard[1]).toEqual({ T: 'error', code: 500, msg: 'internal error' });
  });

  it('takes as many connections of an account as its plan allows', async () => {
    const stage = await set({ streams: { dataConnections: 2 } });
    const clients = [await stage.openData(), await stage.openData()];
    stage.quote('101', '101.02');
    for (const client of clients) await client.hears(1);
    const third = await stage.open('/v2/iex');
    third.send(auth);
    await third.hears(2);
    expect(third.heard[1]).toMatchObject({ code: 406 });
  });
});

describe('the trading streams of one account', () => {
  it.each([
    ['all_hear', 2, 2],
    ['newest_hears', 0, 2],
  ] as const)(
    'with %s: the older one hears %i updates, the newer one %i',
    async (tradingStreams, older, newer) => {
      const stage = await setStage('in-process', { streams: { tradingStreams } });
      const clients = [await stage.openTrading(), await stage.openTrading()];
      await stage.post();
      await quiet();
      expect(clients.map(({ heard }) => heard.length)).toEqual([older, newer]);
      clients[1]?.socket.on('close', () => undefined);
      await stage.close();
    },
  );
});

describe('the SDK', () => {
  it('reads every kind of message of both data streams', async () => {
    const stage = await setStage('loopback', {
      market: { kind: 'silent', symbols: ['AAPL', 'BTC/USD'] },
      streams: { dataConnections: 2 },
    });
    const sdk = await connectSdk(stage.exchange, 'loopback');
    const heard: string[] = [];
    const stocks = sdk.stockStream();
    stocks.onUpdatedBar(({ close }) => heard.push(`updated bar ${close}`));
    stocks.onDailyBar(({ close }) => heard.push(`daily bar ${close}`));
    stocks.onBar(({ close }) => heard.push(`bar ${close}`));
    stocks.onStatus(({ statusCode }) => heard.push(`status ${statusCode}`));
    stocks.onLuld(({ indicator }) => heard.push(`luld ${indicator}`));
    stocks.onCorrection(({ correctedPrice }) => heard.push(`correction ${correctedPrice}`));
    stocks.onCancelError(({ action }) => heard.push(`cancel ${action}`));
    stocks.subscribeForTrades(['AAPL']);
    stocks.subscribeForBars(['AAPL']);
    stocks.subscribeForDailyBars(['AAPL']);
    stocks.subscribeForUpdatedBars(['AAPL']);
    stocks.subscribeForStatuses(['AAPL']);
    stocks.subscribeForLulds(['AAPL']);
    const url = `ws://${sdk.base}/v1beta3/crypto/us`;
    const coins = sdk.alpaca.marketData.cryptoStream({ url, reconnect: false });
    coins.onQuote(({ symbol, bidPrice }) => heard.push(`${symbol} ${bidPrice}`));
    coins.onOrderbook(({ bids }: streaming.StreamOrderbook) => heard.push(`book ${bids.length}`));
    coins.subscribeForQuotes(['BTC/USD']);
    coins.subscribeForOrderbooks(['BTC/USD']);
    let subscriptions = 0;
    for (const stream of [stocks, coins]) {
      stream.on('subscription', () => {
        subscriptions += 1;
      });
      stream.connect();
    }
    await until(() => subscriptions === 2, 'two subscriptions');
    const { exchange } = stage;
    const prices = { open: '101', high: '101', low: '101', close: '101', volume: 1 };
    const bar = { symbol: 'AAPL', at: stage.clock.now() - minuteMs, durationMs: minuteMs };
    exchange.run({ do: 'bar', ...bar, ...prices, tradeCount: 1 });
    exchange.run({ do: 'revise_bar', ...bar, ...prices, close: '102', tradeCount: 1 });
    exchange.run({ do: 'luld', symbol: 'AAPL', limitUp: '110', limitDown: '90' });
    exchange.run({ do: 'halt', symbol: 'AAPL' });
    exchange.run({ do: 'correct_trade', symbol: 'AAPL', price: '99' });
    exchange.run({ do: 'cancel_trade', symbol: 'AAPL', action: 'error' });
    stage.quote('60000', '60010', 'BTC/USD');
    await until(() => heard.length === 9, 'nine messages');
    expect(heard.toSorted()).toEqual([
      ...['BTC/USD 60000', 'bar 101', 'book 1', 'cancel E', 'correction 99', 'daily bar 101'],
      ...['luld B', 'status H', 'updated bar 102'],
    ]);
    coins.disconnect();
    await sdk.close();
    await stage.close();
  });
});
