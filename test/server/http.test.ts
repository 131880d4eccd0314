import { describe, expect, it } from 'vitest';
import type { PlanId } from '../../src/domain/ids.ts';
import type { ExecutionCaller } from '../../src/runtime/big-brother.ts';
import { HTTP_LIMITS } from '../../src/server/access/http-words.ts';
import { ToldAnswers } from '../tools/face.ts';
import { callOf, clientAt, MCP_HEADERS, raw, servedOverHttp } from './http-rig.ts';
import { initialize } from './introduction.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A message as a raw client sends it. */
const post = (message: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { ...MCP_HEADERS, ...headers },
  body: typeof message === 'string' ? message : JSON.stringify(message),
});

/** A session of a raw client: its headers from the first answer on. */
async function rawSession(
  rig: Awaited<ReturnType<typeof servedOverHttp>>,
  token: string,
  greeting: unknown = initialize,
) {
  const answer = await rig.ask('/mcp', post(greeting, bearer(token)));
  expect(answer.status).toBe(200);
  const text = await answer.text();
  const id = answer.headers.get('mcp-session-id') ?? '';
  return { id, text, headers: { ...bearer(token), 'mcp-session-id': id } };
}

describe('a host with a token', () => {
  it.each([
    ['read', ['get_portfolio_context', 'evaluate_position', 'get_history']],
    ['propose', ['get_portfolio_context', 'evaluate_position', 'propose_plan', 'get_history']],
    [
      'execute',
      ['get_portfolio_context', 'evaluate_position', 'propose_plan', 'execute_plan', 'get_history'],
    ],
  ] as const)('of scope %s sees the tools of its scope and no other', async (scope, names) => {
    const { url, tokens } = await servedOverHttp();
    const { client, call } = await clientAt(url, tokens.create('desk', scope));
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(names);
    expect((await call('get_portfolio_context')).json.environment).toBe('simulated');
  });

  it('of a lower scope is refused a tool beyond it with 403, and nothing is called', async () => {
    const rig = await servedOverHttp();
    const { tokens, bigBrother } = rig;
    const { headers } = await rawSession(rig, tokens.create('watcher', 'read'));
    const planned = await rig.ask(
      '/mcp',
      post(callOf('propose_plan', { intent: 'halt' }), headers),
    );
    expect(planned.status).toBe(403);
    expect(planned.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="propose"',
    );
    const hash = 'a'.repeat(64);
    for (const tool of ['execute_plan', 'no_such_tool']) {
      const answer = await rig.ask(
        '/mcp',
        post(callOf(tool, { plan_id: 'plan-1', hash }), headers),
      );
      expect(answer.status).toBe(403);
      expect(answer.headers.get('www-authenticate')).toContain('scope="execute"');
    }
    expect(bigBrother.intents).toEqual([]);
    expect(bigBrother.executed).toEqual([]);
  });

  it('of scope propose is told that nothing is executed for it', async () => {
    const { url, tokens } = await servedOverHttp();
    const { call } = await clientAt(url, tokens.create('planner', 'propose'));
    expect((await call('get_portfolio_context')).json.mode).toBe('observe');
    await expect(call('execute_plan', { plan_id: 'plan-1', hash: 'a'.repeat(64) })).rejects.toThrow(
      /403|scope execute/,
    );
  });

  it('works beside another one, each in a session of its own', async () => {
    const { url, tokens, bigBrother } = await servedOverHttp();
    const [one, other] = await Promise.all([
      clientAt(url, tokens.create('one', 'read')),
      clientAt(url, tokens.create('other', 'execute')),
    ]);
    const answers = await Promise.all(
      [one, other, one, other].map(({ call }) => call('get_portfolio_context')),
    );
    expect(answers.map(({ isError }) => isError)).toEqual([false, false, false, false]);
    expect(answers.map(({ json }) => json.mode)).toEqual([
      ...['observe', 'execute', 'observe', 'execute'],
    ]);
    expect(one.transport.sessionId).not.toBe(other.transport.sessionId);
    expect(bigBrother.calls).toHaveLength(4);
  });

  it('does not get into the session of another token', async () => {
    const rig = await servedOverHttp();
    const { id } = await rawSession(rig, rig.tokens.create('one', 'execute'));
    const stolen = { ...bearer(rig.tokens.create('thief', 'execute')), 'mcp-session-id': id };
    const answers = await Promise.all([
      rig.ask('/mcp', post(callOf('get_portfolio_context'), stolen)),
      rig.ask('/mcp', { headers: { ...stolen, accept: 'text/event-stream' } }),
      rig.ask('/mcp', { method: 'DELETE', headers: stolen }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('ends its session when it says so', async () => {
    const { url, tokens, ask, logged } = await servedOverHttp();
    const token = tokens.create('desk', 'read');
    const { transport, client } = await clientAt(url, token);
    const id = transport.sessionId ?? '';
    await transport.terminateSession();
    await client.close();
    const later = await ask(
      '/mcp',
      post(callOf('get_history'), { ...bearer(token), 'mcp-session-id': id }),
    );
    expect(later.status).toBe(404);
    expect(logged.at(-1)).toBe('A session of token desk ended: its host ended it.');
  });

  it('gets what it missed when its connection broke, and a no for what is forgotten', async () => {
    const rig = await servedOverHttp();
    const { text, headers } = await rawSession(rig, rig.tokens.create('desk', 'read'));
    const [, first = ''] = /^id: (\S+)$/m.exec(text) ?? [];
    const resumed = new AbortController();
    const answer = await rig.ask('/mcp', {
      headers: { ...headers, accept: 'text/event-stream', 'last-event-id': first },
      signal: resumed.signal,
    });
    expect(answer.status).toBe(200);
    const reader = answer.body?.getReader();
    const replayed = new TextDecoder().decode((await reader?.read())?.value);
    expect(replayed).toContain('"serverInfo"');
    resumed.abort();

    const forgotten = await rig.ask('/mcp', {
      headers: { ...headers, accept: 'text/event-stream', 'last-event-id': '99999' },
    });
    expect(forgotten.status).toBe(400);
  });
});

/** A plan that asks the person of its host before it is executed. */
class Asking extends ToldAnswers {
  readonly heard: string[] = [];
  override async execute(planId: PlanId, hash: string, caller?: ExecutionCaller) {
    const { signal } = new AbortController();
    const text = { lines: ['Sell everything?'], details: [] };
    this.heard.push((await caller?.person?.ask(text, 1_000, signal)) ?? 'nobody');
    return super.execute(planId, hash);
  }
}

/** A plan that ends when the test says so. */
class Slow extends ToldAnswers {
  begin: () => void = () => {};
  finish: () => void = () => {};
  readonly begun = new Promise<void>((resolve) => {
    this.begin = resolve;
  });
  override async execute(planId: PlanId, hash: string) {
    this.begin();
    await new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    return super.execute(planId, hash);
  }
}

describe('a question to the person of a host', () => {
  it('comes with the answer to the call that it is about, to no one else', async () => {
    const bigBrother = new Asking();
    const { url, tokens } = await servedOverHttp({ bigBrother });
    const token = tokens.create('desk', 'execute');
    const asked: string[] = [];
    const hosts = await Promise.all(
      ['one', 'other'].map((name) =>
        clientAt(url, token, (question) => {
          asked.push(`${name}: ${question}`);
          return { action: 'accept', content: { approve: true } };
        }),
      ),
    );
    const [one] = hosts;
    await one?.call('execute_plan', { plan_id: 'plan-1', hash: 'a'.repeat(64) });
    expect(asked).toEqual(['one: Sell everything?']);
    expect(bigBrother.heard).toEqual(['yes']);
  });
});

describe('a host that keeps no stream open', () => {
  it('is asked in the very answer to its call', async () => {
    const bigBrother = new Asking();
    const rig = await servedOverHttp({ bigBrother });
    const token = rig.tokens.create('desk', 'execute');
    const capabilities = { elicitation: { form: {} } };
    const asking = { ...initialize, params: { ...initialize.params, capabilities } };
    const { headers } = await rawSession(rig, token, asking);
    const args = { plan_id: 'plan-1', hash: 'a'.repeat(64) };
    const answer = await rig.ask('/mcp', post(callOf('execute_plan', args), headers));
    let heard = '';
    for await (const chunk of answer.body ?? []) {
      heard += new TextDecoder().decode(chunk);
      const [, id] = /^data: .*"elicitation\/create".*"id":(\d+)/m.exec(heard) ?? [];
      if (id === undefined || bigBrother.heard.length > 0) continue;
      const result = { action: 'accept', content: { approve: false } };
      await rig.ask('/mcp', post({ jsonrpc: '2.0', id: Number(id), result }, headers));
    }
    expect(heard).toContain('Sell everything?');
    expect(bigBrother.heard).toEqual(['no']);
  });
});

describe('who has no token', () => {
  it.each([
    ['nothing', {}],
    ['something else', { authorization: 'Basic YTpi' }],
    ['a token that was never made', { authorization: `Bearer bbt_${'A'.repeat(43)}` }],
    ['two tokens in one', { authorization: 'Bearer a b' }],
  ])('and shows %s gets 401 and learns nothing', async (_, headers) => {
    const { ask, tokens } = await servedOverHttp();
    tokens.create('desk', 'read');
    const answers = await Promise.all([
      ask('/mcp', post(initialize, headers)),
      ask('/mcp', { headers: { ...headers, accept: 'text/event-stream' } }),
      ask('/mcp', { method: 'DELETE', headers }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('does not get in by the address either', async () => {
    const { ask, tokens } = await servedOverHttp();
    const token = tokens.create('desk', 'read');
    expect((await ask(`/mcp?access_token=${token}`, post(initialize))).status).toBe(401);
  });

  it('is not let in when the tokens cannot be read', async () => {
    const { ask, logged, tokens } = await servedOverHttp({ readTokens: () => ['rubbish'] });
    const token = tokens.create('desk', 'execute');
    for (const _ of [1, 2]) {
      expect((await ask('/mcp', post(initialize, bearer(token)))).status).toBe(401);
    }
    expect(logged).toEqual([
      'Nobody is let in, for lack of tokens: a token file is damaged: take it away and create a new token.',
    ]);
  });
});

describe('a token that is revoked', () => {
  it('opens nothing from then on, and what it had opened ends within a second', async () => {
    const rig = await servedOverHttp();
    const { url, tokens, clock, logged } = rig;
    const token = tokens.create('lost', 'execute');
    const { call } = await clientAt(url, token);
    const { headers } = await rawSession(rig, token);
    const stream = await rig.ask('/mcp', { headers: { ...headers, accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);

    tokens.revoke('lost');
    await expect(call('get_portfolio_context')).rejects.toThrow(/401|not known, or was revoked/);
    await clock.advanceBy(1_000);
    // The stream that was open is at its end.
    expect(await stream.text()).not.toContain('data: {');
    const ended = logged.filter((line) => line.endsWith('ended: its token was revoked.'));
    expect(ended).toHaveLength(2);
  });

  it('stays closed when a new one gets its name', async () => {
    const rig = await servedOverHttp();
    const { headers } = await rawSession(rig, rig.tokens.create('desk', 'execute'));
    rig.tokens.revoke('desk');
    const { id } = await rawSession(rig, rig.tokens.create('desk', 'read'));
    expect(id).not.toBe(headers['mcp-session-id']);
    expect((await rig.ask('/mcp', post(callOf('get_history'), headers))).status).toBe(401);
  });
});

describe('a request from elsewhere', () => {
  it.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example', 'http://127.0.0.1:1'])(
    'with the Origin %s is refused whatever it shows',
    async (origin) => {
      const { ask, tokens } = await servedOverHttp();
      const token = tokens.create('desk', 'execute');
      for (const path of ['/mcp', '/healthz', '/metrics']) {
        const answer = await ask(path, { headers: { ...bearer(token), origin } });
        expect(answer.status).toBe(403);
      }
      const posted = await ask('/mcp', post(initialize, { ...bearer(token), origin }));
      expect(posted.status).toBe(403);
    },
  );

  it.each(['evil.example', 'evil.example:80', 'localhost.evil.example'])(
    'under the Host %s is refused: a name was bent to lead here',
    async (host) => {
      const { port, tokens } = await servedOverHttp();
      const token = tokens.create('desk', 'execute');
      for (const path of ['/mcp', '/healthz', '/metrics']) {
        const heard = await raw(
          port,
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        );
        expect(heard).toMatch(/^HTTP\/1\.1 403 /);
      }
    },
  );

  it('of its own page, or under a name that was allowed, is served', async () => {
    const rig = await servedOverHttp({ names: ['guard.example.org'] });
    const { ask, port, tokens } = rig;
    const token = tokens.create('desk', 'read');
    const own = { ...bearer(token), origin: `http://localhost:${port}` };
    expect((await ask('/mcp', post(initialize, own))).status).toBe(200);
    const heard = await raw(
      port,
      'GET /healthz HTTP/1.1\r\nHost: guard.example.org\r\n' +
        'Origin: https://guard.example.org\r\nConnection: close\r\n\r\n',
    );
    expect(heard).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a message', () => {
  const rigged = async () => {
    const rig = await servedOverHttp({ limits: { ...HTTP_LIMITS, bodyBytes: 2_000 } });
    const session = await rawSession(rig, rig.tokens.create('desk', 'read'));
    return { ...rig, ...session };
  };

  it.each([
    ['no JSON', '{"jsonrpc":"2.0",', -32_700],
    ['nothing', '', -32_700],
    ['JSON that is no message', '{"hello":1}', -32_700],
    ['several in one', JSON.stringify([callOf('get_history')]), -32_600],
  ])('that is %s gets 400 with the code of JSON-RPC', async (_, body, code) => {
    const { ask, headers } = await rigged();
    const answer = await ask('/mcp', post(body, headers));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code } });
    expect((await ask('/mcp', post(callOf('get_history'), headers))).status).toBe(200);
  });

  it('that is too long gets 413, announced or not', async () => {
    const { ask, port, headers } = await rigged();
    const long = callOf('get_history', { cursor: 'x'.repeat(3_000) });
    expect((await ask('/mcp', post(long, headers))).status).toBe(413);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head =
      `POST /mcp HTTP/1.1\r\nHost: localhost:${port}\r\n${lines.join('')}` +
      'Content-Type: application/json\r\n';
    const heard = await Promise.all([
      // Not a byte of it is waited for.
      raw(port, `${head}Content-Length: 3000\r\n\r\n`),
      raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n`, `bb8\r\n${'x'.repeat(3_000)}\r\n`),
    ]);
    for (const answer of heard) expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('without a session, or of one that is not there, is told to initialize', async () => {
    const { ask, headers } = await rigged();
    const { authorization } = headers;
    const none = await ask('/mcp', post(callOf('get_history'), { authorization }));
    expect(none.status).toBe(400);
    const unknown = { authorization, 'mcp-session-id': 'session-x' };
    expect((await ask('/mcp', post(callOf('get_history'), unknown))).status).toBe(404);
  });

  it('that opens nothing leaves no session behind', async () => {
    const { ask, headers, logged } = await rigged();
    const { authorization } = headers;
    const before = logged.length;
    const bare = { method: 'POST', body: JSON.stringify(initialize) };
    const json = { authorization, 'content-type': 'application/json' };
    expect((await ask('/mcp', { ...bare, headers: json })).status).toBe(406);
    const text = { authorization, accept: MCP_HEADERS.accept, 'content-type': 'text/plain' };
    expect((await ask('/mcp', { ...bare, headers: text })).status).toBe(415);
    expect((await ask('/mcp', { method: 'PUT', headers })).status).toBe(405);
    expect(logged).toHaveLength(before);
  });

  it('that holds its token is refused, and the token stands nowhere', async () => {
    const { ask, tokens, headers, bigBrother, logged } = await rigged();
    const [token = ''] = tokens.secrets();
    const answer = await ask('/mcp', post(callOf('get_history', { cursor: token }), headers));
    expect(answer.status).toBe(400);
    const everything = JSON.stringify([await answer.text(), logged, bigBrother.calls]);
    expect(everything).toContain('desk');
    expect(everything).not.toContain(token);
  });
});

describe('a client that takes its time', () => {
  const clients = { headersTimeoutMs: 250, requestTimeoutMs: 500, connections: 8 };

  it('over its headers or its body is let go, while others are served', async () => {
    const { port, tokens, ask } = await servedOverHttp({ clients });
    const token = tokens.create('slow', 'read');
    const [headers, body, other] = await Promise.all([
      raw(port, 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: '),
      raw(
        port,
        `POST /mcp HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${token}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"json',
      ),
      ask('/mcp', post(initialize, bearer(token))),
    ]);
    expect(headers).toMatch(/^HTTP\/1\.1 408 /);
    expect(body).toMatch(/^HTTP\/1\.1 408 /);
    expect(other.status).toBe(200);
  });
});

describe('too much of it', () => {
  it('of sessions ends the one that nobody used for longest, of the same token first', async () => {
    const limits = { ...HTTP_LIMITS, sessions: 3, sessionsPerToken: 2 };
    const rig = await servedOverHttp({ limits });
    const { tokens, clock, logged } = rig;
    const [one, other, third] = ['one', 'other', 'third'].map((name) =>
      tokens.create(name, 'read'),
    );
    const opened: Awaited<ReturnType<typeof rawSession>>[] = [];
    for (const token of [other, one, one]) {
      opened.push(await rawSession(rig, token ?? ''));
      await clock.advanceBy(10);
    }
    const isThere = async (index: number): Promise<boolean> => {
      const { headers = {} } = opened[index] ?? {};
      await clock.advanceBy(10);
      return (await rig.ask('/mcp', post(callOf('get_history'), headers))).status === 200;
    };
    opened.push(await rawSession(rig, one ?? ''));
    expect(await isThere(1)).toBe(false);
    for (const index of [2, 0, 3]) expect(await isThere(index)).toBe(true);
    opened.push(await rawSession(rig, third ?? ''));
    expect(await isThere(2)).toBe(false);
    for (const index of [0, 3, 4]) expect(await isThere(index)).toBe(true);
    expect(logged.filter((line) => line.includes('needs its room'))).toHaveLength(2);
  });

  it('never ends a session whose call is under way: others are told to wait', async () => {
    const bigBrother = new Slow();
    const limits = { ...HTTP_LIMITS, sessions: 1 };
    const rig = await servedOverHttp({ bigBrother, limits });
    const { tokens, ask, clock } = rig;
    const [token, other] = [tokens.create('desk', 'execute'), tokens.create('other', 'read')];
    const { headers } = await rawSession(rig, token);
    const args = { plan_id: 'plan-1', hash: 'a'.repeat(64) };
    const answer = await ask('/mcp', post(callOf('execute_plan', args), headers));
    await bigBrother.begun;
    await clock.advanceBy(HTTP_LIMITS.idleMs + 2_000);
    const told = await ask('/mcp', post(initialize, bearer(other)));
    expect([told.status, told.headers.get('retry-after')]).toEqual([503, '5']);

    bigBrother.finish();
    expect(await answer.text()).toContain('plan_unknown');
    expect((await ask('/mcp', post(initialize, bearer(other)))).status).toBe(200);
    expect((await ask('/mcp', post(callOf('get_history'), headers))).status).toBe(404);
  });

  it('of idleness ends a session', async () => {
    const rig = await servedOverHttp();
    const { headers } = await rawSession(rig, rig.tokens.create('desk', 'read'));
    await rig.clock.advanceBy(HTTP_LIMITS.idleMs + 2_000);
    expect((await rig.ask('/mcp', post(callOf('get_history'), headers))).status).toBe(404);
  });

  it('of requests is held up for that token alone', async () => {
    const limits = { ...HTTP_LIMITS, burst: 3, perSecond: 1 };
    const rig = await servedOverHttp({ limits });
    const { tokens, clock, ask } = rig;
    const fast = await rawSession(rig, tokens.create('fast', 'read'));
    const calm = await rawSession(rig, tokens.create('calm', 'read'));
    const call = async (headers: Record<string, string>) =>
      ask('/mcp', post(callOf('get_history'), headers));
    const statuses: number[] = [];
    for (let times = 0; times < 3; times += 1) statuses.push((await call(fast.headers)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await call(fast.headers)).headers.get('retry-after')).toBe('1');
    expect((await call(calm.headers)).status).toBe(200);
    await clock.advanceBy(1_000);
    expect((await call(fast.headers)).status).toBe(200);
  });
});

describe('a restart', () => {
  it('ends the sessions and not the tokens: a host comes back with a new session', async () => {
    const first = await servedOverHttp();
    const token = first.tokens.create('desk', 'read');
    const { headers } = await rawSession(first, token);
    const { call } = await clientAt(first.url, token);
    await first.close();
    await expect(call('get_history')).rejects.toThrow();

    const { port, tokens } = first;
    const second = await servedOverHttp({ port, tokens });
    expect((await second.ask('/mcp', post(callOf('get_history'), headers))).status).toBe(404);
    const again = await clientAt(second.url, token);
    expect((await again.call('get_history')).isError).toBe(false);
  });
});
