import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import {
  madeUpAccount,
  madeUpMarket,
  madeUpPositions,
} from '../../src/cli/exchange/embedded-exchange.ts';
import { tapeOf } from '../../src/cli/owner/exchange-tape.ts';
import { pageDoor } from '../../src/cli/owner/page-door.ts';
import { compose, type Running } from '../../src/compose.ts';
import { defaultSettings } from '../../src/config.ts';
import { ticker } from '../../src/domain/ids.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { rulesFromJson } from '../../src/settings-file.ts';
import { servedPage } from '../server/page-rig.ts';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { settle } from '../support/guarded-account.ts';
import { seenOn } from '../support/picture.ts';

const missing = browserMissing();
/** Set to a folder, it keeps the pictures: `npm run page:pictures`. */
const folder = process.env.SCREENSHOTS;
/** Thursday 2026-10-08, 10:15 in New York. */
const START = Date.UTC(2026, 9, 8, 14, 15);
/** An hour and more for the pictures that are kept; what is tested shows after some minutes. */
const MINUTES = folder === undefined ? 5 : 75;

const rules = rulesFromJson({
  mode: 'execute',
  approvals: { limits: { saleDollarsPerDay: '0' } },
  rollout: { 'partial-profit': { stage: 'symbols', symbols: ['AAPL', 'MSFT'] } },
});

/** A morning on the built-in exchange: one sale of a host ran, another one waits. */
async function morning() {
  const clock = new VirtualClock(START);
  const directory = temporaryDirectory('bigbrother-pictures-');
  const market = { kind: 'generated', symbols: madeUpMarket } as const;
  const account = madeUpAccount(madeUpPositions, 'PA3141592653');
  const exchange = new PaperExchange({ seed: 'pictures', accounts: [account], market }, clock);
  const settings = { ...defaultSettings('execute', directory.path), rules };
  const system = { clock, ids: new RandomIds(), exchange, journal: 'memory' } as const;
  const running = await settle(clock, compose(settings, system));
  running.orchestrator.start();
  onTestFinished(async () => {
    await settle(clock, running.stopGuarding());
    running.close();
    directory.remove();
  });
  await clock.advanceBy(MINUTES * 60_000);
  await sellByHost(running, clock, 'NVDA', '20', true);
  await clock.advanceBy(2 * 60_000);
  await sellByHost(running, clock, 'AAPL', '40', false);
  return { running, clock, exchange };
}

/** A sale that a host asks for; with `isApproved` a person agrees and it runs. */
async function sellByHost(
  { bigBrother, approvals }: Running,
  clock: VirtualClock,
  symbol: string,
  quantity: string,
  isApproved: boolean,
): Promise<void> {
  const amount = { kind: 'quantity', quantity } as const;
  const intent = { kind: 'reduce', symbol: ticker(symbol), amount } as const;
  const proposal = await settle(clock, bigBrother.propose(intent, 'host'));
  if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join());
  const { plan } = proposal;
  const execute = () => settle(clock, bigBrother.execute(plan.id, plan.hash));
  await execute();
  const [waiting] = approvals.pending();
  if (!isApproved || waiting === undefined) return;
  approvals.approve({ ...waiting, by: 'klaus on the page', channel: 'page' });
  await execute();
}

/** Its page, on a real socket. */
async function servedMorning() {
  const { running, clock, exchange } = await morning();
  const real = new SystemClock();
  const door = pageDoor(
    {
      ...running,
      tape: tapeOf(exchange),
      clock: {
        now: () => clock.now(),
        monotonicMs: () => clock.monotonicMs(),
        after: (delayMs, task) => clock.after(delayMs, task),
        sleep: (delayMs, signal) => real.sleep(delayMs, signal),
      },
    },
    [],
  );
  const served = await servedPage({
    read: (view, query) => door.read(view, query),
    waiting: () => Promise.resolve(running.approvals.pending()),
    approve: () => Promise.resolve(null),
    reject: () => Promise.resolve(null),
  });
  onTestFinished(served.close);
  return served;
}

async function show(page: Page, tab: string): Promise<void> {
  await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
  await page.locator('.panel:visible').waitFor();
  if (tab === 'Charts') {
    await page.locator('.charts').getByLabel('Symbol').selectOption('NVDA');
    await page.getByRole('img', { name: /NVDA.*1 fill$/ }).waitFor();
  }
  if (tab === 'Timeline') {
    await page.getByLabel('Show').selectOption('fills');
    await page.locator('summary.entry-line').first().click();
    await page.locator('.chain li').first().waitFor();
  }
  if (tab === 'Plans') await page.getByRole('article').waitFor();
  // Charts fade nothing in, and still draw a frame after their data.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))');
}

const WIDE = { width: 1200, height: 740 };
const PHONE = { width: 390, height: 780 };
const pictures = [
  ['Board', 'light', WIDE, 'page-board-light'],
  ['Charts', 'dark', WIDE, 'page-charts-dark'],
  ['Board', 'dark', WIDE, 'page-board-dark'],
  ['Timeline', 'light', WIDE, 'page-timeline-light'],
  ['Plans', 'light', PHONE, 'page-plans-phone'],
  ['Board', 'light', PHONE, 'page-board-phone'],
] as const;

describe.runIf(missing === null)('pictures of the page', () => {
  it('show every part in its theme, on a screen and on a phone', async () => {
    const served = await servedMorning();
    const browser = await openBrowser({
      ...{ viewport: WIDE, timezoneId: 'America/New_York', locale: 'en-US' },
    });
    onTestFinished(browser.close);
    const page = await browser.context.newPage();
    await page.goto(served.link().url);
    await page.locator('.rows .row').nth(7).waitFor();
    for (const [tab, colorScheme, size, name] of pictures) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await show(page, tab);
      const picture = await page.screenshot();
      const { width, height, brightness, colours } = await seenOn(browser.context, picture);
      expect([name, width, height]).toEqual([name, size.width, size.height]);
      expect([name, brightness < 128 ? 'dark' : 'light']).toEqual([name, colorScheme]);
      expect(colours).toBeGreaterThan(100);
      expect(picture.length).toBeLessThan(250_000);
      if (folder === undefined) continue;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.png`), picture);
    }
  }, 90_000);
});
