import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { NOW } from '../support/given.ts';
import { type Given, loopedAccount } from '../support/guarded-account.ts';
import { hostOf, openChat } from './chat-host.ts';
import { asksForEverySale, cardOf, hostileBoard, MARKUP } from './given-answers.ts';

const missing = browserMissing();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.runIf(missing === null)('the board in a chat', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let chat: Awaited<ReturnType<typeof openChat>>;
  const requests: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    await browser.context.clock.install({ time: NOW - 1_000 });
    await browser.context.clock.pauseAt(NOW);
    browser.context.on('request', (request) => requests.push(request.url()));
    browser.context.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    chat = await openChat(browser.context);
  }, 60_000);
  afterAll(async () => {
    await chat.close();
    await browser.close();
  }, 30_000);

  async function shown(given: Given = {}) {
    const guarded = await loopedAccount(given);
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    const frame = await chat.show(host, await host.call('get_portfolio_context'));
    await frame.getByRole('table').waitFor();
    return { guarded, host, frame };
  }
  const looksAgain = () => browser.context.clock.runFor(3_500);
  /** A host whose server answers what it is told to, as no server of ours does. */
  const told = (
    answers: Readonly<Record<string, CallToolResult>>,
    names: readonly string[] = [],
  ) => ({
    tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
    call: async (name: string) => answers[name] ?? { content: [] },
  });

  it('shows the account, and follows it without being asked', async () => {
    const { guarded, frame } = await shown();
    const row = frame.getByRole('row').filter({ hasText: 'AAPL' });
    expect(await row.textContent()).toContain('Covered');
    expect(await frame.locator('.board .banner').innerText()).toContain('SIMULATED');
    guarded.price('AAPL', '104');
    await guarded.clock.advanceBy(1_000);
    await looksAgain();
    await row.getByText('104.00', { exact: true }).waitFor();
    await row.getByText('+$40.00').waitFor();
    expect(await row.getByText(/stop \d+\.\d+, average cost 100.00, price 104.00/).count()).toBe(1);
  });

  it('opens a plan that waits, and goes back', async () => {
    const { guarded, host, frame } = await shown({ settings: asksForEverySale() });
    const proposal = await host.call('propose_plan', { intent: 'exit', symbol: 'AAPL' });
    const { plan_id, hash } = proposal.structuredContent as { plan_id: string; hash: string };
    await host.call('execute_plan', { plan_id, hash });
    expect(guarded.approvals.pending()).toHaveLength(1);
    await looksAgain();
    await frame.getByRole('button', { name: 'Review' }).click();
    await frame.getByText('Waits for your yes.').waitFor();
    await frame.getByRole('button', { name: 'Back to the board' }).click();
    await frame.getByRole('table').waitFor();
  });

  it('reads the text of an answer where the host drops its fields', async () => {
    const guarded = await loopedAccount();
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    const { structuredContent: _, ...onlyText } = await host.call('get_portfolio_context');
    const frame = await chat.show(host, onlyText, { capabilities: {} });
    await frame.getByRole('rowheader', { name: 'AAPL' }).waitFor();
  });

  it('says in words what is no account and no plan', async () => {
    const guarded = await loopedAccount();
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    const frame = await chat.show(
      host,
      await host.call('get_portfolio_context', { symbol: 'ZZZ' }),
    );
    await frame.getByText('There is no position and no working order in ZZZ.').waitFor();
  });

  it('follows the host into the dark and takes its colours, but nothing that loads', async () => {
    const { frame } = await shown();
    const background = () =>
      frame.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>;
    const light = await background();
    await chat.change({ theme: 'dark' });
    await expect.poll(background).not.toBe(light);
    const variables = {
      '--color-background-primary': 'rgb(1, 2, 3)',
      '--color-border-primary': 'url(https://evil.example/x)',
      color: 'red',
    };
    await chat.change({ theme: 'dark', styles: { variables } });
    await expect.poll(background).toBe('rgb(1, 2, 3)');
    const style = await frame.evaluate('document.documentElement.getAttribute("style")');
    expect(style).not.toContain('url');
  });

  it('shows what others wrote as text, in every field of board and card', async () => {
    const board = { content: [], structuredContent: hostileBoard() };
    const frame = await chat.show(told({}), board);
    await frame.getByText(MARKUP).first().waitFor();
    expect(await frame.locator('img, script:not(body > script), iframe').count()).toBe(0);
    const seen = await frame.locator('main').innerText();
    for (const place of ['alert', 'cause', 'blocked', 'account', 'plan'])
      expect(seen, place).toContain(`${place} ${MARKUP}`);

    const server = told(
      { show_plan: { content: [], structuredContent: { card: cardOf(MARKUP) } } },
      ['show_plan'],
    );
    const proposed = {
      plan_id: 'plan-1',
      hash: 'a'.repeat(64),
      expires_at: '2026-10-08T15:00:00Z',
    };
    const card = await chat.show(server, { content: [], structuredContent: proposed });
    await card.getByText(MARKUP).first().waitFor();
    for (const summary of await card.locator('summary').all()) await summary.click();
    expect(await card.locator('img, iframe').count()).toBe(0);
    const places = ['effect', 'title', 'asked', 'because', 'symbol', 'before', 'after', 'step'];
    const text = await card.locator('main').innerText();
    for (const place of [...places, 'detail', 'guardrail', 'denied', 'would'])
      expect(text, place).toContain(`${place} ${MARKUP}`);
    expect(problems).toEqual([]);
  });

  it.each(['light', 'dark'])(
    'has no serious finding of axe when it is %s',
    async (theme) => {
      const { host, frame } = await shown();
      await chat.change({ theme });
      expect(await findings(frame)).toEqual([]);
      const board = await chat.show(
        told({}),
        { content: [], structuredContent: hostileBoard() },
        {
          context: { theme },
        },
      );
      await board.getByText(MARKUP).first().waitFor();
      expect(await findings(board)).toEqual([]);
      const proposal = await host.call('propose_plan', { intent: 'exit', symbol: 'AAPL' });
      const card = await chat.show(host, proposal, { context: { theme } });
      await card.getByText('Nobody has to agree').waitFor();
      for (const summary of await card.locator('summary').all()) await summary.click();
      expect(await findings(card)).toEqual([]);
    },
    60_000,
  );

  it('would be found out by axe if a text were too pale', async () => {
    const { frame } = await shown();
    await frame.evaluate("document.querySelector('.chip').style.color = '#999999'");
    expect((await findings(frame)).join()).toContain('color-contrast');
  });

  it('fits a phone', async () => {
    await chat.page.setViewportSize({ width: 360, height: 740 });
    const { frame } = await shown();
    expect(await frame.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await chat.page.setViewportSize({ width: 1_000, height: 740 });
  });

  it('asks nobody for anything', () => {
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.filter((url) => !/^http:\/\/127\.0\.0\.1:\d+\//.test(url))).toEqual([]);
  });

  async function findings(frame: Awaited<ReturnType<typeof chat.show>>): Promise<string[]> {
    await frame.evaluate(axe);
    const looking = frame.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
    );
    let isDone = false;
    const done = looking.finally(() => {
      isDone = true;
    });
    // It waits for timers of a page whose time stands still.
    while (!isDone) await browser.context.clock.runFor(50);
    const violations = (await done) as { id: string; impact: string; nodes: { html: string }[] }[];
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }
});
