import { describe, expect, it } from 'vitest';
import { RestApi } from '../../../src/paper-exchange/wire/rest/rest-api.ts';
import { isDataPath, routes } from '../../../src/paper-exchange/wire/rest/routes.ts';
import { Floor, type Json } from '../core/floor.ts';
import { everyAnswer } from './answers.ts';
import { knownErrors } from './known-errors.ts';
import type { Answer } from './recorder.ts';
import { type Operation, Specification, specificationFolder } from './specification.ts';
import { unserved } from './unserved.ts';

const specification = Specification.load(specificationFolder, knownErrors);
const answers = everyAnswer();
const withoutRoute = new Set(unserved.flatMap(({ paths }) => paths));

const named = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path}`;

/** `/v2/orders/{order_id}` stands for every path that the route `/v2/orders/*` answers. */
function fits(template: string, path: string): boolean {
  const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path);
}

function operationOf(
  operations: readonly Operation[],
  { method, path }: Answer,
): Operation | undefined {
  const candidates = operations.filter((one) => one.method === method && fits(one.path, path));
  return candidates.find((one) => one.path === path) ?? candidates[0];
}

/** The codes that go with a status on the trading API ("Error envelopes"). */
const codes: Readonly<Record<number, number[]>> = {
  400: [40010000],
  403: [40310000],
  404: [40410000],
  422: [40010001, 42210000],
};

/** What the files find wrong with the answers, each said once. */
function problems(files: Specification): readonly string[] {
  const { operations } = files;
  const found = answers.map((answer) => {
    const operation = operationOf(operations, answer);
    if (operation === undefined) return `${named(answer)}: not in the files`;
    const problem = files.problem(operation, answer.status, answer.body);
    return typeof problem === 'string' ? `${named(operation)} ${answer.status}: ${problem}` : null;
  });
  return [...new Set(found.filter((problem) => problem !== null))];
}

describe('every answer of the exchange', () => {
  it('has an id and a content type, and no body only with 204', () => {
    for (const { status, headers, body } of answers) {
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
      expect(headers['content-type']).toBe(
        status === 204 ? undefined : 'application/json; charset=UTF-8',
      );
      expect(body === null).toBe(status === 204);
    }
  });

  it('that refuses has a message; a code on the trading API, in words for locates; none on data', () => {
    const refusals = answers.filter(({ status }) => status >= 400);
    expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([400, 403, 404, 422]));
    for (const { path, status, body } of refusals) {
      const code = path.startsWith('/v1/locates')
        ? expect.toBeOneOf([null, expect.stringMatching(/^[a-z_]+$/)])
        : isDataPath(path)
          ? null
          : expect.toBeOneOf(codes[status] ?? []);
      const { code: given = null, message } = body as Json;
      expect({ path, status, code: given, message }).toEqual({
        ...{ path, status, code },
        message: expect.any(String),
      });
    }
  });

  it('comes from a route that was asked for something it grants', () => {
    const granted = answers.filter(({ status }) => status < 300);
    const silent = routes.filter(
      ({ method, path }) =>
        !granted.some(
          (answer) => answer.method === method && fits(path.replaceAll('*', '{one}'), answer.path),
        ),
    );
    expect(silent.map(named)).toEqual([]);
  });
});

describe('without a good reason every route answers', () => {
  const floor = new Floor();
  const keys = { 'apca-api-key-id': 'PKTEST', 'apca-api-secret-key': 'secret' };
  const request = (path: string, method: string, secret = 'secret') => ({
    method,
    path: path
      .replace('calendar/*', 'calendar/NYSE')
      .replace('activities/*', 'activities/FILL')
      .replaceAll('*', 'us'),
    query: new URLSearchParams({
      symbols: path.includes('crypto') ? 'BTC/USD' : 'AAPL',
      timeframe: '1Min',
    }),
    headers: { ...keys, 'apca-api-secret-key': secret },
    body: '{}',
  });

  it.each(routes.map((route) => [named(route), route] as const))(
    '%s: 401 to a wrong key, 429 to one too many, 500 to our own fault',
    (_, { method, path }) => {
      const exhausted = new RestApi(floor.core, { settings: { requestsPerMinute: 0 } });
      const unauthorized = exhausted.handle(request(path, method, 'wrong'));
      expect(unauthorized).toMatchObject({ status: 401, body: '{"message":"unauthorized."}' });
      const limited = exhausted.handle(request(path, method));
      expect(limited).toMatchObject({ status: 429, body: '{"message":"too many requests."}' });

      const faults: unknown[] = [];
      const cause = new Error('the core is broken');
      const broken = new Proxy(floor.core, {
        get(core, name) {
          if (name === 'authenticate') return core.authenticate.bind(core);
          throw cause;
        },
      });
      const api = new RestApi(broken, {
        settings: { requestsPerMinute: null },
        onFault: (error) => faults.push(error),
      });
      const answer = api.handle(request(path, method));
      expect(answer).toMatchObject({ status: 500, body: '{"message":"internal server error"}' });
      expect(faults).toEqual([cause]);
    },
  );
});

if (specification === null) {
  describe('without the OpenAPI files beside the project', () => {
    it('left out: the schemas of all answers, and that no endpoint was forgotten', () => {
      expect(Specification.load(specificationFolder, [])).toBeNull();
    });
  });
} else {
  describe('the OpenAPI files', () => compareWith(specification));
}

function compareWith(files: Specification): void {
  it('describe every answer, but for the known errors of the files', () => {
    expect(problems(files)).toEqual([]);
  });

  it.each(knownErrors)(
    'are wrong, so that without the correction an answer fails: $reason',
    (entry) => {
      const others = knownErrors.filter((other) => other !== entry);
      const uncorrected = Specification.load(specificationFolder, others);
      expect(uncorrected === null ? [] : problems(uncorrected)).not.toEqual([]);
    },
  );

  it('name no endpoint that is neither answered nor left out for a reason', () => {
    const granted = new Set(
      answers
        .filter(({ status }) => status < 300)
        .map((answer) => operationOf(files.operations, answer))
        .map((operation) => operation && named(operation)),
    );
    const all = files.operations.map(named);
    const missing = all.filter((name) => !granted.has(name) && !withoutRoute.has(name));
    expect(missing).toEqual([]);
    expect([...withoutRoute].filter((name) => granted.has(name) || !all.includes(name))).toEqual(
      [],
    );
  });

  it('are not needed to run the tests', () => {
    expect(Specification.load('/nowhere', knownErrors)).toBeNull();
  });
}

describe('an endpoint that is not served', () => {
  const floor = new Floor();

  it.each([...withoutRoute])('%s is 404, in the shape of its API', (name) => {
    const [method = '', template = ''] = name.split(' ');
    const path = template.replace(/\{[^}]+\}/g, 'x');
    const { status, body } = floor.request(method, path, method === 'GET' ? undefined : {});
    expect({ status, body }).toEqual({
      status: 404,
      body: isDataPath(path)
        ? { message: 'endpoint not found.' }
        : { code: 40410000, message: expect.any(String) },
    });
  });
});
