import { describe, expect, it } from 'vitest';
import { RestApi } from '../../../src/paper-exchange/wire/rest/rest-api.ts';
import { restSettingTable } from '../../../src/paper-exchange/wire/rest/setting-table.ts';
import { defaultRestSettings } from '../../../src/paper-exchange/wire/rest/settings.ts';
import { Floor, type Json, refusal } from '../core/floor.ts';

const account = '/v2/account';

describe('the number of requests in a minute', () => {
  it('case 68: request 201 is 429, with no header that says when to come back', () => {
    const floor = new Floor({ rest: { requestsPerMinute: 200 } });
    for (let count = 0; count < 200; count += 1) floor.get(account);
    const refused = floor.send('GET', account);
    expect(refused).toMatchObject({ status: 429, body: '{"message":"too many requests."}' });
    expect(Object.keys(refused.headers).sort()).toEqual(['content-type', 'x-request-id']);
    expect(floor.order({}).status).toBe(429);
    expect(floor.request('GET', '/v2/stocks/AAPL/quotes/latest').status).toBe(200);
    floor.advanceBy(59_999);
    expect(floor.request('GET', account).status).toBe(429);
    floor.advanceBy(1);
    expect(floor.request('GET', account).status).toBe(200);
    expect(floor.list('/v2/orders?status=all')).toEqual([]);
  });

  it('is told in headers by the switch, with the second in which the count begins anew', () => {
    const floor = new Floor({ rest: { requestsPerMinute: 2, rateLimitHeaders: true } });
    const remaining = () => floor.send('GET', account).headers['x-ratelimit-remaining'];
    expect([remaining(), remaining(), remaining()]).toEqual(['1', '0', '0']);
    expect(floor.send('GET', account)).toMatchObject({
      status: 429,
      headers: {
        'x-ratelimit-limit': '2',
        'x-ratelimit-reset': String(Date.parse('2026-10-08T14:01:00Z') / 1000),
      },
    });
    expect(floor.send('GET', '/v2/nothing').headers).toHaveProperty('x-ratelimit-limit');
  });

  it('is larger for the data of the paid plan', () => {
    const rest = { requestsPerMinute: 1, marketDataPlan: 'unlimited' } as const;
    const floor = new Floor({ rest });
    const statuses = (path: string) => [1, 2].map(() => floor.request('GET', path).status);
    expect(statuses('/v2/stocks/AAPL/quotes/latest?feed=sip')).toEqual([200, 200]);
    expect(statuses(account)).toEqual([200, 429]);
  });

  it('does not count what has no key', () => {
    const floor = new Floor({ rest: { requestsPerMinute: 1 } });
    for (let count = 0; count < 3; count += 1) {
      expect(floor.send('GET', account, undefined, {}).status).toBe(401);
    }
    expect(floor.request('GET', account).status).toBe(200);
  });
});

describe('the table of settings', () => {
  it('has a row for each, whose default is among its values', () => {
    expect(restSettingTable.map(({ name }) => name).sort()).toEqual(
      Object.keys(defaultRestSettings).sort(),
    );
    for (const { name, default: value, values } of restSettingTable) {
      expect([name, values]).toEqual([name, expect.arrayContaining([value])]);
    }
  });
});

