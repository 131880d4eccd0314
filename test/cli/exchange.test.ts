import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readState, writeState } from '../../src/paper-exchange/core/state/saved-state.ts';
import { CliProcess, type Ended } from './run-cli.ts';
import { runHere } from './run-here.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bigbrother-exchange-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

type Keys = { readonly keyId: string; readonly secretKey: string };

/** A running exchange, what it printed, and requests to it. */
async function startExchange(...args: readonly string[]) {
  const process = new CliProcess(['exchange', '--port', '0', ...args]);
  const [printed] = await process.says(/^APCA[\s\S]*Ctrl-C/m);
  const url = /APCA_API_BASE_URL=(\S+)/.exec(printed)?.[1] ?? '';
  const accounts: Keys[] = [
    ...printed.matchAll(/APCA_API_KEY_ID=(\S+)\s+APCA_API_SECRET_KEY=(\S+)/g),
  ].map(([, keyId = '', secretKey = '']) => ({ keyId, secretKey }));
  const ask = async (path: string, init: RequestInit = {}, keys = accounts[0]) => {
    const headers = {
      'APCA-API-KEY-ID': keys?.keyId ?? '',
      'APCA-API-SECRET-KEY': keys?.secretKey ?? '',
      ...init.headers,
    };
    const answer = await fetch(`${url}${path}`, { ...init, headers });
    return { status: answer.status, body: JSON.parse((await answer.text()) || 'null') };
  };
  const stop = async (signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> => {
    process.signal(signal);
    return process.ended();
  };
  return { printed, url, accounts, ask, stop, process };
}

const limitBuy = (price: string) => ({
  method: 'POST',
  body: JSON.stringify({
    ...{ symbol: 'KO', qty: '1', side: 'buy', type: 'limit', time_in_force: 'gtc' },
    ...{ limit_price: price, client_order_id: `at ${price}` },
  }),
});

/** One session whose price goes up a cent a minute. */
function minuteBars(): string {
  const minutes = Array.from({ length: 390 }, (_, minute) => {
    const at = new Date(Date.parse('2026-03-10T09:30Z') + minute * 60_000).toISOString();
    const price = (100 + minute / 100).toFixed(2);
    return `${at.slice(0, 16)},${price},${price},${price},${price},400`;
  });
  return `time,open,high,low,close,volume\n${minutes.join('\n')}\n`;
}

const refused = async (because: string | RegExp, ...args: readonly string[]): Promise<void> => {
  const ended = await runHere(['exchange', '--port', '0', ...args]);
  expect(ended.stderr).toMatch(because);
  expect(ended.stderr).not.toMatch(/fault in BigBrother|^\s+at /m);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
};

describe('accounts', () => {
  it('is a margin account with positions unless told otherwise', async () => {
    const exchange = await startExchange();
    expect(exchange.printed).toMatch(/# Account of the keys above: PA\w+, margin/);
    expect((await exchange.ask('/v2/account')).body.multiplier).toBe('4');
    expect((await exchange.ask('/v2/positions')).body).toHaveLength(8);
    expect((await exchange.stop()).code).toBe(0);
  });

  it('can be a cash account, which is never short', async () => {
    const exchange = await startExchange('--account', 'cash');
    const { body } = await exchange.ask('/v2/account');
    expect([body.multiplier, body.shorting_enabled]).toEqual(['1', false]);
    const positions: { side: string }[] = (await exchange.ask('/v2/positions')).body;
    expect(new Set(positions.map(({ side }) => side))).toEqual(new Set(['long']));
    await exchange.stop();
  });

  it.each([
    ['csv', 'symbol,qty,average_entry_price\nAAPL,10,180.5\nXYZ,-3,20\n'],
    [
      'json',
      '[{"symbol":"AAPL","qty":"10","avg_entry_price":"180.5","side":"long"},' +
        '{"symbol":"XYZ","qty":"-3","avg_entry_price":"20"}]',
    ],
  ])('holds what a %s file says', async (extension, content) => {
    const exchange = await startExchange('--positions', file(`held.${extension}`, content));
    const { body } = await exchange.ask('/v2/positions');
    expect(body).toMatchObject([
      { symbol: 'AAPL', qty: '10', avg_entry_price: '180.5' },
      { symbol: 'XYZ', qty: '-3', avg_entry_price: '20' },
    ]);
    await exchange.stop();
  });

  it('can be several, each opened by its own keys alone', async () => {
    const path = file(
      'accounts.json',
      JSON.stringify([
        { cash: '50000', positions: [{ symbol: 'AAPL', qty: '5', averageEntryPrice: '180' }] },
        { kind: 'cash', accountNumber: 'PA2', keyId: 'PKMINE', secretKey: 'mine' },
      ]),
    );
    const { ask, accounts, printed, stop } = await startExchange('--accounts', path);
    expect(accounts[1]).toEqual({ keyId: 'PKMINE', secretKey: 'mine' });
    expect(printed).toMatch(/^# Account PA2, cash:$/m);
    const [first, second] = await Promise.all(accounts.map((keys) => ask('/v2/account', {}, keys)));
    expect(first?.body.cash).toBe('50000');
    expect(second?.body).toMatchObject({ account_number: 'PA2', cash: '100000', multiplier: '1' });
    const crossed = { keyId: 'PKMINE', secretKey: accounts[0]?.secretKey ?? '' };
    expect((await ask('/v2/account', {}, crossed)).status).toBe(401);
    await stop();
  });

  it('says which file is wrong, where, and what would do', async () => {
    await refused('does not exist', '--positions', join(directory, 'absent.csv'));
    await refused(/line 1: the columns are/, '--positions', file('a.csv', 'AAPL,10,180\n'));
    await refused(
      /b\.csv: entry 1, qty must be a decimal/,
      '--positions',
      file('b.csv', 'symbol,qty,average_entry_price\nAAPL,ten,180\n'),
    );
    await refused('is not JSON', '--accounts', file('c.json', '[{'));
    await refused(/d\.json: entry 1, kind/, '--accounts', file('d.json', '[{"kind":"golden"}]'));
    const twice = [{ keyId: 'PKX' }, { keyId: 'PKX' }];
    await refused('two accounts have the key', '--accounts', file('e.json', JSON.stringify(twice)));
    await refused(
      'cannot be used with option',
      ...['--account', 'cash', '--accounts', file('f.json', '[{}]')],
    );
    await refused('Allowed choices are margin, cash', '--account', 'golden');
  }, 30_000);
});

describe('switches', () => {
  it('decide as the file says', async () => {
    const switches = file('switches.json', '{"switches":{"duplicateClientOrderIdStatus":409}}');
    const { ask, stop } = await startExchange('--switches', switches);
    expect((await ask('/v2/orders', limitBuy('30'))).status).toBe(200);
    expect((await ask('/v2/orders', limitBuy('30'))).status).toBe(409);
    await stop();
  });

  it('are refused by name, with what is allowed', async () => {
    const refuse = (content: string, because: string | RegExp) =>
      refused(because, '--switches', file('s.json', content));
    await refuse('{"switches":{"washTradeStats":422}}', 'switches has no "washTradeStats"');
    await refuse(
      '{"switches":{"washTradeStatus":500}}',
      'washTradeStatus is 500; allowed: 403, 422',
    );
    await refuse('{"rest":{"marketDataPlan":"gold"}}', 'allowed: basic, unlimited');
    await refuse('{"washTradeStatus":422}', 'a part "washTradeStatus"');
    await refuse('[]', 'holds no object');
  }, 30_000);
});

describe('time', () => {
  it('passes at the pace that is asked for, or as fast as the machine plays it', async () => {
    const { ask, stop } = await startExchange('--speed', '36000');
    const now = async () => Date.parse((await ask('/v2/clock')).body.timestamp);
    const before = await now();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await now()) - before).toBeGreaterThan(36_000 * 200);
    await stop();
    const racing = await startExchange('--speed', 'max');
    const first = Date.parse((await racing.ask('/v2/clock')).body.timestamp);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const second = Date.parse((await racing.ask('/v2/clock')).body.timestamp);
    expect(second - first).toBeGreaterThan(60_000);
    expect((await racing.stop()).code).toBe(0);
  });

  it('can be sent ahead through the control API, whose token is printed', async () => {
    const exchange = await startExchange('--control');
    const token = /X-Sim-Token: (\S+)/.exec(exchange.printed)?.[1] ?? '';
    const jump = { method: 'POST', body: JSON.stringify({ session: 'post' }) };
    expect((await exchange.ask('/__sim/clock', jump)).status).toBe(401);
    const headers = { 'X-Sim-Token': token };
    const { status, body } = await exchange.ask('/__sim/clock', { ...jump, headers });
    expect([status, body.session]).toEqual([200, 'post']);
    await exchange.stop();
    const without = await startExchange();
    expect((await without.ask('/__sim')).status).toBe(404);
    await without.stop();
  }, 60_000);
});

describe('its end', () => {
  it('comes at once, whatever was to happen later', async () => {
    const bars = file('XYZ.csv', minuteBars());
    const { url, accounts, stop } = await startExchange('--bars', bars, '--speed', '60');
    const [keys] = accounts;
    // The delayed feed tells everything once more, a quarter of an hour later.
    const stream = new WebSocket(`${url.replace('http', 'ws')}/v2/delayed_sip`);
    await once(stream, 'message');
    stream.send(JSON.stringify({ action: 'auth', key: keys?.keyId, secret: keys?.secretKey }));
    await once(stream, 'message');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const askedAt = performance.now();
    expect((await stop()).code).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(3_000);
  });
});

describe('the oracle', () => {
  /** The state of an exchange where a limit of 102.00 waits for a price that is on its way. */
  async function waitingState(): Promise<string> {
    const state = join(directory, 'waiting.json');
    const bars = file('XYZ.csv', minuteBars());
    const given = ['--bars', bars, '--positions', 'XYZ:100@90', '--seed', 'overseen'];
    const exchange = await startExchange(...given, '--speed', '60', '--state', state, '--oracle');
    const order = { symbol: 'XYZ', qty: '100', side: 'sell', type: 'limit', limit_price: '102' };
    const body = JSON.stringify({ ...order, time_in_force: 'gtc' });
    expect((await exchange.ask('/v2/orders', { method: 'POST', body })).status).toBe(200);
    expect((await exchange.stop()).code).toBe(0);
    return state;
  }

  it('finds nothing wrong in a run that is gone on with, and lets it be saved', async () => {
    const state = await waitingState();
    const exchange = await startExchange('--state', state, '--speed', 'max', '--oracle');
    let price = 0;
    while (price < 102.5) price = (await exchange.ask('/v2/stocks/XYZ/trades/latest')).body.trade.p;
    expect((await exchange.ask('/v2/positions')).body).toEqual([]);
    const ended = await exchange.stop();
    expect([ended.code, ended.stderr]).toEqual([0, '']);
  });

  it.each([
    ['at the execution that breaks it', /(,"~1000000000000000",)"~0"(,true)/, 'averagePrice', 2],
    [
      'before a wrong state is saved',
      /(null,"~1000000000000000",)"~0"(,null)/,
      'filledQuantity',
      1,
    ],
  ] as const)('ends the run %s, with the seed and the last events', async (_, of, rule, least) => {
    const state = await waitingState();
    const text = JSON.stringify(readState(readFileSync(state, 'utf8')));
    const broken = text.replace(of, '$1"~10000000000000"$2');
    expect(broken).not.toBe(text);
    const damaged = writeState(JSON.parse(broken));
    writeFileSync(state, damaged);
    const given = ['exchange', '--port', '0', '--speed', 'max', '--state', state, '--oracle'];
    const { code, stderr } = await runHere(given);
    expect(code).toBe(1);
    expect(stderr).toContain(`bigbrother: the paper exchange broke the rule "${rule}"`);
    const [, count, events = ''] =
      /Seed "overseen"; the last (\d+) events:\n([\s\S]*)$/.exec(stderr) ?? [];
    expect(Number(count)).toBeGreaterThanOrEqual(least);
    expect(
      events
        .trim()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).toContain('object');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readState(readFileSync(state, 'utf8')).at).toBe(readState(damaged).at);
  });
});

