// Takes the pictures of the local page that the documents show, of an hour on the built-in exchange.
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
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
import { compose } from '../../src/compose.ts';
import { defaultSettings } from '../../src/config.ts';
import { ticker } from '../../src/domain/ids.ts';
import { PaperExchange } from '../../src/paper-exchange/exchange.ts';
import { rulesFromJson } from '../../src/settings-file.ts';
import { servedPage } from '../server/page-rig.ts';
import { openBrowser } from '../support/chromium.ts';
import { settle } from '../support/guarded-account.ts';

/** Thursday 2026-10-08, 10:15 in New York. */
const START = Date.UTC(2026, 9, 8, 14, 15);
const MINUTES = 75;
const PLACE = 'docs/images';

const clock = new VirtualClock(START);
const directory = temporaryDirectory('bigbrother-pictures-');
const market = { kind: 'generated', symbols: madeUpMarket } as const;
const account = madeUpAccount(madeUpPositions, 'PA3141592653');
const exchange = new PaperExchange({ seed: 'pictures', accounts: [account], market }, clock);
const rules = rulesFromJson({
  mode: 'execute',
  approvals: { limits: { saleDollarsPerDay: '0' } },
  rollout: { 'partial-profit': { stage: 'symbols', symbols: ['AAPL', 'MSFT'] } },
});
const settings = { ...defaultSettings('execute', directory.path), rules };
const system = { clock, ids: new RandomIds(), exchange, journal: 'memory' } as const;
const running = await settle(clock, compose(settings, system));
running.orchestrator.start();

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
for (let minute = 0; minute < MINUTES; minute += 1) await clock.advanceBy(60_000);
await sellByHost('NVDA', '20', true);
for (let minute = 0; minute < 10; minute += 1) await clock.advanceBy(60_000);
await sellByHost('AAPL', '40', false);

mkdirSync(PLACE, { recursive: true });
const browser = await openBrowser({
  viewport: { width: 1200, height: 740 },
  ...{ colorScheme: 'light', timezoneId: 'America/New_York', locale: 'en-US' },
});
const page = await browser.context.newPage();
await page.goto(served.link().url);
await page.locator('.rows .row').nth(7).waitFor();
await take(page, 'Board', 'page-board-light');
await page.emulateMedia({ colorScheme: 'dark' });
await take(page, 'Charts', 'page-charts-dark');
await take(page, 'Board', 'page-board-dark');
await page.emulateMedia({ colorScheme: 'light' });
await take(page, 'Timeline', 'page-timeline-light');
await page.setViewportSize({ width: 390, height: 780 });
await take(page, 'Plans', 'page-plans-phone');
await take(page, 'Board', 'page-board-phone');

await browser.close();
await served.close();
await settle(clock, running.stopGuarding());
running.close();
directory.remove();

/** A sale that a host asks for; with `isApproved` a person agrees and it runs. */
async function sellByHost(symbol: string, quantity: string, isApproved: boolean): Promise<void> {
  const { bigBrother, approvals } = running;
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

async function take(from: Page, tab: string, name: string): Promise<void> {
  await from.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
  await from.locator('.panel:visible').waitFor();
  if (tab === 'Charts') {
    await from.locator('.charts').getByLabel('Symbol').selectOption('NVDA');
    await from.getByRole('img', { name: /NVDA.*1 fill$/ }).waitFor();
  }
  if (tab === 'Timeline') {
    await from.getByLabel('Show').selectOption('fills');
    await from.locator('summary.entry-line').first().click();
    await from.locator('.chain li').first().waitFor();
  }
  if (tab === 'Plans') await from.getByRole('article').waitFor();
  // Charts fade nothing in, and still draw a frame after their data.
  await from.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))');
  await from.screenshot({ path: `${PLACE}/${name}.png` });
}