describe('methods', () => {
  it('HEAD answers as GET does, without the body', () => {
    const floor = new Floor();
    const { status, headers, body } = floor.send('HEAD', account);
    expect([status, body]).toEqual([200, '']);
    expect(headers['content-type']).toContain('application/json');
    expect(floor.send('HEAD', '/v2/positions/MSFT')).toMatchObject({ status: 404, body: '' });
    expect(floor.send('HEAD', '/v2/nothing')).toMatchObject({ status: 404, body: '' });
  });

  it('OPTIONS names the methods of a path, without keys', () => {
    const floor = new Floor();
    const options = (path: string) => floor.send('OPTIONS', path, undefined, {});
    expect(options('/v2/orders')).toMatchObject({
      status: 204,
      headers: { allow: 'POST, GET, HEAD, DELETE, OPTIONS' },
    });
    expect(options('/v2/nothing').status).toBe(401);
  });

  it('any other is 405 and told which there are', () => {
    const floor = new Floor();
    expect(refusal(floor.request('PUT', '/v2/orders', {}))).toEqual({
      status: 405,
      code: 40510000,
    });
    expect(floor.send('POST', '/v2/clock').headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(floor.request('DELETE', '/v2/stocks/bars')).toEqual({
      status: 405,
      body: { message: 'method not allowed.' },
    });
  });
});

describe('bodies and parameters that are not as they should be', () => {
  const { accountId, core } = new Floor();
  const headers = { 'apca-api-key-id': 'PKTEST', 'apca-api-secret-key': 'secret' };
  const api = new RestApi(core, { settings: { requestsPerMinute: null } });
  const send = (method: string, path: string, body: string) => {
    const answer = api.handle({ method, path, query: new URLSearchParams(), headers, body });
    return { status: answer.status, ...JSON.parse(answer.body) };
  };

  it.each(['', '{', 'null', '[]', '"order"', '7', '{"symbol":', '[[[['.repeat(50_000), '\u0000'])(
    'a body of %.12j is 400 and makes no order',
    (body) => {
      expect(send('POST', '/v2/orders', body)).toMatchObject({ status: 400, code: 40010000 });
      expect(send('PATCH', '/v2/account/configurations', body)).toMatchObject({ status: 400 });
      expect(core.activities(accountId).length).toBe(0);
    },
  );

  it.each<Json>([
    { symbol: 7 },
    { symbol: null },
    { symbol: {} },
    { side: 'hold' },
    { side: ['buy'] },
    { type: 'iceberg' },
    { time_in_force: 'forever' },
    { qty: {} },
    { qty: true },
    { qty: '1e3' },
    { qty: 'NaN' },
    { qty: '٣' },
    { limit_price: 'Infinity', type: 'limit' },
    { extended_hours: 'yes' },
    { order_class: 'triangle' },
    { order_class: 'bracket', take_profit: 'high' },
    { position_intent: 'buy_to_win' },
    { client_order_id: 5 },
  ])('an order with %j is 422', (fields) => {
    expect(refusal(new Floor().order({ qty: '1', ...fields }))).toMatchObject({ status: 422 });
  });

  it('what a body names beyond the known fields is left alone', () => {
    const fields = JSON.parse('{"__proto__":{"qty":"900"},"constructor":1,"colour":"red"}');
    expect(new Floor().order(fields)).toMatchObject({ status: 200, body: { qty: '1' } });
  });

  it('of a repeated parameter only the first counts', () => {
    const floor = new Floor();
    floor.market('MSFT', '49.99', '50.01', '50');
    const quotes = floor.get('/v2/stocks/quotes/latest?symbols=AAPL&symbols=MSFT').quotes as Json;
    expect(Object.keys(quotes)).toEqual(['AAPL']);
    const both = floor.get('/v2/stocks/quotes/latest?symbols=AAPL,MSFT').quotes as Json;
    expect(Object.keys(both)).toEqual(['AAPL', 'MSFT']);
    expect(floor.request('GET', '/v2/orders?limit=5&limit=many').status).toBe(200);
  });

  it.each([
    '2026-10-08T14:00:00',
    '2026-10-08 14:00:00Z',
    '08/10/2026',
    '2026-13-40',
    '1700000000',
  ])('a time %s has no meaning of its own, so it is refused', (time) => {
    expect(new Floor().request('GET', `/v2/orders?after=${time}`).status).toBe(422);
    expect(new Floor().request('GET', `/v1beta1/news?start=${time}`).status).toBe(400);
  });

  it.each(['2026-10-08', '2026-10-08T14:00:00Z', '2026-10-08T10:00:00.123456789-04:00'])(
    'a time %s is taken',
    (time) => {
      expect(new Floor().request('GET', `/v2/orders?after=${time}`).status).toBe(200);
    },
  );

  it('a parameter without sense is 422, or 400 by the switch', () => {
    const path = '/v2/orders?limit=many';
    expect(refusal(new Floor().request('GET', path))).toEqual({ status: 422, code: 42210000 });
    const other = new Floor({ rest: { badParameterStatus: 400 } });
    expect(refusal(other.request('GET', path))).toEqual({ status: 400, code: 40010000 });
  });

  it('a wrong key is answered without a code, or with the older one by the switch', () => {
    const old = new Floor({ rest: { unauthorizedBody: 'message_and_code' } });
    expect(old.send('GET', account, undefined, {})).toMatchObject({
      status: 401,
      body: '{"code":40110000,"message":"request is not authorized"}',
    });
    expect(new Floor().send('GET', account, undefined, {}).body).not.toContain('code');
  });

  it('nothing that a path can hold ends in a fault of ours', () => {
    const faults: unknown[] = [];
    const watched = new RestApi(core, { onFault: (error) => faults.push(error) });
    const words = [
      '__proto__',
      'constructor',
      '%00',
      '%',
      '..',
      '%2F',
      '\u2028',
      'x'.repeat(9_999),
    ];
    const ask = (method: string, path: string) =>
      watched.handle({ method, path, query: new URLSearchParams(), headers, body: '{}' }).status;
    for (const word of words) {
      for (const prefix of ['orders', 'positions', 'assets', 'account/activities']) {
        for (const method of ['GET', 'DELETE', 'PATCH']) {
          expect(ask(method, `/v2/${prefix}/${word}`)).toBeGreaterThanOrEqual(200);
        }
      }
      expect(ask('GET', `/v2/stocks/${word}/bars`)).toBeGreaterThanOrEqual(400);
      expect(ask('GET', word)).toBeGreaterThanOrEqual(400);
    }
    expect(faults).toEqual([]);
  });

  it('every answer has an id of its own', () => {
    const floor = new Floor();
    const ids = [1, 2, 3].map(() => floor.send('GET', account).headers['x-request-id']);
    expect(new Set(ids).size).toBe(3);
  });
});
