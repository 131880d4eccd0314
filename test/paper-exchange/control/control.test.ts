import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import { decimal } from '../../../src/paper-exchange/core/basics/decimal.ts';
import { PaperExchange, type PaperExchangeOptions } from '../../../src/paper-exchange/exchange.ts';
import { restingBuy, type Stage, setStage, stopSale } from '../faults/stage.ts';
import { keys, mondayNoon, type Transport, until } from '../wire/given.ts';

const token = 'operator-token';
const sim = { 'X-Sim-Token': token };
const trading = { 'APCA-API-KEY-ID': keys.keyId, 'APCA-API-SECRET-KEY': keys.secret };

const transports: readonly Transport[] = ['in-process', 'loopback'];
describe.each(transports)('the control API, %s,', (transport) => {
  const stages: Stage[] = [];
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.close();
  });
  const set = async (options: Partial<PaperExchangeOptions> = { control: { token } }) => {
    const stage = await setStage(transport, options);
    stages.push(stage);
    const command = (body: unknown) => stage.ask('POST', '/__sim/commands', body, sim);
    return { ...stage, command };
  };

  it('is not there unless it was asked for', async () => {
    const { ask } = await set({});
    for (const headers of [{}, sim]) {
      expect((await ask('GET', '/__sim', undefined, headers)).status).toBe(401);
    }
    expect((await ask('GET', '/__sim', undefined, trading)).status).toBe(404);
    expect((await ask('POST', '/__sim/reset', {}, { ...trading, ...sim })).status).toBe(404);
  });

  it('opens to its token alone, and its token to nothing else', async () => {
    const { ask } = await set();
    for (const headers of [
      {},
      trading,
      { 'X-Sim-Token': 'operator-tokem' },
      { 'X-Sim-Token': '' },
    ]) {
      expect((await ask('GET', '/__sim/faults', undefined, headers)).status).toBe(401);
    }
    expect((await ask('GET', '/__sim/faults', undefined, sim)).status).toBe(200);
    expect((await ask('GET', '/v2/account', undefined, sim)).status).toBe(401);
    const asKeys = { 'APCA-API-KEY-ID': token, 'APCA-API-SECRET-KEY': token };
    expect((await ask('GET', '/v2/account', undefined, asKeys)).status).toBe(401);
  });

  it('says how things are', async () => {
    const { ask, accountId } = await set();
    expect((await ask('GET', '/__sim', undefined, sim)).json).toMatchObject({
      now: '2026-11-02T17:00:00.000Z',
      session: 'regular',
      accounts: [{ id: accountId, cash: '99000', positions: [{ symbol: 'AAPL', qty: '10' }] }],
      streams: { trading: 0, data: 0 },
      faults: [],
    });
    expect((await ask('GET', '/__sim/weather', undefined, sim)).status).toBe(404);
  });

  it('pushes quotes, trades and bars into the market', async () => {
    const { ask, command, place, order } = await set();
    const id = place({ ...stopSale, stop_price: '95' });
    await command({ do: 'quote', symbol: 'AAPL', bid: '94.5', ask: '94.6' });
    expect(order(id)?.status).toBe('new');
    expect((await command({ do: 'trade', symbol: 'AAPL', price: '94.9' })).status).toBe(200);
    expect(order(id)?.status).toBe('filled');
    const bar = { open: '94', high: '96', low: '93', close: '95' };
    await command({ do: 'bar', symbol: 'AAPL', at: '2026-11-02T16:59:00Z', ...bar });
    const { json } = await ask('GET', '/v2/stocks/AAPL/bars/latest?feed=iex');
    expect(json).toMatchObject({ bar: { o: 94, h: 96, l: 93, c: 95 } });
  });

  it('halts and resumes, changes assets, and loads accounts', async () => {
    const { ask, command, post } = await set();
    await command({ do: 'halt', symbol: 'AAPL' });
    const { json } = await post({ type: 'market', limit_price: undefined });
    expect((await ask('GET', `/v2/orders/${json.id}`)).json.status).toBe('new');
    await command({ do: 'resume', symbol: 'AAPL' });
    expect((await ask('GET', `/v2/orders/${json.id}`)).json.status).toBe('filled');
    await command({ do: 'asset', symbol: 'SPY', shortable: false });
    expect((await ask('GET', '/v2/assets/SPY')).json).toMatchObject({
      ...{ shortable: false, tradable: true },
    });
    await command({
      ...{ do: 'account', cash: '5000' },
      positions: [
        { symbol: 'AAPL', qty: '0', averageEntryPrice: '0' },
        { symbol: 'SPY', qty: '-3', averageEntryPrice: '400' },
      ],
    });
    expect((await ask('GET', '/v2/account')).json.cash).toBe('5000');
    const positions = JSON.parse((await ask('GET', '/v2/positions')).text);
    expect(positions).toMatchObject([{ symbol: 'SPY', qty: '-3', side: 'short' }]);
  });

  it('does what somebody else with the account would do, and passes refusals on', async () => {
    const { ask, command, place } = await set();
    const body = { symbol: 'AAPL', qty: '10', side: 'sell', type: 'market', time_in_force: 'day' };
    const id = place(stopSale);
    expect(await command({ do: 'order', body })).toMatchObject({
      ...{ status: 403, json: { related_orders: [id] } },
    });
    expect((await command({ do: 'cancel', orderId: id })).status).toBe(200);
    expect((await command({ do: 'order', body })).json).toMatchObject({
      result: { symbol: 'AAPL', status: 'pending_new' },
    });
    expect((await ask('GET', '/v2/positions/AAPL')).status).toBe(404);
  });

  it('refuses in words what it cannot do', async () => {
    const { command } = await set();
    const wrong = [
      { do: 'dance' },
      { do: 'quote', symbol: 'AAPL', bid: '1' },
      { do: 'halt', symbol: 'NOPE' },
      { do: 'cancel', account: 'PA0', orderId: 'x' },
      { do: 'account', positions: [{ symbol: 'NOPE', qty: '1', averageEntryPrice: '1' }] },
      { do: 'correct_trade', symbol: 'SPY', price: '1' },
      'nonsense',
    ];
    for (const body of wrong) {
      const { status, json } = await command(body);
      expect([status, typeof json.message]).toEqual([422, 'string']);
    }
  });

  it('adds, lists and removes faults', async () => {
    const { ask } = await set();
    const once = { id: 'once', where: { route: '/v2/clock' }, when: { times: 1 } };
    const rule = { ...once, what: { kind: 'answer', status: 503 } };
    const added = await ask('POST', '/__sim/faults', [rule, { what: { kind: 'no_pong' } }], sim);
    expect(added.json).toEqual({ ids: ['once', 'fault-2'] });
    expect((await ask('GET', '/v2/clock')).status).toBe(503);
    expect((await ask('GET', '/v2/clock')).status).toBe(200);
    const { json } = await ask('GET', '/__sim/faults', undefined, sim);
    expect(json).toMatchObject({
      rules: [
        { rule: { id: 'once' }, matched: 2, fired: 1 },
        { rule: { id: 'fault-2' }, fired: 0 },
      ],
      fired: { once: 1 },
    });
    expect((await ask('DELETE', '/__sim/faults/once', undefined, sim)).status).toBe(204);
    expect((await ask('DELETE', '/__sim/faults/once', undefined, sim)).status).toBe(404);
    const twice = [rule, rule];
    expect((await ask('POST', '/__sim/faults', twice, sim)).status).toBe(422);
    expect((await ask('DELETE', '/__sim/faults', undefined, sim)).status).toBe(204);
    const left = await ask('GET', '/__sim/faults', undefined, sim);
    expect(left.json).toMatchObject({ rules: [], fired: { once: 1 } });
  });

  it('brings about what the catalogue names', async () => {
    const { ask, post } = await set();
    const listed = await ask('GET', '/__sim/faults/catalogue', undefined, sim);
    expect(JSON.parse(listed.text)).toContainEqual(expect.objectContaining({ id: 'B17' }));
    expect((await ask('POST', '/__sim/faults/N02', {}, sim)).json).toMatchObject({ ids: ['N02'] });
    expect((await post()).status).toBe(429);
    const scene = { symbol: 'AAPL' };
    const closed = await ask('POST', '/__sim/faults/B26', scene, sim);
    expect(closed.json).toMatchObject({ ids: [], results: [{ ok: true }] });
    expect((await ask('GET', '/v2/positions/AAPL')).status).toBe(404);
    expect((await ask('POST', '/__sim/faults/Z99', {}, sim)).status).toBe(404);
  });

  it('writes down every request, reply and event, but no key', async () => {
    const { ask, post, accountId } = await set({ control: { token, journalEntries: 50 } });
    await post({ type: 'market', limit_price: undefined });
    await ask('POST', '/__sim/faults', { id: 'lost', what: { kind: 'drop_before' } }, sim);
    await ask('GET', '/v2/account').catch(() => undefined);
    const { text } = await ask('GET', '/__sim/journal', undefined, sim);
    const entries: { kind: string; sequence: number; what: Record<string, unknown> }[] =
      JSON.parse(text);
    const kinds = entries.map(({ kind }) => kind);
    expect(kinds).toEqual([
      ...['event', 'event', 'request', 'event', 'event', 'event', 'reply'],
      ...['request', 'fault', 'reply'],
    ]);
    const [, , request, , , fill, reply, , fault, lost] = entries;
    expect(request?.what).toMatchObject({ method: 'POST', path: '/v2/orders', accountId });
    expect(fill?.what).toMatchObject({ stream: 'trade_updates', data: { event: 'fill' } });
    expect(reply?.what).toMatchObject({ request: request?.sequence, status: 200 });
    expect(fault?.what).toEqual({ id: 'lost', kind: 'drop_before' });
    expect(lost?.what).toMatchObject({ outcome: 'closed' });
    expect(text).not.toContain(keys.secret);
    const since = await ask('GET', '/__sim/journal?after=7&limit=1', undefined, sim);
    expect(JSON.parse(since.text)).toMatchObject([{ sequence: 8 }]);
    await ask('DELETE', '/__sim/faults', undefined, sim);
    for (let turn = 0; turn < 100; turn += 1) await ask('GET', '/v2/clock');
    const after = await ask('GET', '/__sim/journal', undefined, sim);
    expect(JSON.parse(after.text)).toHaveLength(50);
  });

  it('starts the accounts anew, while the market goes on', async () => {
    const { ask, command, place, exchange, core, accountId } = await set();
    await command({ do: 'quote', symbol: 'AAPL', bid: '107', ask: '107.02' });
    place(stopSale);
    place({ ...restingBuy, side: 'sell', symbol: 'SPY' });
    await ask('POST', '/__sim/faults', { what: { kind: 'lose' } }, sim);
    expect((await ask('POST', '/__sim/reset', {}, sim)).json).toMatchObject({ faults: [] });
    expect(JSON.parse((await ask('GET', '/v2/orders?status=all')).text)).toEqual([]);
    const [position] = JSON.parse((await ask('GET', '/v2/positions')).text);
    expect(position).toMatchObject({ symbol: 'AAPL', qty: '10', qty_available: '10' });
    expect(core.latestQuote('AAPL')?.bidPrice).toBe(decimal('107'));
    exchange.faults.add({ what: { kind: 'reject' } });
    expect(place(stopSale)).toMatch(/-/);
    const [order] = core.listOrders(accountId, {
      ...{ status: 'all', limit: 1, after: null, until: null, afterOrderId: null },
      ...{ beforeOrderId: null, direction: 'desc', nested: false, symbols: null, side: null },
    });
    expect(order?.order.status).toBe('rejected');
  });

  it('answers 500 where it fails itself, tells its owner, and lives on', async () => {
    const faults: unknown[] = [];
    const onFault = (error: unknown) => faults.push(error);
    const { ask, exchange } = await set({ control: { token }, onFault });
    Object.defineProperty(exchange.faults, 'clear', {
      value: () => {
        throw new Error('on purpose');
      },
    });
    const { status, json } = await ask('POST', '/__sim/reset', {}, sim);
    expect([status, json]).toEqual([500, { message: 'internal server error' }]);
    expect(faults).toMatchObject([{ message: 'on purpose' }]);
    expect((await ask('GET', '/__sim', undefined, sim)).status).toBe(200);
  });

  it('cannot set a clock that goes by itself', async () => {
    const { ask } = await set();
    const { status, json } = await ask('POST', '/__sim/clock', { byMs: 1 }, sim);
    expect([status, json.message]).toEqual([409, expect.stringContaining('by itself')]);
  });
});

