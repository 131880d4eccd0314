import { expect } from 'vitest';
import WebSocket from 'ws';
import { type HttpListener, listen } from '../../../src/adapters/system/http-listener.ts';
import type { PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { injectionOf, type Scene } from '../../../src/paper-exchange/faults/catalogue.ts';
import { commandSchema } from '../../../src/paper-exchange/protocol/command.ts';
import { keys, quietExchange, type Transport, until } from '../wire/given.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown> & Record<number, Record<string, unknown>>;
};

type Socket = {
  readonly readyState: number;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  send(data: string): void;
  ping(): void;
};

/** One exchange, a client of its requests and streams, and the faults of the catalogue. */
export async function setStage(transport: Transport, options: Partial<PaperExchangeOptions> = {}) {
  const given = quietExchange(options);
  const { exchange, clock } = given;
  const { core, faults } = exchange;
  const server: HttpListener | null =
    transport === 'in-process'
      ? null
      : await listen({
          ...{ host: '127.0.0.1', port: 0 },
          onRequest: exchange.requestListener,
          onUpgrade: exchange.upgradeListener,
        });
  const host = server === null ? 'exchange' : `127.0.0.1:${server.port}`;
  const [accountId = ''] = core.accountIds;

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {
      'APCA-API-KEY-ID': keys.keyId,
      'APCA-API-SECRET-KEY': keys.secret,
    },
  ): Promise<Answer> {
    const init: RequestInit = {
      ...{ method, headers, redirect: 'error' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const url = `http://${host}${path}`;
    const response = await (server === null ? exchange.fetchApi(url, init) : fetch(url, init));
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    const json = isJson ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, text, json };
  }

  /** A client of a stream that keeps what it hears; frames that are no JSON as `garbage`. */
  async function open(path: string) {
    const url = `ws://${host}${path}`;
    const socket: Socket =
      server === null
        ? exchange.wsFactory(url, 'json')
        : new WebSocket(url, { perMessageDeflate: false });
    const heard: Record<string, unknown>[] = [];
    let isOpen = false;
    let closedWith: unknown = null;
    let pongs = 0;
    socket.on('open', () => {
      isOpen = true;
    });
    socket.on('error', () => undefined);
    socket.on('pong', () => {
      pongs += 1;
    });
    socket.on('close', (code) => {
      closedWith = code;
    });
    socket.on('message', (data) => {
      try {
        heard.push(...[JSON.parse(Buffer.from(data as Uint8Array).toString())].flat());
      } catch {
        heard.push({ garbage: true });
      }
    });
    await until(() => isOpen || closedWith !== null, 'the socket');
    return {
      heard,
      socket,
      closedWith: () => closedWith,
      pongs: () => pongs,
      send: (message: unknown) => socket.send(JSON.stringify(message)),
      hears: (count: number) => until(() => heard.length >= count, `${count} messages`),
    };
  }

  /** A client that listens to what becomes of its orders. */
  async function openTrading() {
    const client = await open('/stream');
    client.send({
      ...{ action: 'authenticate', data: { key_id: keys.keyId, secret_key: keys.secret } },
    });
    client.send({ action: 'listen', data: { streams: ['trade_updates'] } });
    await client.hears(2);
    client.heard.length = 0;
    const events = () =>
      client.heard.map(({ data, garbage }) =>
        garbage === true ? 'garbage' : (data as { event: string }).event,
      );
    return { ...client, events };
  }

  /** A client of the data stream that is told everything of AAPL. */
  async function openData(path = '/v2/iex') {
    const client = await open(path);
    client.send({ action: 'auth', key: keys.keyId, secret: keys.secret });
    await client.hears(2);
    const channels = ['trades', 'quotes', 'bars', 'updatedBars', 'dailyBars', 'statuses', 'lulds'];
    const wanted = Object.fromEntries(channels.map((channel) => [channel, ['AAPL']]));
    client.send({ action: 'subscribe', ...wanted });
    await client.hears(3);
    client.heard.length = 0;
    return client;
  }

  const post = (fields: Record<string, unknown> = {}) =>
    ask('POST', '/v2/orders', { ...restingBuy, ...fields });
  const place = (fields: Record<string, unknown>): string => {
    const placed = core.submitOrder(accountId, { symbol: 'AAPL', ...fields });
    if (!('order' in placed)) throw new Error(JSON.stringify(placed.body));
    return placed.order.id;
  };

  function inject(id: string, scene: Partial<Scene> = {}): void {
    const whole = {
      symbol: 'AAPL',
      price: 100,
      shares: 10,
      orderId: '',
      now: clock.now(),
      ...scene,
    };
    const injection = injectionOf(id, whole);
    if (injection === null) throw new Error(`the catalogue has no ${id}`);
    for (const rule of injection.rules ?? []) faults.add(rule);
    for (const input of injection.commands ?? []) {
      expect(exchange.run(commandSchema.parse(input)), id).toMatchObject({ ok: true });
    }
  }

  /** Awaits what comes after exactly so long, and not before. */
  async function arrivesAfter<Result>(ms: number, pending: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settled = pending.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    const dueAt = clock.now() + ms;
    await until(() => clock.nextDueAt() === dueAt, 'the delay');
    await clock.advanceTo(dueAt - 1);
    expect(isSettled).toBe(false);
    await clock.advanceTo(dueAt);
    return settled;
  }

  const close = async (): Promise<void> => {
    exchange.stop();
    await server?.close();
  };
  return {
    ...{
      ...given,
      core,
      faults,
      accountId,
      transport,
      ask,
      post,
      place,
      inject,
      arrivesAfter,
      close,
    },
    ...{ open, openTrading, openData, port: server?.port ?? 0 },
    order: (orderId: string) => core.order(accountId, orderId)?.order,
    byClientId: (id: string) => core.orderByClientOrderId(accountId, id)?.order ?? null,
  };
}

export type Stage = Awaited<ReturnType<typeof setStage>>;

export const restingBuy = {
  ...{ symbol: 'AAPL', qty: '1', side: 'buy', type: 'limit', time_in_force: 'day' },
  ...{ limit_price: '50', client_order_id: 'mine' },
};
export const marketBuy = { ...restingBuy, type: 'market', limit_price: undefined };
export const stopSale = {
  ...{ qty: '10', side: 'sell', type: 'stop', time_in_force: 'gtc', stop_price: '90' },
};

/** What a promise rejects with. */
export const failureOf = (pending: Promise<unknown>): Promise<unknown> =>
  pending.then(
    (value) => {
      throw new Error(`nothing failed: ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );

/** Lets everything that is on its way arrive. */
export async function quiet(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
