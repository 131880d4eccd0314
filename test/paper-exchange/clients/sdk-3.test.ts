import { describe, expect, it } from 'vitest';
import { until } from '../wire/given.ts';
import { onThisMachineOnly, openExchange } from './given.ts';
import { alpaca3At } from './sdk-3.ts';

const oneShare = { symbol: 'AAPL', qty: 1, side: 'buy', type: 'market', time_in_force: 'day' };
const held = { symbol: 'AAPL', qty: '10', side: 'long', current_price: '149' };
const today = { start: '2026-11-02T09:30:00-05:00' };

describe('SDK 3, unmodified, on the exchange', () => {
  const { closeAfter } = onThisMachineOnly();

  async function open(secretKey?: string) {
    const exchange = await openExchange();
    closeAfter(exchange.close);
    return { exchange, alpaca: alpaca3At(exchange, secretKey) };
  }

  it('reads the account, its settings, its history, and changes what it may', async () => {
    const { alpaca } = await open();
    expect(await alpaca.getAccount()).toMatchObject({ status: 'ACTIVE', cash: '99000' });
    expect(await alpaca.getAccountConfigurations()).toMatchObject({ no_shorting: false });
    const changed = alpaca.updateAccountConfigurations({ no_shorting: true });
    expect(await changed).toMatchObject({ no_shorting: true, suspend_trade: false });
    const history = alpaca.getPortfolioHistory({ period: '1M', timeframe: '1D' });
    expect(await history).toMatchObject({ timeframe: '1D', base_value: expect.any(Number) });
  });

  it('reads the clock, the calendar and the assets', async () => {
    const { alpaca } = await open();
    expect(await alpaca.getClock()).toMatchObject({ is_open: true });
    const [start, end] = [new Date('2026-11-26T12:00:00Z'), new Date('2026-11-27T12:00:00Z')];
    expect(await alpaca.getCalendar({ start, end })).toMatchObject([
      { date: '2026-11-27', open: '09:30', close: '13:00' },
    ]);
    expect(await alpaca.getAsset('AAPL')).toMatchObject({ class: 'us_equity', tradable: true });
    const assets = await alpaca.getAssets({ status: 'active', asset_class: 'crypto' });
    expect(assets).toMatchObject([{ symbol: 'BTC/USD' }, { symbol: 'ETH/USD' }]);
  });

  it('takes an order from its creation over a replacement to its end', async () => {
    const { alpaca } = await open();
    const limit = { ...oneShare, type: 'limit', limit_price: 100 };
    const created = (await alpaca.createOrder({ ...limit, client_order_id: 'mine' })) as {
      id: string;
    };
    expect(await alpaca.getOrder(created.id)).toMatchObject({ status: 'new', limit_price: '100' });
    expect(await alpaca.getOrderByClientId('mine')).toMatchObject({ id: created.id });
    const replaced = (await alpaca.replaceOrder(created.id, { qty: 2, limit_price: 101 })) as {
      id: string;
    };
    expect(replaced).toMatchObject({ replaces: created.id, qty: '2', limit_price: '101' });
    expect(await alpaca.getOrders({ status: 'open' })).toMatchObject([{ id: replaced.id }]);
    await alpaca.cancelOrder(replaced.id);
    expect(await alpaca.getOrder(replaced.id)).toMatchObject({ status: 'canceled' });
    await alpaca.createOrder(limit);
    expect(await alpaca.cancelAllOrders()).toMatchObject([{ status: 200 }]);
    expect(await alpaca.getOrders({ status: 'open' })).toEqual([]);
  });

  it('buys, sees the position and the activity, and closes', async () => {
    const { alpaca } = await open();
    expect(await alpaca.getPositions()).toMatchObject([held]);
    await alpaca.createOrder({ ...oneShare, client_order_id: 'bought' });
    expect(await alpaca.getPosition('AAPL')).toMatchObject({ qty: '11' });
    const activities = await alpaca.getAccountActivities({ activityTypes: ['FILL'], pageSize: 1 });
    expect(activities).toMatchObject([{ side: 'buy', qty: '1', price: '149.01' }]);
    expect(await alpaca.closePosition('AAPL')).toMatchObject({ side: 'sell', qty: '11' });
    expect(await alpaca.getPositions()).toEqual([]);
    await alpaca.createOrder(oneShare);
    expect(await alpaca.closeAllPositions()).toMatchObject([{ symbol: 'AAPL', status: 200 }]);
  });

  it('is refused as Alpaca refuses', async () => {
    const { alpaca } = await open();
    const tooMany = { ...oneShare, qty: 11, side: 'sell' };
    await expect(alpaca.createOrder(tooMany)).rejects.toMatchObject({
      response: { status: 403, data: { code: 40310000, existing_qty: '10', available: '10' } },
    });
    await expect(alpaca.getPosition('SPY')).rejects.toMatchObject({
      response: { status: 404, data: { code: 40410000 } },
    });
    const { alpaca: stranger } = await open('wrong');
    await expect(stranger.getAccount()).rejects.toMatchObject({
      response: { status: 401, data: { message: 'unauthorized.' } },
    });
    await expect(stranger.getLatestTrade('AAPL')).rejects.toThrow('code: 401');
  });

  it('reads prices of shares', async () => {
    const { alpaca } = await open();
    expect(await alpaca.getLatestTrade('AAPL')).toMatchObject({ Price: 149, Size: 100 });
    expect(await alpaca.getLatestQuote('AAPL')).toMatchObject({
      ...{ BidPrice: 148.99, AskPrice: 149.01 },
    });
    const trades = await alpaca.getLatestTrades(['AAPL', 'SPY']);
    expect([...(trades as Map<string, unknown>).keys()]).toEqual(['AAPL', 'SPY']);
    const past = await alpaca.getMultiTradesV2(['AAPL', 'SPY'], { ...today, limit: 3 });
    expect((past as Map<string, unknown>).get('SPY')).toMatchObject([{ Price: 149 }]);
    const quotes = await alpaca.getMultiQuotesV2(['SPY'], today);
    expect((quotes as Map<string, unknown>).get('SPY')).toMatchObject([{ AskPrice: 149.01 }]);
    const bars: object[] = [];
    const timeframe = alpaca.newTimeframe(1, alpaca.timeframeUnit.DAY);
    const days = { start: '2026-10-01', end: '2026-11-01', timeframe, limit: 2 };
    for await (const bar of alpaca.getBarsV2('AAPL', days)) bars.push(bar);
    expect(bars).toMatchObject([{ ClosePrice: 149, Volume: 100 }]);
    expect(await alpaca.getSnapshot('AAPL')).toMatchObject({
      ...{ LatestTrade: { Price: 149 }, DailyBar: { ClosePrice: 149 } },
    });
    expect(await alpaca.getNews({ totalLimit: 1 })).toEqual([]);
  });

  it('reads prices of coins', async () => {
    const { alpaca } = await open();
    const pair = 'BTC/USD';
    const latest = await alpaca.getLatestCryptoTrades([pair]);
    expect((latest as Map<string, unknown>).get(pair)).toMatchObject({ Price: 149 });
    const trades = await alpaca.getCryptoTrades([pair], today);
    expect((trades as Map<string, unknown>).get(pair)).toMatchObject([{ Price: 149 }]);
    const books = await alpaca.getCryptoOrderbooks([pair]);
    expect((books as Map<string, unknown>).get(pair)).toMatchObject({ Bids: [{ Price: 148.99 }] });
  });

  it('finds no watchlists, and no corporate actions at their older address', async () => {
    const { alpaca } = await open();
    await expect(alpaca.getWatchlists()).rejects.toMatchObject({ response: { status: 404 } });
    await expect(alpaca.getCorporateActions(['AAPL'], {})).rejects.toThrow('code: 404');
  });

  it('hears what becomes of its orders', async () => {
    const { alpaca } = await open();
    const { trade_ws: socket } = alpaca;
    closeAfter(() => socket.disconnect());
    const told: string[] = [];
    let isConnected = false;
    socket.onOrderUpdate(({ event, order }) => {
      told.push(`${event} ${Reflect.get(order, 'client_order_id')}`);
    });
    socket.onConnect(() => {
      socket.subscribe(['trade_updates', 'account_updates']);
      isConnected = true;
    });
    socket.connect();
    await until(() => isConnected, 'the connection');
    await alpaca.createOrder({ ...oneShare, client_order_id: 'heard' });
    await until(() => told.includes('fill heard'), 'the fill');
    expect(told).toEqual(['pending_new heard', 'new heard', 'fill heard']);
  });

  it('hears prices and halts of shares, and no more of what it has unsubscribed from', async () => {
    const { alpaca, exchange } = await open();
    const socket = alpaca.data_stream_v2;
    closeAfter(() => socket.disconnect());
    const told: object[] = [];
    const tell = (message: object) => told.push(message);
    socket.onConnect(() => {
      socket.subscribeForQuotes(['AAPL']);
      socket.subscribeForTrades(['FB']);
      socket.subscribeForBars(['SPY']);
      socket.subscribeForStatuses(['*']);
    });
    socket.onStockTrade(tell);
    socket.onStockQuote(tell);
    socket.onStockBar(tell);
    socket.onStatuses(tell);
    socket.connect();
    // The exchange adds corrections by itself, which tells its answers from the client's wishes.
    const subscribed = (...names: readonly string[]) =>
      names.every((name) => Reflect.get(socket.getSubscriptions(), name)?.length > 0);
    await until(() => subscribed('corrections', 'statuses'), 'the subscriptions');
    exchange.quote('150', '150.02');
    exchange.trade('150', 'FB');
    exchange.minuteBar('SPY');
    exchange.exchange.run({ do: 'halt', symbol: 'NVDA' });
    await until(() => told.length === 4, 'four messages');
    expect(told).toMatchObject([
      { Symbol: 'AAPL', BidPrice: 150, AskPrice: 150.02 },
      { Symbol: 'FB', Price: 150 },
      { Symbol: 'SPY', ClosePrice: 149 },
      { Symbol: 'NVDA', StatusCode: 'H' },
    ]);
    socket.unsubscribeFromTrades(['FB']);
    await until(() => !subscribed('corrections'), 'the end of the subscription');
    exchange.trade('151', 'FB');
    exchange.quote('151', '151.02');
    await until(() => told.length === 5, 'the next quote');
    expect(told[4]).toMatchObject({ Symbol: 'AAPL', BidPrice: 151 });
  });

  it('hears prices of coins', async () => {
    const { alpaca, exchange } = await open();
    const socket = alpaca.crypto_stream_v1beta3;
    closeAfter(() => socket.disconnect());
    expect(socket.session.url).toBe(`${exchange.ws}/v1beta3/crypto/us`);
    const told: object[] = [];
    let isConnected = false;
    socket.onConnect(() => {
      socket.subscribeForTrades(['BTC/USD']);
      isConnected = true;
    });
    socket.onCryptoTrade((trade) => told.push(trade));
    socket.connect();
    await until(() => isConnected, 'the connection');
    await until(() => {
      exchange.trade('60000', 'BTC/USD');
      return told.length > 0;
    }, 'a trade');
    expect(told[0]).toMatchObject({ Symbol: 'BTC/USD', Price: 60_000 });
  });

  it('is turned away from both kinds of stream with a wrong key', async () => {
    const { alpaca } = await open('wrong');
    const errors: string[] = [];
    for (const socket of [alpaca.trade_ws, alpaca.data_stream_v2]) {
      closeAfter(() => socket.disconnect());
      socket.onError((error) => errors.push(error));
      socket.connect();
    }
    await until(() => errors.length === 2, 'two refusals');
    expect(errors.sort()).toEqual(['auth failed', 'bad key id or secret']);
  });
});
