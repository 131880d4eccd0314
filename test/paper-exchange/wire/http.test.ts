import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type HttpListener, listen } from '../../../src/adapters/system/http-listener.ts';
import { keys, quietExchange, until } from './given.ts';

const headers = { 'APCA-API-KEY-ID': keys.keyId, 'APCA-API-SECRET-KEY': keys.secret };

describe('the exchange on a real socket', () => {
  const servers: HttpListener[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const serve = async () => {
    const given = quietExchange();
    const server = await listen({
      ...{ host: '127.0.0.1', port: 0 },
      onRequest: given.exchange.requestListener,
      onUpgrade: given.exchange.upgradeListener,
    });
    servers.push(server);
    const url = `http://127.0.0.1:${server.port}`;
    const account = (): Promise<number> =>
      fetch(`${url}/v2/account`, { headers }).then(async (response) => {
        await response.text();
        return response.status;
      });
    return { ...given, server, url, account };
  };

  /** Writes bytes on a fresh connection and returns what comes back until it ends. */
  const raw = (port: number, bytes: string, halfClose: boolean): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
      let heard = '';
      socket.on('data', (chunk) => {
        heard += String(chunk);
      });
      socket.on('error', () => resolve(heard));
      socket.on('close', () => resolve(heard));
      socket.on('end', () => {
        socket.end();
        resolve(heard);
      });
      socket.write(bytes);
      if (halfClose) socket.end();
    });

  it('answers with JSON and the status of the exchange', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/v2/account`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/application\/json/);
    expect(await response.json()).toMatchObject({ cash: '99000' });
    const refused = await fetch(`${url}/v2/account`);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ message: 'unauthorized.' });
  });

  it('answers a 204 without a body', async () => {
    const { url } = await serve();
    const order = { symbol: 'AAPL', qty: '1', side: 'buy', type: 'limit', time_in_force: 'day' };
    const posted = await fetch(`${url}/v2/orders`, {
      ...{ method: 'POST', headers, body: JSON.stringify({ ...order, limit_price: '50' }) },
    });
    const { id } = (await posted.json()) as { id: string };
    const canceled = await fetch(`${url}/v2/orders/${id}`, { method: 'DELETE', headers });
    expect([canceled.status, await canceled.text()]).toEqual([204, '']);
  });

  it('refuses a body of more than a megabyte with 413', async () => {
    const { url, account } = await serve();
    const body = 'x'.repeat(1024 * 1024 + 1);
    const response = await fetch(`${url}/v2/orders`, { method: 'POST', headers, body });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('too large') });
    expect(await account()).toBe(200);
  });

  it.each([
    ['bytes that are no HTTP', 'nonsense\r\n\r\n', /^HTTP\/1.1 400/],
    ['a target that is no path', 'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400/],
    ['a half-closed request', 'GET /v2/account HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 401/],
    [
      'a body cut off',
      'POST /v2/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{',
      /^(HTTP\/1.1 400|$)/,
    ],
    [
      'a handshake without a key',
      'GET /stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'an upgrade where no stream is',
      'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      /^HTTP\/1.1 404/,
    ],
  ])('survives %s', async (_what, bytes, answer) => {
    const { server, account } = await serve();
    expect(await raw(server.port, bytes, true)).toMatch(answer);
    expect(await account()).toBe(200);
  });

  it('closes a stream whose frame is larger than a quarter of a megabyte, and lives on', async () => {
    const { url, account } = await serve();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/stream`);
    let closedWith = 0;
    socket.on('close', (code) => {
      closedWith = code;
    });
    socket.on('open', () => socket.send('x'.repeat(256 * 1024 + 1)));
    await until(() => closedWith !== 0, 'the end');
    expect(closedWith).toBe(1009);
    expect(await account()).toBe(200);
  });

  it('answers garbage on a stream in its protocol and forgets clients that vanish', async () => {
    const { url, exchange, account } = await serve();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v2/iex`);
    const heard: unknown[] = [];
    socket.on('message', (data, isBinary) => heard.push([String(data), isBinary]));
    await until(() => heard.length === 1, 'the greeting');
    socket.send(Buffer.from([0xff, 0x00, 0xc1]));
    await until(() => heard.length === 2, 'the error');
    expect(heard).toEqual([
      ['[{"T":"success","msg":"connected"}]', false],
      ['[{"T":"error","code":400,"msg":"invalid syntax"}]', false],
    ]);
    socket.send(JSON.stringify({ action: 'auth', key: keys.keyId, secret: keys.secret }));
    await until(() => heard.length === 3, 'the authentication');
    socket.terminate();
    // The place of the vanished client is free again.
    const client = exchange.wsFactory('ws://127.0.0.1/v2/iex', 'json');
    const answers: string[] = [];
    client.on('message', (data) => answers.push(String(data)));
    const ask = JSON.stringify({ action: 'auth', key: keys.keyId, secret: keys.secret });
    client.on('open', () => client.send(ask));
    await until(() => answers.length === 2, 'an answer');
    expect(await account()).toBe(200);
  });

  it('answers a ping of the protocol by itself', async () => {
    const { url } = await serve();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/stream`);
    let pongs = 0;
    socket.on('pong', () => {
      pongs += 1;
    });
    socket.on('open', () => socket.ping());
    await until(() => pongs === 1, 'the pong');
    socket.close();
  });
});