describe('the page', () => {
  it('is served unless it is not wanted, and shows no key', async () => {
    const { printed, url, accounts, stop } = await startExchange();
    expect(printed).toContain(`# Page: ${url}/`);
    const page = await fetch(url);
    const view = await (await fetch(`${url}/__page/view`)).text();
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    for (const secret of accounts.flatMap(({ keyId, secretKey }) => [keyId, secretKey])) {
      expect(view + (await (await fetch(url)).text())).not.toContain(secret);
    }
    await stop();
    const without = await startExchange('--no-page');
    expect((await fetch(without.url)).status).toBe(401);
    expect((await fetch(`${without.url}/__page/view`)).status).toBe(401);
    await without.stop();
  });
});

describe('state', () => {
  const stateFile = () => join(directory, 'exchange.json');

  it.each(['SIGINT', 'SIGTERM'] as const)('is saved on %s and resumed', async (signal) => {
    const path = file('accounts.json', '[{"accountNumber":"PA1"},{"keyId":"PKB","cash":"7"}]');
    const first = await startExchange('--state', stateFile(), '--accounts', path, '--seed', 's');
    const placed = await first.ask('/v2/orders', limitBuy('30'));
    expect(placed.status).toBe(200);
    const prices = (await first.ask('/v2/stocks/trades/latest?symbols=KO')).body;
    const ended = await first.stop(signal);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(statSync(stateFile()).mode & 0o777).toBe(0o600);

    const second = await startExchange('--state', stateFile());
    expect(second.printed).toMatch(/# Resumed from .* New York\./);
    expect(second.accounts).toEqual(first.accounts);
    const found = await second.ask('/v2/orders:by_client_order_id?client_order_id=at%2030');
    expect(found.body).toMatchObject({ id: placed.body.id, status: placed.body.status });
    expect((await second.ask('/v2/account', {}, second.accounts[1])).body.cash).toBe('7');
    const after = (await second.ask('/v2/stocks/trades/latest?symbols=KO')).body;
    expect(after.trades.KO.t >= prices.trades.KO.t).toBe(true);
    expect((await second.ask('/v2/orders', limitBuy('30'))).body.code).toBe(40010001);
    expect((await second.stop()).code).toBe(0);
  });

  it('plays recorded bars on from where it stopped', async () => {
    const bars = file('XYZ.csv', minuteBars());
    const first = await startExchange('--bars', bars, '--speed', '3600', '--state', stateFile());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = (await first.ask('/v2/clock')).body.timestamp;
    await first.stop();
    const second = await startExchange('--state', stateFile());
    const { timestamp } = (await second.ask('/v2/clock')).body;
    expect(Date.parse(timestamp)).toBeGreaterThan(Date.parse(before));
    expect(Date.parse(timestamp)).toBeLessThan(Date.parse('2026-03-10T20:00:00Z'));
    const { body } = await second.ask('/v2/stocks/trades/latest?symbols=XYZ');
    expect(body.trades.XYZ.p).toBeGreaterThan(100);
    await second.stop();
  });

  it('says what it is already when told to be something else', async () => {
    await (await startExchange('--state', stateFile())).stop();
    await refused(
      /already says --account-number; leave it out/,
      ...['--state', stateFile(), '--account-number', 'PA9'],
    );
  });

  it('that is damaged, foreign or newer is refused and left as it is', async () => {
    await (await startExchange('--state', stateFile())).stop();
    const whole = readFileSync(stateFile(), 'utf8');
    const refuse = async (content: string, because: string) => {
      const path = file('other.json', content);
      await refused(because, '--state', path);
      expect(readFileSync(path, 'utf8')).toBe(content);
    };
    await refuse(whole.slice(0, -9), 'damaged');
    await refuse(whole.replace('100000', '900000'), 'damaged');
    await refuse(whole.replace(/"version":\d+/, '"version":99'), 'newer program');
    await refuse('{"hello":1}', 'not a saved state');
    await refused('cannot be written', '--state', join(directory, 'absent', 'state.json'));
    expect(existsSync(join(directory, 'absent'))).toBe(false);
  }, 30_000);
});
