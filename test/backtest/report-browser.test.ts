import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policySettings } from '../../policies/registry.ts';
import { strategySettings } from '../../policies/strategies.ts';
import { replaceTextFile, temporaryDirectory } from '../../src/adapters/system/files.ts';
import { marketDays } from '../../src/backtest/market-days.ts';
import { buyAndHold, fixedStop, playFast, type Setup } from '../../src/backtest/portfolio.ts';
import { reportOf } from '../../src/backtest/report.ts';
import { reportPage } from '../../src/backtest/report-page.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { dailyBars } from './given-bars.ts';

const wave = Array.from({ length: 240 }, (_, day) => {
  const close = 100 + 25 * Math.sin(day / 12) + day / 10;
  return [close - 0.5, close + 2, close - 2, close] as const;
});
const bars = dailyBars(wave);
const setup: Setup = {
  series: [{ bars, entries: { kind: 'always', firstBar: 0, againAfterBars: 5 } }],
  ...{ cash: 1_000_000_000, fills: 'prints', spreadBps: 2, costBps: 0 },
};
const settings = policySettings.parse({});
const report = reportOf({
  title: 'Backtest <img src="https://evil.example/x" onerror="alert(1)">',
  facts: ['a wave of 240 days'],
  outcomes: [
    { name: 'BigBrother', outcome: playFast(setup, settings) },
    { name: 'fixed stop', outcome: fixedStop(setup, settings) },
    { name: 'buy and hold', outcome: buyAndHold(setup) },
  ],
  series: [bars],
  market: marketDays(bars, [bars], strategySettings.parse({})),
});

const missing = browserMissing();
if (missing !== null) process.stderr.write(`The report is not tested in a browser: ${missing}.\n`);

describe('the report of a backtest', () => {
  it('holds no script and names nothing outside itself', () => {
    const page = reportPage(report);
    expect(page).not.toMatch(/<script|<img|@import|url\(|\ssrc="|href="http/i);
    expect(page).toContain("default-src 'none'");
  });

  it('tells days and trades by the regime of the market, where a benchmark tells it', () => {
    const days = report.regimes.reduce((sum, each) => sum + each.days, 0);
    expect(days).toBe(240);
    expect(report.regimes.length).toBeGreaterThan(1);
    const page = reportPage(report);
    expect(page).toContain('<h2>By regime</h2>');
    for (const { regime } of report.regimes) expect(page).toContain(`<td>${regime}</td>`);
    expect(page).not.toContain('Switched on');
    const switches = [{ day: '2026-02-03', strategy: 'tight', because: 'a <b> fell' }];
    expect(reportPage({ ...report, switches })).toContain('<td>a &lt;b&gt; fell</td>');
    expect(reportPage({ ...report, regimes: [] })).not.toContain('By regime');
  });

  it('says as JSON what the page shows', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const [symbol] = report.symbols;
    expect(symbol?.trades.length).toBe(report.columns[0]?.figures.trades);
    expect(report.curves.map(({ equity }) => equity.length)).toEqual([240, 240, 240]);
  });
});

describe.runIf(missing === null)('the report of a backtest, in a browser', () => {
  const place = temporaryDirectory('bigbrother-report-');
  const path = join(place.path, 'report.html');
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const requests: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    replaceTextFile(path, reportPage(report));
    browser = await openBrowser();
    browser.context.on('request', (request) => requests.push(request.url()));
    browser.context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    browser.context.on('weberror', (error) => problems.push(error.error().message));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    place.remove();
  });

  it.each(['light', 'dark'] as const)(
    'draws its charts and asks for nothing (%s)',
    async (scheme) => {
      requests.length = 0;
      const page = await browser.context.newPage();
      await page.emulateMedia({ colorScheme: scheme });
      const url = pathToFileURL(path).href;
      await page.goto(url);
      expect(await page.locator('svg').count()).toBe(4);
      for (const chart of await page.locator('svg').all()) {
        const drawn = chart.locator('polyline, rect');
        expect(await drawn.count()).toBeGreaterThan(0);
        const box = await chart.boundingBox();
        expect(box?.height).toBeGreaterThan(60);
      }
      expect(await page.locator('path.buy').count()).toBe(report.columns[0]?.figures.trades);
      expect(await page.locator('img').count()).toBe(0);
      // Its style counts: the policy names it by its digest.
      const line = await page.evaluate(
        'getComputedStyle(document.querySelector("polyline.c0")).stroke',
      );
      expect(line).toBe(scheme === 'light' ? 'rgb(11, 99, 206)' : 'rgb(108, 176, 255)');
      const picture = process.env.REPORT_PICTURE;
      if (picture !== undefined)
        await page.screenshot({ path: `${picture}-${scheme}.png`, fullPage: true });
      expect(requests.filter((address) => address !== url && !address.startsWith('data:'))).toEqual(
        [],
      );
      expect(problems).toEqual([]);
      await page.close();
    },
    60_000,
  );

  it('fits on a phone', async () => {
    const page = await browser.context.newPage();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(pathToFileURL(path).href);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.close();
  }, 60_000);
});
