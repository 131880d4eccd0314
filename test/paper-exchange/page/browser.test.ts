import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, openBrowser } from '../../support/chromium.ts';
import { MARKUP, shownExchange } from './given.ts';

const missing = browserMissing();
if (missing !== null) process.stderr.write(`The page is not tested in a browser: ${missing}.\n`);

describe.runIf(missing === null)('the page in a browser', () => {
  let shown: Awaited<ReturnType<typeof shownExchange>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const requests: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    [shown, browser] = await Promise.all([shownExchange(), openBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    shown.exchange.stop();
    await shown.server.close();
  });

  async function opened(context: BrowserContext = browser.context): Promise<Page> {
    const page = await context.newPage();
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(shown.url);
    await page.getByText('Account PA123').waitFor();
    return page;
  }

  it('shows accounts, positions, open orders, the tape, faults and the clock', async () => {
    const page = await opened();
    const text = await page.locator('body').innerText();
    for (const part of [
      ...['Mon, Nov 2, 2026', 'open', 'closes Mon 16:00', 'AAPL', '12.345', '+202.00'],
      ...['sell 10 stop_limit 405 / 404', 'held', '420.15', 'slow orders', 'Flat.'],
    ]) {
      expect(text).toContain(part);
    }
    await page.close();
  });

  it('follows what happens', async () => {
    const page = await opened();
    shown.print('MSFT', '433.21');
    await page.locator('#tape').getByText('433.21').waitFor();
    await page.locator('#accounts').getByText('433.21').waitFor();
    await page.close();
  });

  it('shows markup in names as text', async () => {
    const page = await opened();
    await page.getByText(MARKUP).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('Paper exchange');
    await page.close();
  });

  it('fits a phone, in the dark and in the light, without scrolling sideways', async () => {
    const grounds: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await opened();
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 740 });
      const widest = await page.evaluate('document.documentElement.scrollWidth');
      expect(widest).toBeLessThanOrEqual(360);
      const inner = await page.evaluate(
        '[...document.querySelectorAll(".wide")].filter((one) => one.scrollWidth > one.clientWidth + 1).length',
      );
      expect(inner).toBe(0);
      grounds.push(String(await page.evaluate('getComputedStyle(document.body).backgroundColor')));
      await page.close();
    }
    expect(new Set(grounds).size).toBe(2);
  });

  it('says so when the exchange no longer answers', async () => {
    const page = await opened();
    await page.route('**/__page/view', (route) => route.abort());
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('status').innerText()).toContain('does not answer');
    problems.length = 0;
    await page.close();
  });

  it('asked only the exchange, and met no error', () => {
    expect(new Set(requests.map((url) => new URL(url).origin))).toEqual(
      new Set([new URL(shown.url).origin]),
    );
    expect(problems).toEqual([]);
  });
});
