import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { NOW } from '../support/given.ts';
import { guardedAccount, settle } from '../support/guarded-account.ts';
import { seenOn } from '../support/picture.ts';
import { hostOf, openChat } from './chat-host.ts';

const missing = browserMissing();
/** Set to a folder, it keeps the pictures: `npm run app:pictures`. */
const folder = process.env.SCREENSHOTS;

const HELD = [
  { symbol: 'AAPL', qty: '120', averageEntryPrice: '227.40', now: '241.15' },
  { symbol: 'JPM', qty: '60', averageEntryPrice: '301.10', now: '297.85' },
  { symbol: 'MSFT', qty: '45', averageEntryPrice: '498.30', now: '512.60' },
  { symbol: 'NVDA', qty: '150', averageEntryPrice: '171.25', now: '188.02' },
  { symbol: 'XOM', qty: '90', averageEntryPrice: '112.70', now: '113.05' },
] as const;
const looks = [
  ['light', 1_000, '-light'],
  ['dark', 1_000, '-dark'],
  ['light', 390, '-phone'],
] as const;

/** As on a day in trade: bought at other prices than now, one position bought a moment ago. */
async function tradingDay() {
  const { approvals } = defaultRuntimeSettings;
  const limits = { ...approvals.limits, saleDollarsPerDay: '5000' };
  const guarded = await guardedAccount({
    positions: HELD.map(({ symbol, qty, averageEntryPrice }) => ({
      symbol,
      qty,
      averageEntryPrice,
    })),
    symbols: [...HELD.map(({ symbol }) => symbol), 'AMD'],
    settings: { environment: 'paper', approvals: { ...approvals, limits } },
    policies: { partialProfit: { placed: 'with_first_stop' } },
  });
  guarded.price('AMD', '164.20');
  for (const { symbol, averageEntryPrice } of HELD) guarded.price(symbol, averageEntryPrice);
  await settle(guarded.clock, guarded.start());
  guarded.orchestrator.start();
  await guarded.clock.advanceBy(20_000);
  for (const { symbol, now } of HELD) guarded.price(symbol, now);
  await guarded.clock.advanceBy(20_000);
  return guarded;
}

describe.runIf(missing === null)('pictures of the app', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let chat: Awaited<ReturnType<typeof openChat>>;

  beforeAll(async () => {
    browser = await openBrowser({ timezoneId: 'America/New_York', locale: 'en-US' });
    await browser.context.clock.install({ time: NOW });
    chat = await openChat(browser.context);
  }, 60_000);
  afterAll(async () => {
    await chat.close();
    await browser.close();
  }, 30_000);

  const takePictures = async (name: string) => {
    const frame = chat.page.locator('iframe');
    for (const [theme, width, suffix] of looks) {
      await chat.page.setViewportSize({ width, height: 400 });
      await chat.change({ theme });
      await browser.context.clock.runFor(1_000);
      // What lies below the edge of the window is not drawn.
      const height = Math.ceil((await frame.boundingBox())?.height ?? 0);
      await chat.page.setViewportSize({ width, height });
      const picture = await frame.screenshot({ animations: 'disabled' });
      expect(height).toBeGreaterThan(300);
      expect(picture.length).toBeLessThan(150_000);
      const seen = await seenOn(browser.context, picture);
      expect([seen.width, seen.brightness < 128]).toEqual([width, theme === 'dark']);
      expect(seen.colours).toBeGreaterThan(100);
      if (folder === undefined) continue;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}${suffix}.png`), picture);
    }
  };

  it('shows the board in both themes and on a phone', async () => {
    const guarded = await tradingDay();
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    await guarded.trade('AMD', 'buy', '40');
    await guarded.clock.advanceBy(300);
    const frame = await chat.show(host, await host.call('get_portfolio_context'));
    await frame.getByText('AAPL').first().waitFor();
    await takePictures('app-board');
  }, 60_000);

  it('shows the card in both themes and on a phone', async () => {
    const guarded = await tradingDay();
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    const result = await host.call('propose_plan', { intent: 'exit', symbol: 'NVDA' });
    const frame = await chat.show(host, result);
    await frame.getByRole('button', { name: 'Approve and send' }).waitFor();
    await takePictures('app-card');
  }, 60_000);
});
