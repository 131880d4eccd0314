import type { AlpacaClientOptions } from '@alpacahq/alpaca-trade-api';
import { describe, expect, it } from 'vitest';
import { keys, until } from '../wire/given.ts';
import { onThisMachineOnly, openExchange } from './given.ts';
import { alpacaAt, examplesUnder, run } from './sdk-4.ts';

/** What the examples take from their streams, and what they leave to the reader. */
type Stream = { on(event: 'subscription', listener: () => void): unknown };

describe('the guide in the SDK 4 README, each example as it is written', () => {
  const { closeAfter } = onThisMachineOnly();

  async function reader() {
    const exchange = await openExchange();
    closeAfter(exchange.close);
    const connect = (options: AlpacaClientOptions = {}) => {
      const client = alpacaAt(exchange, options);
      closeAfter(client.disconnect);
      return client.alpaca;
    };
    const told: string[] = [];
    const tell = (...words: readonly unknown[]) => told.push(words.join(' '));
    const { keyId, secret } = keys;
    const names = {
      ...{ alpaca: connect(), keyId, secret },
      Alpaca: function PointedAlpaca(options: AlpacaClientOptions) {
        return connect(options);
      },
      console: { log: tell, warn: tell, error: tell, info: tell },
      process: { env: { APCA_API_KEY_ID: keyId, APCA_API_SECRET_KEY: secret } },
    };
    const read = async <Variables extends object>(
      heading: string,
      { place = 0, wanted = [] as readonly string[], more = {} } = {},
    ): Promise<Variables> => {
      const code = examplesUnder(heading)[place] ?? '';
      expect(code, heading).not.toBe('');
      return (await run(code, { ...names, ...more }, wanted)) as Variables;
    };
    return { exchange, alpaca: names.alpaca, told, read };
  }

  async function subscribed(...streams: readonly Stream[]): Promise<void> {
    const acknowledged = new Set<Stream>();
    for (const stream of streams) stream.on('subscription', () => acknowledged.add(stream));
    await until(() => acknowledged.size === streams.length, 'the subscriptions');
  }

  it('Quick start: an account, an order and a bar that is streamed', async () => {
    const { exchange, alpaca, told, read } = await reader();
    const { account, positions, bars } = await read<{
      account: { cash: string };
      positions: readonly unknown[];
      bars: Stream;
    }>('## Quick start: the `Alpaca` client', { wanted: ['account', 'positions', 'bars'] });
    await subscribed(bars);
    exchange.minuteBar('AAPL');
    await until(() => told.length > 0, 'the bar');
    expect(told).toEqual(['AAPL 149']);
    expect(account.cash).toBe('99000');
    expect(positions).toMatchObject([{ symbol: 'AAPL', qty: '10' }]);
    const [order] = await alpaca.trading.orders.getAllOrders({ status: 'all' });
    expect(order).toMatchObject({ status: 'filled', filledAvgPrice: '149.01' });
  });

  it('Order-submission safety: an order is found by its own id, and taken once', async () => {
    const { alpaca, read } = await reader();
    const { clientOrderId } = await read<{ clientOrderId: string }>('### Order-submission safety', {
      wanted: ['clientOrderId'],
    });
    const found = await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId });
    expect(found).toMatchObject({ symbol: 'AAPL', status: 'filled' });
    const order = { symbol: 'AAPL', qty: 1, side: 'buy', clientOrderId } as const;
    await expect(alpaca.trading.orders.market(order)).rejects.toMatchObject({ code: 40010001 });
  });

  it('Typed errors: an order that is not there is a NotFoundError', async () => {
    const { told, read } = await reader();
    const orderId = '00000000-0000-4000-8000-000000000000';
    await read('### Typed errors', { more: { orderId } });
    expect(told).toEqual(['no such order']);
  });

  it('Response headers: an answer has its status and its request id', async () => {
    const { read } = await reader();
    const { res } = await read<{ res: { status: number; headers: Headers } }>(
      '### Response headers (`withResponse`)',
      { wanted: ['res'] },
    );
    expect(res.status).toBe(200);
    expect(res.headers.get('X-Request-ID')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('Placing orders: one of each kind', async () => {
    const { alpaca, read } = await reader();
    await read('## Placing orders');
    const placed = await alpaca.trading.orders.getAllOrders({ status: 'all', nested: true });
    expect(placed.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
      'limit filled',
      'limit filled',
      'market filled',
      'stop new',
      'stop_limit new',
      'trailing_stop new',
    ]);
    const bracket = placed.find(({ orderClass }) => orderClass === 'bracket');
    expect(bracket?.legs?.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
      'limit new',
      'stop_limit held',
    ]);
  });

  it('Workflow helpers: all is closed, and an order is waited for', async () => {
    const { alpaca, told, read } = await reader();
    await read('## Workflow helpers');
    expect(told).toEqual(['filled 149.01']);
    const positions = await alpaca.trading.positions.getAllOpenPositions();
    expect(positions).toMatchObject([{ symbol: 'AAPL', qty: '1' }]);
  });

  it('Pagination and large fetches: the bars of every symbol', async () => {
    const { read } = await reader();
    const { bars } = await read<{ bars: object }>('## Pagination', { wanted: ['bars'] });
    expect(Object.keys(bars)).toEqual(['AAPL', 'MSFT']);
    const more = { start: new Date('2026-10-01'), bigList: ['AAPL', 'MSFT', 'SPY', 'NVDA'] };
    const { basket } = await read<{ basket: Record<string, readonly unknown[]> }>(
      '### Bounding large fetches',
      { wanted: ['basket'], more },
    );
    expect(Object.keys(basket).sort()).toEqual(['AAPL', 'MSFT', 'NVDA', 'SPY']);
    expect(basket.SPY).toMatchObject([{ close: 149, volume: 100 }]);
  });

  it('Normalized shapes: history goes on in the stream, and makes a chart', async () => {
    const { exchange, read } = await reader();
    type Bars = { readonly AAPL: readonly object[] };
    const { history, stream } = await read<{ history: Bars; stream: Stream }>(
      '## Normalized market-data shapes (REST + streaming unified)',
      { wanted: ['history', 'stream'] },
    );
    await subscribed(stream);
    const past = history.AAPL.length;
    exchange.minuteBar('AAPL');
    await until(() => history.AAPL.length > past, 'the bar');
    expect(history.AAPL.at(-1)).toMatchObject({ symbol: 'AAPL', open: 149, close: 149 });
    await read('### Chart-ready helpers', { more: { history } });
  });

  it('Real-time streaming: bars on one stream, updates of orders on the other', async () => {
    const { exchange, alpaca, told, read } = await reader();
    const pushToClients = ({ symbol, close }: { symbol: string; close: number }) =>
      told.push(`${symbol} closes at ${close}`);
    const { stocks, updates } = await read<{ stocks: Stream; updates: Stream }>(
      '## Real-time streaming',
      { wanted: ['stocks', 'updates'], more: { pushToClients } },
    );
    await subscribed(stocks, updates);
    exchange.minuteBar('MSFT');
    const order = { symbol: 'AAPL', qty: 1, side: 'buy', clientOrderId: 'streamed' } as const;
    await alpaca.trading.orders.market(order);
    await until(() => told.includes('fill AAPL streamed'), 'the fill');
    expect(told).toContain('MSFT closes at 149');
    expect(told.filter((line) => line.endsWith('streamed'))).toEqual([
      'pending_new AAPL streamed',
      'new AAPL streamed',
      'fill AAPL streamed',
    ]);
  });

  it('Real-time streaming: a url of its own leads to the exchange', async () => {
    const { exchange, told, alpaca } = await reader();
    const [, example = ''] = examplesUnder('## Real-time streaming');
    const code = example.replace('wss://proxy.internal', exchange.ws);
    const console = { log: told.push, warn: told.push, error: told.push, info: told.push };
    const { result } = (await run(code, { alpaca, console }, ['result'])) as { result: object };
    expect(result).toMatchObject({ authenticated: true });
  });
});
