import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { quiet, type Stage, setStage } from '../faults/stage.ts';
import { keys, until } from './given.ts';

const keyLines = `APCA-API-KEY-ID: ${keys.keyId}\r\nAPCA-API-SECRET-KEY: ${keys.secret}\r\n`;

describe('a peer that behaves badly', () => {
  const stages: Stage[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const stage of stages.splice(0)) {
      expect((await stage.ask('GET', '/v2/account')).status).toBe(200);
      await stage.close();
    }
  });
  const set = async () => {
    const stage = await setStage('loopback');
    stages.push(stage);
    return stage;
  };

  /** A connection that writes what it is told to, and keeps what it hears. */
  const dial = ({ port }: Stage) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    let heard = '';
    let isOver = false;
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        isOver = true;
      });
    }
    return { socket, heard: () => heard, isOver: () => isOver };
  };

  it('whose headers never end is told so and cut off', async () => {
    const peer = dial(await set());
    peer.socket.write('GET /v2/account HTTP/1.1\r\nHost: x\r\n');
    const pump = (): void => {
      while (!peer.isOver() && peer.socket.write(`X-Filler: ${'y'.repeat(1_000)}\r\n`));
      if (!peer.isOver()) peer.socket.once('drain', pump);
    };
    pump();
    await until(peer.isOver, 'the end');
    expect(peer.heard()).toMatch(/^HTTP\/1.1 431|^$/);
  });

  it('whose body never ends is refused at the limit and cut off', async () => {
    const peer = dial(await set());
    const head = `POST /v2/orders HTTP/1.1\r\nHost: x\r\n${keyLines}Transfer-Encoding: chunked\r\n\r\n`;
    peer.socket.write(head);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let sent = 0;
    const pump = (): void => {
      do sent += 0x10000;
      while (!peer.isOver() && peer.socket.write(chunk));
      if (!peer.isOver()) peer.socket.once('drain', pump);
    };
    pump();
    await until(peer.isOver, 'the end');
    expect(peer.heard()).toMatch(/^HTTP\/1.1 413|^$/);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('that hangs up while its order is being answered changes nothing for the others', async () => {
    const stage = await set();
    stage.faults.add({ where: { method: 'POST' }, what: { kind: 'delay', ms: 1_000 } });
    const peer = dial(stage);
    const body = JSON.stringify({
      ...{ symbol: 'AAPL', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' },
      client_order_id: 'gone',
    });
    const head = `POST /v2/orders HTTP/1.1\r\nHost: x\r\n${keyLines}`;
    peer.socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    await until(() => stage.byClientId('gone') !== null, 'the order');
    peer.socket.resetAndDestroy();
    await stage.clock.advanceBy(1_000);
    expect(stage.byClientId('gone')).toMatchObject({ status: 'filled' });
  });

  it('that closes its half is answered all the same', async () => {
    const peer = dial(await set());
    peer.socket.end(`GET /v2/account HTTP/1.1\r\nHost: x\r\n${keyLines}\r\n`);
    await until(peer.isOver, 'the end');
    expect(peer.heard()).toMatch(/^HTTP\/1.1 200/);
  });

  it('that sends many requests at once without waiting gets its answers in order', async () => {
    const peer = dial(await set());
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${keyLines}\r\n`;
    const paths = ['/v2/clock', '/v2/nowhere', '/v2/account', '/v2/positions/NOPE'];
    peer.socket.write(paths.map(one).join(''));
    await until(() => peer.heard().split('HTTP/1.1').length === 5, 'four answers');
    const statuses = [...peer.heard().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(['200', '404', '200', '404']);
  });

  it.each([
    ['a frame without a mask', Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
    ['a reserved kind of frame', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ['a frame of sixteen exabytes', Buffer.from([0x81, 0xff, ...Array(8).fill(0x7f), 0, 0, 0, 0])],
    ['a text that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
    ['half a frame and silence', Buffer.from([0x81])],
  ])('that sends %s on a stream loses its line at most', async (_what, bytes) => {
    const stage = await set();
    const peer = dial(stage);
    const key = Buffer.from('sixteen bytes ok').toString('base64');
    peer.socket.write(
      `GET /stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    await until(() => peer.heard().includes('101 Switching'), 'the upgrade');
    peer.socket.write(bytes);
    if (bytes.length > 1) await until(peer.isOver, 'the end');
    const client = await stage.openTrading();
    await stage.post();
    await client.hears(2);
    expect(client.events()).toEqual(['pending_new', 'new']);
  });

  it('that never reads its data stream is cut off with 407, and the others hear on', async () => {
    const stage = await setStage('loopback', { streams: { dataConnections: 2 } });
    stages.push(stage);
    const slow = new WebSocket(`ws://127.0.0.1:${stage.port}/v2/iex`);
    let told = '';
    slow.on('message', (data) => {
      told = String(data);
    });
    slow.on('error', () => undefined);
    await until(() => told.includes('connected'), 'the greeting');
    slow.send(JSON.stringify({ action: 'auth', key: keys.keyId, secret: keys.secret }));
    slow.send(JSON.stringify({ action: 'subscribe', quotes: ['AAPL'] }));
    await until(() => told.includes('subscription'), 'the subscription');
    slow.pause();
    const quick = await stage.openData();
    for (let turn = 0; turn < 100; turn += 1) {
      for (let one = 0; one < 2_000; one += 1) stage.quote('100', '100.02');
      await quiet(1);
    }
    const before = quick.heard.length;
    stage.quote('101', '101.02');
    await until(() => quick.heard.length > before, 'a quote');
    let closedWith = 0;
    slow.on('close', (code) => {
      closedWith = code;
    });
    slow.resume();
    await until(() => closedWith !== 0, 'the end');
    expect([closedWith, told]).toEqual([1008, expect.stringContaining('"code":407')]);
  });
});
