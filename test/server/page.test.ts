import { describe, expect, it, onTestFinished } from 'vitest';
import type { PageOwner } from '../../src/server/page/local-page.ts';
import { raw } from './http-rig.ts';
import { servedPage } from './page-rig.ts';

const PLAN = {
  planId: 'plan-7k2mh0q9v4xw1t8rbn5cde3fgj',
  hash: 'a'.repeat(64),
  tier: 'T2',
  text: { lines: ['PAPER account PA1: an agent asks to exit (T2)'], details: ['step 1'] },
  code: '4f7k2m9x',
  expiresAt: 300_000,
};

/** The page of an owner that takes down what it is asked and told. */
async function given() {
  const heard: unknown[] = [];
  const owner: PageOwner = {
    read: (view, query) => {
      heard.push([view, query]);
      return Promise.resolve(
        view === 'rules'
          ? { outcome: 'refused', because: 'the account has not been read yet' }
          : { outcome: 'read', json: JSON.stringify({ view }) },
      );
    },
    waiting: () => Promise.resolve([PLAN]),
    approve: (word) => {
      heard.push(['approve', word]);
      return Promise.resolve(word.code === PLAN.code ? null : 'this is not the code of the plan');
    },
    reject: (word) => {
      heard.push(['reject', word]);
      return Promise.resolve(null);
    },
  };
  const page = await servedPage(owner);
  onTestFinished(page.close);
  const { origin } = page;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, ...headers },
      body: JSON.stringify(body),
    });
  const login = async (secret: string) => {
    const answer = await post('/page/login', { secret });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const { answerKey = null } = (await answer.json()) as { answerKey?: string | null };
    const key: Record<string, string> =
      answerKey === null ? {} : { 'x-bigbrother-answer-key': answerKey };
    return { answer, cookie, answerKey, headers: { cookie, ...key } };
  };
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}${path}`, { headers });
  return { ...page, heard, post, login, get };
}

const yes = { plan: PLAN.planId, hash: PLAN.hash, code: PLAN.code, answer: 'approve' };

describe('who comes without a login', () => {
  it('gets the page and nothing of the account', async () => {
    const { get, heard } = await given();
    expect(await (await get('/')).text()).toContain('/page/page.js');
    for (const path of ['/page/view/board', '/page/view/price?symbol=AAPL', '/page/queue']) {
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toEqual([
        401,
        { because: expect.stringContaining('bigbrother page') },
      ]);
    }
    expect((await get('/page/view/board', { cookie: 'bigbrother_page_1=x' })).status).toBe(401);
    expect(heard).toEqual([]);
  });

  it('answers no plan', async () => {
    const { post, heard } = await given();
    expect((await post('/page/answer', yes)).status).toBe(401);
    expect(heard).toEqual([]);
  });
});

describe('a link from a terminal', () => {
  it('works once, and leaves a cookie that no script reads and no other site sends', async () => {
    const { link, login, logged } = await given();
    const { secret } = link();
    const first = await login(secret);
    expect(first.answer.headers.get('set-cookie')).toMatch(
      /^bigbrother_page_\d+=[^;]{20,}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/,
    );
    expect((await login(secret)).answer.status).toBe(401);
    expect((await login('')).answer.status).toBe(401);
    expect(logged.join()).not.toContain(secret);
    expect(logged.join()).not.toContain(first.answerKey);
  });

  it('lets its tab answer a plan, and nobody who has only the cookie', async () => {
    const { link, login, get, post, heard } = await given();
    const { cookie, headers } = await login(link().secret);
    const seen = async (sent: Record<string, string>) => (await get('/page/queue', sent)).json();
    expect(await seen(headers)).toMatchObject({ mayAnswer: true, waiting: [{ code: PLAN.code }] });
    expect(await seen({ cookie })).toMatchObject({ mayAnswer: false, waiting: [{ code: null }] });
    for (const key of ['', 'answer-guessed']) {
      const sent = { cookie, 'x-bigbrother-answer-key': key };
      expect((await post('/page/answer', yes, sent)).status).toBe(403);
    }
    expect(heard).toEqual([]);

    const wrong = await post('/page/answer', { ...yes, code: 'wrong' }, headers);
    expect(await wrong.json()).toEqual({ because: 'this is not the code of the plan' });
    expect(await (await post('/page/answer', yes, headers)).json()).toEqual({ because: null });
    const no = { ...yes, answer: 'reject' };
    expect(await (await post('/page/answer', no, headers)).json()).toEqual({ because: null });
    expect((await post('/page/answer', { ...yes, answer: 'both' }, headers)).status).toBe(400);
    const { planId, hash, code } = PLAN;
    expect(heard).toEqual([
      ['approve', { planId, hash, code: 'wrong' }],
      ['approve', { planId, hash, code }],
      ['reject', { planId }],
    ]);
  });

  it('is over when the person logs out', async () => {
    const { link, login, get, post } = await given();
    const { headers } = await login(link().secret);
    expect((await get('/page/view/board', headers)).status).toBe(200);
    expect((await post('/page/logout', {}, headers)).status).toBe(204);
    expect((await get('/page/view/board', headers)).status).toBe(401);
  });
});

describe("a host's token", () => {
  it.each(['read', 'execute'] as const)('of scope %s looks and never answers', async (scope) => {
    const { tokens, login, get, post, heard } = await given();
    const token = tokens.create('desk', scope);
    const { headers, answerKey } = await login(token);
    expect(answerKey).toBeNull();
    expect((await get('/page/view/board', headers)).status).toBe(200);
    const queue = await (await get('/page/queue', headers)).text();
    expect(queue).not.toContain(PLAN.code);
    const bearer = { authorization: `Bearer ${token}` };
    expect(await (await get('/page/queue', bearer)).text()).not.toContain(PLAN.code);
    for (const sent of [headers, bearer]) {
      expect((await post('/page/answer', yes, sent)).status).toBe(403);
    }
    expect(heard).toEqual([['board', {}]]);
  });

  it('that is revoked shows nothing any more', async () => {
    const { tokens, login, get } = await given();
    const { headers } = await login(tokens.create('desk', 'read'));
    tokens.revoke('desk');
    expect((await get('/page/view/board', headers)).status).toBe(401);
  });
});

describe('what comes from elsewhere', () => {
  it.each([
    ['another name', { Host: 'evil.example' }],
    ['a name that is only for hosts', { Host: 'guard.example.org' }],
    ['another site', { Origin: 'https://evil.example' }],
    ['another port of this machine', { Origin: 'http://127.0.0.1:9' }],
    ['a proxy', { 'X-Forwarded-For': '203.0.113.9' }],
    ['a page of another site, as the browser tells', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a page of another port, as the browser tells', { 'Sec-Fetch-Site': 'same-site' }],
  ])('is refused: %s', async (_, headers) => {
    const { link, login, port, heard: asked } = await given();
    const { cookie } = await login(link().secret);
    const sent = { Host: `127.0.0.1:${port}`, Cookie: cookie, Connection: 'close', ...headers };
    const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}`);
    const heard = await raw(port, `GET /page/view/board HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    expect(heard).toMatch(/^HTTP\/1\.1 403 /);
    expect(asked).toEqual([]);
  });

  it('is refused where it does not say its site, and where it is a form', async () => {
    const { link, login, origin, heard } = await given();
    const { headers } = await login(link().secret);
    const send = (more: Record<string, string>, body: string) =>
      fetch(`${origin}/page/answer`, { method: 'POST', headers: { ...headers, ...more }, body });
    const json = { 'content-type': 'application/json' };
    expect((await send(json, JSON.stringify(yes))).status).toBe(403);
    const form = { origin, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send(form, 'answer=approve')).status).toBe(415);
    expect((await send({ ...json, origin }, 'x'.repeat(20_000))).status).toBe(413);
    expect(heard).toEqual([]);
  });
});

describe('an answer', () => {
  it('bears headers that let nothing else in', async () => {
    const { get } = await given();
    const { headers } = await get('/');
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('is not sent again while it stays the same', async () => {
    const { get, link, login } = await given();
    const { headers } = await login(link().secret);
    const first = await get('/page/view/timeline', headers);
    const again = { ...headers, 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await get('/page/view/timeline', again)).status).toBe(304);
  });

  it('says why there is nothing to show', async () => {
    const { get, link, login } = await given();
    const { headers } = await login(link().secret);
    const answer = await get('/page/view/rules', headers);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { because: 'the account has not been read yet' },
    ]);
    expect((await get('/page/view/keys', headers)).status).toBe(404);
  });

  it('is put off for who asks too much, and tabs share one look at the board', async () => {
    const { get, link, login, heard } = await given();
    const { headers } = await login(link().secret);
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => get('/page/view/board', headers)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(heard.length).toBeLessThan(10);
  });
});