describe('the control API on virtual time', () => {
  const set = () => {
    const clock = new VirtualClock(mondayNoon);
    const exchange = new PaperExchange(
      {
        ...{ seed: 'x', market: { kind: 'silent', symbols: ['AAPL'] } },
        accounts: [{ keyId: 'key', secretKey: 'secret', cash: '1000', multiplier: '1' }],
        control: { token, advanceTo: (at) => clock.advanceTo(at) },
      },
      clock,
    );
    exchange.start();
    const setClock = async (body: unknown) => {
      const response = await exchange.fetchApi('http://exchange/__sim/clock', {
        ...{ method: 'POST', headers: sim, body: JSON.stringify(body) },
      });
      return { status: response.status, json: (await response.json()) as { now: string } };
    };
    return { clock, exchange, setClock };
  };

  it('advances by a while, to an instant, or to a session', async () => {
    const { setClock } = set();
    const at = async (body: unknown) => (await setClock(body)).json;
    expect(await at({ byMs: 60_000 })).toMatchObject({ now: '2026-11-02T17:01:00.000Z' });
    expect(await at({ to: '2026-11-02T15:59:00-05:00' })).toMatchObject({ session: 'regular' });
    expect(await at({ session: 'post' })).toMatchObject({
      ...{ now: '2026-11-02T21:00:00.000Z', session: 'post' },
    });
    expect(await at({ session: 'closed' })).toMatchObject({
      ...{ now: '2026-11-03T01:00:00.000Z', session: 'overnight' },
    });
    expect(await at({ session: 'overnight' })).toMatchObject({ now: '2026-11-04T01:00:00.000Z' });
    expect(await at({ session: 'regular' })).toMatchObject({ now: '2026-11-04T14:30:00.000Z' });
  });

  it('does not go back, nor anywhere it does not understand', async () => {
    const { setClock } = set();
    expect((await setClock({ to: '2026-11-01T00:00:00Z' })).status).toBe(422);
    expect((await setClock({ session: 'lunch' })).status).toBe(422);
    expect((await setClock('now')).status).toBe(422);
  });

  it('says so when time is being advanced already', async () => {
    const { clock, setClock } = set();
    const statuses: number[] = [];
    clock.after(1_000, () => {
      void setClock({ byMs: 1 }).then(({ status }) => statuses.push(status));
    });
    await clock.advanceBy(2_000);
    await until(() => statuses.length === 1, 'the answer');
    expect(statuses).toEqual([409]);
  });
});

describe('a control token', () => {
  it.each([
    ['short', /at least 8/],
    [keys.secret, /must not be a key/],
    [keys.keyId.padEnd(8, 'X'), null],
  ])('%s is judged before the exchange opens', async (given, problem) => {
    const opening = setStage('in-process', { control: { token: given } });
    if (problem === null) await (await opening).close();
    else await expect(opening).rejects.toThrow(problem);
  });

  it('does not open the control API through a path that leads there by dots', async () => {
    const stage = await setStage('loopback', { control: { token } });
    const { connect } = await import('node:net');
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(stage.port, '127.0.0.1');
      socket.on('data', (data) => {
        resolve(String(data));
        socket.destroy();
      });
      const head = `GET /v2/../__sim HTTP/1.1\r\nHost: x\r\nX-Sim-Token: ${token}\r\n\r\n`;
      socket.write(head);
    });
    expect(answer).toMatch(/^HTTP\/1.1 401/);
    await stage.close();
  });
});
