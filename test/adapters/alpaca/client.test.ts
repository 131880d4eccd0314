import { describe, expect, it } from 'vitest';
import { createAlpacaClient, type FetchApi } from '../../../src/adapters/alpaca/client.ts';
import { listen } from '../../../src/adapters/system/http-listener.ts';
import { json, wireAccount } from './support.ts';

const KEYS = { keyId: 'key', secret: 'secret' };

const recording = (): { readonly urls: string[]; readonly fetchApi: FetchApi } => {
  const urls: string[] = [];
  const fetchApi: FetchApi = async (url) => {
    urls.push(url);
    return json(wireAccount());
  };
  return { urls, fetchApi };
};

describe('the client', () => {
  it.each([
    ['paper', 'https://paper-api.alpaca.markets/v2/account'],
    ['live', 'https://api.alpaca.markets/v2/account'],
    [{ url: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010/v2/account'],
    [{ url: 'http://localhost:4010/' }, 'http://localhost:4010/v2/account'],
    [{ url: 'http://[::1]:4010' }, 'http://[::1]:4010/v2/account'],
  ] as const)('reaches the account of %j at %s', async (endpoint, url) => {
    const { urls, fetchApi } = recording();
    const client = createAlpacaClient({ ...KEYS, endpoint, fetchApi });
    await client.trading.account.getAccountRaw();
    expect(urls).toEqual([url]);
  });

  it('asks market data at its own host, and at the same port of a local exchange', async () => {
    const alpaca = recording();
    const local = recording();
    const ask = (endpoint: 'live' | { url: string }, fetchApi: FetchApi) =>
      createAlpacaClient({ ...KEYS, endpoint, fetchApi }).stocks.stockLatestQuotesRaw({
        symbols: 'AAPL,MSFT',
      });
    await ask('live', alpaca.fetchApi);
    await ask({ url: 'http://127.0.0.1:4010' }, local.fetchApi);
    const path = '/v2/stocks/quotes/latest?symbols=AAPL%2CMSFT';
    expect(alpaca.urls).toEqual([`https://data.alpaca.markets${path}`]);
    expect(local.urls).toEqual([`http://127.0.0.1:4010${path}`]);
  });

  it.each([
    'http://10.0.0.5:4010',
    'https://127.0.0.1:4010',
    'http://127.0.0.1.example.com',
    'https://api.alpaca.markets',
    'ftp://127.0.0.1',
    'not a url',
    '',
  ])('refuses %s as an exchange of this machine', (url) => {
    expect(() => createAlpacaClient({ ...KEYS, endpoint: { url } })).toThrow(
      'is no exchange on this machine',
    );
  });

  it('never takes keys from the environment', async () => {
    process.env.APCA_API_KEY_ID = 'from the environment';
    process.env.APCA_API_SECRET_KEY = 'from the environment';
    process.env.APCA_API_OAUTH_TOKEN = 'from the environment';
    try {
      expect(() => createAlpacaClient({ keyId: '', secret: 's', endpoint: 'paper' })).toThrow(
        'needs a key id and a secret',
      );
      expect(() => createAlpacaClient({ keyId: 'k', secret: '', endpoint: 'paper' })).toThrow(
        'needs a key id and a secret',
      );
      let sent: Headers | null = null;
      const client = createAlpacaClient({
        ...KEYS,
        endpoint: 'paper',
        fetchApi: async (_url, init) => {
          sent = new Headers(init.headers);
          return json(wireAccount());
        },
      });
      await client.trading.account.getAccountRaw();
      const headers = [...(sent ?? new Headers()).entries()].filter(([name]) =>
        /apca|authorization/.test(name),
      );
      expect(headers).toEqual([
        ['apca-api-key-id', 'key'],
        ['apca-api-secret-key', 'secret'],
      ]);
    } finally {
      delete process.env.APCA_API_KEY_ID;
      delete process.env.APCA_API_SECRET_KEY;
      delete process.env.APCA_API_OAUTH_TOKEN;
    }
  });

  it.each([
    ['paper', 'wss://paper-api.alpaca.markets/stream', 'wss://stream.data.alpaca.markets/v2/iex'],
    ['live', 'wss://api.alpaca.markets/stream', 'wss://stream.data.alpaca.markets/v2/iex'],
    [{ url: 'http://127.0.0.1:4010' }, 'ws://127.0.0.1:4010/stream', 'ws://127.0.0.1:4010/v2/iex'],
  ] as const)('opens the streams of %j at %s and %s', (endpoint, tradingUrl, stockUrl) => {
    const urls: string[] = [];
    const client = createAlpacaClient({
      ...KEYS,
      endpoint,
      wsFactory: (url) => {
        urls.push(url);
        return { on: () => {}, send: () => {}, close: () => {} };
      },
    });
    const streams = [client.openTradingStream(), client.openStockStream()];
    for (const stream of streams) stream.connect();
    for (const stream of streams) stream.disconnect();
    expect(urls).toEqual([tradingUrl, stockUrl]);
  });

  it('refuses a request to any other host, whoever rewrote it', async () => {
    const { urls, fetchApi } = recording();
    const client = createAlpacaClient({ ...KEYS, endpoint: 'paper', fetchApi });
    const rewritten = client.trading.account.withPreMiddleware(async ({ init }) => ({
      url: 'https://api.alpaca.markets/v2/account',
      init,
    }));
    await expect(rewritten.getAccountRaw()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('a request to api.alpaca.markets was refused') },
    });
    expect(urls).toEqual([]);
  });

  it('follows no redirect to another host', async () => {
    const target = await listen({
      host: '127.0.0.1',
      port: 0,
      onRequest: (_request, response) => {
        response.writeHead(302, { location: 'http://203.0.113.7/' }).end();
      },
    });
    const endpoint = { url: `http://127.0.0.1:${target.port}` };
    const client = createAlpacaClient({ ...KEYS, endpoint });
    await expect(client.trading.account.getAccountRaw()).rejects.toThrow('The request failed');
    await target.close();
  });
});
