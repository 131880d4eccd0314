import { describe, expect, it } from 'vitest';
import { ApprovalPage, type PageRequest } from '../../src/server/approvals/approval-page.ts';
import { pageGiven, WAITING } from './given-page.ts';

const ORIGIN = 'http://127.0.0.1:4711';

function rig(waiting = [WAITING]) {
  const { desk, words } = pageGiven(waiting);
  let now = 0;
  let count = 0;
  const page = new ApprovalPage({
    waiting: desk,
    by: 'klaus on the page',
    now: () => now,
    newToken: () => {
      count += 1;
      return `token-${count}`;
    },
  });
  const ask = (given: Partial<PageRequest>) =>
    page.answer(
      {
        ...{ method: 'GET', url: '/', host: '127.0.0.1:4711', origin: undefined },
        ...{ fetchSite: undefined, body: '' },
        ...given,
      },
      ORIGIN,
    );
  const open = () => ask({ url: page.address(ORIGIN).slice(ORIGIN.length) });
  const post = (fields: Record<string, string>, more: Partial<PageRequest> = {}) =>
    ask({
      ...{ method: 'POST', url: '/answer', origin: ORIGIN, fetchSite: 'same-origin' },
      body: new URLSearchParams(fields).toString(),
      ...more,
    });
  const tokenIn = (body: string) => /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '';
  const pass = (ms: number) => {
    now += ms;
  };
  const { planId: plan, hash, code } = WAITING;
  return {
    page,
    ask,
    open,
    post,
    tokenIn,
    words,
    pass,
    form: { plan, hash, code, answer: 'approve' },
  };
}

describe('the page', () => {
  it('shows the lines of each plan that waits, and says when none does', () => {
    const { body, status } = rig().open();
    expect(status).toBe(200);
    for (const line of WAITING.text.lines.slice(0, 2)) expect(body).toContain(line);
    expect(rig([]).open().body).toContain('No plan waits for you.');
  });

  it('opens once for each address, and not for an old one', () => {
    const { page, ask, pass } = rig();
    const url = page.address(ORIGIN).slice(ORIGIN.length);
    expect(ask({ url }).status).toBe(200);
    expect(ask({ url }).status).toBe(403);
    expect(ask({}).status).toBe(403);
    expect(ask({ url: '/?token=guessed' }).status).toBe(403);
    const late = page.address(ORIGIN).slice(ORIGIN.length);
    pass(15 * 60_000 + 1);
    expect(ask({ url: late }).status).toBe(403);
  });

  it('takes a yes and a no, each with a token of its own that works once', () => {
    const { open, post, tokenIn, words, form } = rig();
    const token = tokenIn(open().body);
    const answered = post({ ...form, token });
    expect(answered.body).toContain(`Approved: ${WAITING.planId}.`);
    expect(post({ ...form, token }).status).toBe(403);
    const next = tokenIn(answered.body);
    expect(next).not.toBe(token);
    expect(post({ ...form, token: next, answer: 'reject' }).body).toContain('Rejected');
    const who = { planId: WAITING.planId, by: 'klaus on the page', channel: 'page' };
    expect(words).toEqual([
      ['approve', { ...who, hash: WAITING.hash, code: WAITING.code }],
      ['reject', who],
    ]);
  });

  it('tells why a yes was not taken', () => {
    const { open, post, tokenIn, form } = rig();
    const token = tokenIn(open().body);
    const { body } = post({ ...form, code: 'wrong', token });
    expect(body).toContain('Not approved: this is not the code of the plan.');
  });

  it('takes neither yes nor no out of an answer that is neither', () => {
    const { open, post, tokenIn, form, words } = rig();
    expect(post({ ...form, answer: 'maybe', token: tokenIn(open().body) }).status).toBe(200);
    expect(words).toEqual([]);
  });

  it.each([
    ['a name that leads here', { host: 'evil.example:4711' }],
    ['another port', { host: '127.0.0.1:80' }],
    ['no host', { host: undefined }],
    ['another site', { origin: 'http://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['nobody', { origin: undefined }],
    ['a frame of another site', { fetchSite: 'cross-site' }],
    ['another port of this machine', { fetchSite: 'same-site' }],
    ['who sends too much', { body: 'x'.repeat(5_000) }],
  ] as const)('does nothing for %s', (_, more) => {
    const { open, post, tokenIn, words, form } = rig();
    const token = tokenIn(open().body);
    expect(post({ ...form, token }, more).status).toBe(403);
    expect(words).toEqual([]);
    // The token was not used up by it.
    expect(post({ ...form, token }).status).toBe(200);
  });

  it.each([
    ['GET', '/answer'],
    ['POST', '/'],
    ['PUT', '/answer'],
    ['GET', '/favicon.ico'],
  ])('knows no %s %s', (method, url) => {
    expect(rig().ask({ method, url, origin: ORIGIN }).status).toBe(404);
  });

  it('loads nothing, runs nothing and can be framed by nobody', () => {
    const { headers, body } = rig().open();
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    });
    expect(body).not.toMatch(/<script|\son\w+=|https?:|url\(|@import/i);
  });

  it('shows markup of others as text', () => {
    const lines = ['<img src=x onerror=alert(1)>', '"\'&'];
    const { body } = rig([{ ...WAITING, text: { lines, details: ['<b>'] } }]).open();
    expect(body).not.toContain('<img');
    expect(body).toContain('&#60;img src=x onerror=alert(1)&#62;');
    expect(body).toContain('&#34;&#39;&#38;');
    expect(body).toContain('<li>&#60;b&#62;</li>');
  });

  it('wants the code typed where protection is taken away', () => {
    const { body } = rig([{ ...WAITING, tier: 'T3' }]).open();
    expect(body).toContain('<input name="code" autocomplete="off" required>');
    expect(body).not.toContain('type="hidden" name="code"');
  });
});
