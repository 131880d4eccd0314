import { source as axeSource } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MovingAccount } from '../page-load/moving-account.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { type GuardedPage, guardedPage, servedPage } from './page-rig.ts';

const missing = browserMissing();
if (missing !== null) process.stderr.write(`The page is not tested in a browser: ${missing}.\n`);

const TABS = ['Board', 'Plans', 'Timeline', 'Charts', 'Rules', 'Tape'] as const;
const PATIENCE = { timeout: 15_000, interval: 50 };

describe.runIf(missing === null)('the local page, in a browser', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let guarded: GuardedPage;
  let page: Page;
  const requests: string[] = [];
  const problems: string[] = [];

  const open = (tab: (typeof TABS)[number]) =>
    page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
  const shown = (text: string, within = '.panel:visible') =>
    page.locator(within).getByText(text).first().waitFor();
  const rowOf = (symbol: string) => page.getByRole('row', { name: new RegExp(`^${symbol}`) });

  beforeAll(async () => {
    guarded = await guardedPage({
      positions: [
        { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
        { symbol: 'TSLA', qty: '-5', averageEntryPrice: '100' },
      ],
    });
    browser = await openBrowser({ viewport: { width: 1280, height: 800 } });
    const { context } = browser;
    context.on('request', (request) => requests.push(request.url()));
    context.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    context.on('weberror', (error) => problems.push(error.error().message));
    page = await context.newPage();
    await page.goto(guarded.served.link().url);
    await rowOf('AAPL').waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await guarded.served.close();
  });

  it('keeps the secret of the link neither in the address nor in the history', async () => {
    expect(page.url()).toBe(`${guarded.served.origin}/#board`);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.reload();
    await rowOf('AAPL').waitFor();
  });

  it('shows what is held, and what becomes of it while somebody looks', async () => {
    const { price, clock } = guarded;
    expect(await page.locator('.banner').first().innerText()).toContain('SIMULATED');
    expect(await rowOf('TSLA').innerText()).toContain('short');
    expect(await rowOf('AAPL').innerText()).toContain('Covered');
    price('AAPL', '103.25');
    await clock.advanceBy(11_000);
    await rowOf('AAPL').getByRole('cell', { name: '103.25', exact: true }).waitFor();
  });

  it('lets its person approve a plan, which then runs', async () => {
    const { plan, execute, first } = await guarded.askFor('2');
    expect(first).toMatchObject({ outcome: 'denied', refusal: 'approval_needed' });
    await page.getByRole('tab', { name: 'Plans (1)' }).click();
    const card = page.getByRole('article');
    await card.getByText(/an agent asks to/i).waitFor();
    await card.getByText(/^[1-5] min \d\d s left$/).waitFor();
    await card.getByText('Every step and reason').click();
    await card.getByRole('button', { name: 'Approve' }).click();
    await shown(`Approved: ${plan.id}.`);
    expect(guarded.records('approval_given').at(-1)).toMatchObject({
      planId: plan.id,
      body: { by: 'a person on the page', channel: 'page' },
    });
    const report = await execute();
    expect(report.outcome).toBe('completed');
    expect(guarded.held()).toBe('long 8');
    await shown('No plan waits for you.');
  });

  it('lets its person reject a plan', async () => {
    const { plan, execute, first } = await guarded.askFor('3');
    expect([first.refusal, first.because]).toEqual(['approval_needed', expect.any(String)]);
    await open('Plans');
    await page.getByRole('button', { name: 'Reject' }).click();
    await shown(`Rejected: ${plan.id}.`);
    expect(await execute()).toMatchObject({ outcome: 'denied', refusal: 'approval_rejected' });
    expect(guarded.held()).toBe('long 8');
  });

  it('shows words of others as words', async () => {
    const markup = '<img src="https://evil.example/x" onerror="alert(1)">';
    guarded.alerts.raise({ code: 'strange', symbol: null, because: markup });
    guarded.logger.log({
      ...{ type: 'plan_refused', actor: 'system', symbol: 'AAPL' },
      body: { refusal: 'strange', because: markup },
    });
    await open('Board');
    await shown(markup);
    await open('Timeline');
    await shown(markup);
    expect(await page.locator('img').count()).toBe(0);
    guarded.alerts.clear({ code: 'strange', symbol: null });
  });

  it('tells what happened, and why', async () => {
    await open('Timeline');
    await page.getByLabel('Show').selectOption('fills');
    const entry = page.locator('.entry', { hasText: 'filled' }).first();
    await entry.getByText('Why').click();
    await entry.locator('.chain li').first().waitFor();
    const chain = await entry.locator('.chain').innerText();
    expect(chain).toContain('planned by the host');
    expect(chain).toContain('guardrails passed it');
    expect(chain).toContain('by a person on the page');
    await page.getByLabel('Show').selectOption('');
  });

  it('draws equity, drawdown, R, and the price with its stop and fills', async () => {
    const { price, clock } = guarded;
    for (const at of ['104', '101', '102.5']) {
      price('AAPL', at);
      await clock.advanceBy(11_000);
    }
    await open('Charts');
    await page.locator('.charts').getByLabel('Symbol').selectOption('AAPL');
    await page.getByRole('img', { name: /AAPL 102\.50.*stop 9\d\.\d\d, 1 fill$/ }).waitFor();
    await page.getByRole('img', { name: /Equity and drawdown\. \$\d/ }).waitFor();
    await page.getByRole('img', { name: /1 closes, 1 of them gains/ }).waitFor();
    const colours = async (index: number): Promise<number> =>
      page.evaluate(`(${countColours})(${index})`) as Promise<number>;
    for (const index of [0, 1, 2]) {
      await expect.poll(() => colours(index), PATIENCE).toBeGreaterThan(3);
    }
  });

  it('shows policies with their stage, and guardrails with their headroom', async () => {
    await open('Rules');
    await shown('All positions together');
    const limit = page.locator('.limit', { hasText: 'Largest name: AAPL' });
    expect(await limit.innerText()).toMatch(/\d % of 20 % of equity[\s\S]*% left/);
    const policy = page.locator('.policy', { hasText: 'stop-loss' });
    expect(await policy.innerText()).toContain('Acts everywhere');
    expect(await page.locator('.guardrail').count()).toBeGreaterThan(20);
    const word = page.locator('.guardrail', { hasText: 'oversell' }).first();
    expect(await word.innerText()).toMatch(/limit: .*asked \d+ times, denied 0/);
  });

  it('shows the tape of the simulated exchange', async () => {
    guarded.price('AAPL', '102.75');
    await open('Tape');
    const prints = page.getByRole('table', { name: 'Prints' });
    await prints.getByRole('cell', { name: /^102\.75/ }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'has no serious fault by axe in a %s theme',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await guarded.askFor('1');
      const found: unknown[] = [];
      for (const tab of TABS) {
        await open(tab);
        await page.locator('.panel:visible').waitFor();
        if (tab === 'Plans') await page.getByRole('article').first().waitFor();
        found.push(...(await seriousFaults(page, tab)));
      }
      expect(found).toEqual([]);
    },
    60_000,
  );

  it('fits a phone, in every part', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const tab of TABS) {
      await open(tab);
      await page.locator('.panel:visible').waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect([tab, width]).toEqual([tab, 360]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('is walked through with the keyboard', async () => {
    await open('Board');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator(':focus').innerText()).toMatch(/^Plans/);
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByRole('tab', { name: 'Board' }).getAttribute('aria-selected')).toBe(
      'true',
    );
  });

  it('writes every row of a long board, though over several frames', async () => {
    const account = new MovingAccount(130);
    const served = await servedPage(account);
    const long = await browser.context.newPage();
    await long.goto(served.link().url);
    await expect.poll(() => account.looks, PATIENCE).toBeGreaterThan(2);
    account.isStill = true;
    for (const index of [0, 60, 129]) {
      const cell = long.locator('.rows .row').nth(index).locator('[data-column="Price"]');
      await expect.poll(() => cell.textContent(), PATIENCE).toBe(account.priceOf(index));
    }
    await long.close();
    await served.close();
  });

  it('only looks in a tab that no link opened', async () => {
    const { askFor, clock } = guarded;
    await clock.advanceBy(130_000);
    await askFor('1');
    const other = await browser.context.newPage();
    await other.goto(`${guarded.served.origin}/#plans`);
    await other.getByRole('article').first().waitFor();
    await other.getByText('This tab only looks.').waitFor();
    expect(await other.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await other.close();
  });

  it('says that it is old when nobody answers, and asks for a login when that has ended', async () => {
    await page.route('**/page/view/board', (route) => route.abort());
    await shown('What stands here is old', 'body');
    await page.unroute('**/page/view/board');
    await page.getByText('What stands here is old').waitFor({ state: 'hidden' });
    problems.length = 0;
    await page.getByRole('button', { name: 'Log out' }).click();
    await shown('open the link that it prints', 'body');
    await page.getByLabel('Token').fill('bbt_nothing');
    await page.getByRole('button', { name: 'Look' }).click();
    await shown('is not known, was used or is too old', 'body');
    await page.getByLabel('Token').fill(guarded.served.tokens.create('desk', 'read'));
    await page.getByRole('button', { name: 'Look' }).click();
    await rowOf('AAPL').waitFor();
  });

  it('asked nobody but its own server for anything, and broke none of its rules', () => {
    const { origin } = guarded.served;
    const others = requests.filter((url) => !/^http:\/\/127\.0\.0\.1:\d+\//.test(url));
    expect(others).toEqual([]);
    expect(requests.some((url) => url.startsWith(`${origin}/page/`))).toBe(true);
    expect(problems.filter((text) => !/401|ERR_FAILED/.test(text))).toEqual([]);
  });
});

/** Runs in the page: how many colours a chart shows; an empty one has hardly any. */
const countColours = `(index) => {
  const frame = document.querySelectorAll('.chart-frame')[index];
  const colours = new Set();
  for (const canvas of frame.querySelectorAll('canvas')) {
    if (canvas.width === 0 || canvas.height === 0) continue;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 0) colours.add(data[at] + ',' + data[at + 1] + ',' + data[at + 2]);
    }
  }
  return colours.size;
}`;

async function seriousFaults(page: Page, tab: string): Promise<readonly unknown[]> {
  // Past the policy of the page, as a browser's own tools are.
  const loaded = await page.evaluate('typeof axe !== "undefined"');
  if (loaded !== true) await page.evaluate(axeSource);
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ tab, id, where: nodes.slice(0, 3) }));
}
