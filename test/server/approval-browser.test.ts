import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { PageHost } from '../../src/cli/owner/page-host.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { NOW } from '../support/given.ts';
import { pageGiven, WAITING } from './given-page.ts';

const missing = browserMissing();
if (missing !== null) process.stderr.write(`The page is not tested in a browser: ${missing}.\n`);

const MARKUP = '<img src="https://evil.example/x" onerror="alert(1)">';
const waiting = {
  ...WAITING,
  text: { ...WAITING.text, lines: [...WAITING.text.lines, MARKUP] },
};

describe.runIf(missing === null)('the page of plans that wait, in a browser', () => {
  const { desk, words } = pageGiven([waiting]);
  const host = new PageHost({
    approvals: desk,
    clock: new VirtualClock(NOW),
    ids: new RandomIds(),
  });
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const requests: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    browser.context.on('request', (request) => requests.push(request.url()));
    browser.context.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await host.close();
  });

  it('shows what would be done, and sends a yes that counts once', async () => {
    const page = await browser.context.newPage();
    await page.goto(await host.open());
    const text = await page.locator('body').innerText();
    for (const line of waiting.text.lines) expect(text).toContain(line);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByText('Details').click();
    await page.getByText('AAPL step 1').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText(`Approved: ${WAITING.planId}.`).waitFor();
    expect(words.map(([word]) => word)).toEqual(['approve']);

    await page.goBack();
    await page.reload();
    await page.getByText('This address was used').waitFor();
    expect(words).toHaveLength(1);
    await page.close();
  });

  it('takes nothing from a form of another site', async () => {
    const address = new URL(await host.open());
    const token = address.searchParams.get('token');
    const page = await browser.context.newPage();
    await page.setContent(
      `<form method="post" action="${address.origin}/answer">` +
        `<input name="token" value="${token}"><input name="plan" value="${WAITING.planId}">` +
        `<input name="hash" value="${WAITING.hash}"><input name="code" value="${WAITING.code}">` +
        '<button name="answer" value="approve">Win a prize</button></form>',
    );
    await page.getByRole('button').click();
    await page.getByText('This was sent by another site.').waitFor();
    expect(words).toHaveLength(1);
    await page.close();
  });

  it('asks nobody but itself for anything, on a phone as well', async () => {
    const page = await browser.context.newPage();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(await host.open());
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(requests.filter((url) => !/^http:\/\/127\.0\.0\.1:\d+\//.test(url))).toEqual([]);
    expect(problems.filter((text) => !text.includes('403'))).toEqual([]);
    await page.close();
  });
});
