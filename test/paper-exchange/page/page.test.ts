import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VIEW_PATH } from '../../../src/paper-exchange/page/page.ts';
import type { PageView } from '../../../src/paper-exchange/page/view.ts';
import { MARKUP, shownExchange } from './given.ts';

type Shown = Awaited<ReturnType<typeof shownExchange>>;

let shown: Shown;
beforeAll(async () => {
  shown = await shownExchange();
});
afterAll(async () => {
  shown.exchange.stop();
  await shown.server.close();
});

const view = async (): Promise<PageView> => {
  const answer = await fetch(new URL(VIEW_PATH, shown.url));
  return JSON.parse(await answer.text());
};

/** As fetch, but with a Host of one's own. */
const statusWithHost = (host: string, method = 'GET'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: shown.server.port, method, headers: { host } };
    request({ ...options, path: VIEW_PATH }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('what the page is told', () => {
  it('is every account with its positions and orders, held legs included', async () => {
    const { accounts } = await view();
    expect(accounts).toHaveLength(2);
    expect(accounts[0]).toMatchObject({ number: 'PA123', multiplier: '4' });
    expect(accounts[0]?.positions[0]).toMatchObject({
      ...{ symbol: 'AAPL', qty: '100', available: '0', entry: '178', price: '180.02' },
      gain: '202',
    });
    const orders = accounts[0]?.orders.map(({ what, status }) => [what, status]);
    expect(orders).toHaveLength(4);
    expect(orders).toContainEqual(['sell 10 stop_limit 405 / 404', 'held']);
    expect(orders).toContainEqual(['sell 60 stop 171', 'new']);
  });

  it('is the clock, the tape, what became of orders and the faults in force', async () => {
    const { clock, tape, updates, faults } = await view();
    expect(clock).toMatchObject({ session: 'regular', nextClose: '2026-11-02T21:00:00.000Z' });
    expect(tape[0]).toMatchObject({ symbol: 'MSFT', price: '420.15', move: 1 });
    expect(tape[1]).toMatchObject({ symbol: 'AAPL', price: '180.02', move: -1 });
    expect(updates.map(({ event }) => event)).toContain('fill');
    expect(faults[0]).toEqual({ id: 'slow orders', what: 'delay · POST · /v2/orders', fired: 0 });
  });

  it('holds no key and no secret, and neither does the page', async () => {
    for (const path of ['/', VIEW_PATH]) {
      const text = await (await fetch(new URL(path, shown.url))).text();
      expect(text).not.toMatch(/PKSECRET|hidden-/);
    }
  });

  it('forgets old prints', async () => {
    for (let price = 100; price < 400; price += 1) shown.print('VTI', String(price));
    const { tape } = await view();
    expect(tape).toHaveLength(40);
    expect(tape[0]?.price).toBe('399');
    shown.print('VTI', '270.1');
  });
});

describe('serving the page', () => {
  it('forbids everything but its own script and style', async () => {
    const { headers } = await fetch(shown.url);
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is only read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await fetch(new URL(VIEW_PATH, shown.url), { method })).status).toBe(405);
    }
    const head = await fetch(shown.url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('answers nobody who calls the machine by another name', async () => {
    expect(await statusWithHost('attacker.example')).toBe(403);
    expect(await statusWithHost(`127.0.0.1.attacker.example:${shown.server.port}`)).toBe(403);
    expect(await statusWithHost(`localhost:${shown.server.port}`)).toBe(200);
  });

  it('leaves every other path to the exchange', async () => {
    const [missing, unknown] = await Promise.all([
      fetch(new URL('/v2/account', shown.url)),
      fetch(new URL('/__page', shown.url)),
    ]);
    expect([missing.status, unknown.status]).toEqual([401, 401]);
  });

  it('shows markup in a name as it is written, not as markup', async () => {
    const { accounts } = await view();
    expect(accounts[1]?.number).toBe(`PA${MARKUP}`);
    expect(await (await fetch(shown.url)).text()).not.toContain(MARKUP);
  });
});

it('an exchange that nobody shows has neither page nor view', async () => {
  const { exchange } = shown;
  const answers = await Promise.all(
    ['/', VIEW_PATH].map((path) => exchange.fetchApi(`http://exchange${path}`, {})),
  );
  expect(answers.map(({ status }) => status)).toEqual([401, 401]);
});
