import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { browserMissing, openBrowser } from '../support/chromium.ts';
import { NOW } from '../support/given.ts';
import { type Given, loopedAccount } from '../support/guarded-account.ts';
import { hostOf, openChat } from './chat-host.ts';
import { asksForEverySale } from './given-answers.ts';

const missing = browserMissing();
const ASKS = asksForEverySale();
const { approvals } = ASKS;

describe.runIf(missing === null)('the card in a chat', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let chat: Awaited<ReturnType<typeof openChat>>;
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    await browser.context.clock.install({ time: NOW - 1_000 });
    await browser.context.clock.pauseAt(NOW);
    browser.context.on('request', (request) => requests.push(request.url()));
    chat = await openChat(browser.context);
  }, 60_000);
  afterAll(async () => {
    await chat.close();
    await browser.close();
  }, 30_000);

  /** An account under guard, a host with the app, and a proposal of its model on the card. */
  async function shown(given: Given = {}) {
    const guarded = await loopedAccount({ settings: ASKS, ...given });
    await guarded.clock.advanceBy(5_000);
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    const result = await host.call('propose_plan', { intent: 'exit', symbol: 'AAPL' });
    const frame = await chat.show(host, result);
    const approve = frame.getByRole('button', { name: 'Approve and send' });
    return { guarded, host, frame, approve };
  }
  /** As soon as the buttons take clicks. */
  async function proposal(given: Given = {}) {
    const card = await shown(given);
    await card.approve.waitFor();
    // The card starts its second of caution when it has drawn itself, which no step of ours awaits.
    await expect
      .poll(async () => {
        await armed();
        return card.approve.getAttribute('aria-disabled');
      })
      .not.toBe('true');
    return card;
  }
  const armed = () => browser.context.clock.runFor(1_000);

  it('shows what would be done and what it may cost, before it asks for anything', async () => {
    const { frame, guarded } = await proposal();
    const text = await frame.locator('main').innerText();
    expect(text).toContain('SIMULATED');
    expect(text).toContain('It sells all 10 AAPL');
    expect(text).toMatch(/At worst it loses\s+\$\d/);
    expect(text).toMatch(/guardrails let it pass/);
    expect(text).toContain('sell 10');
    expect(guarded.records('approval_requested')).toEqual([]);
  });

  it('approves by a click, and the plan is executed on the exchange', async () => {
    const { frame, guarded } = await proposal();
    await frame.getByRole('button', { name: 'Approve and send' }).click();
    await frame.getByText('Plan completed').waitFor();
    expect(guarded.held()).toBeNull();
    expect(guarded.records('approval_given')).toHaveLength(1);
    expect(guarded.records('approval_given')[0]).toMatchObject({
      actor: 'person',
      body: { channel: 'app' },
    });
    expect(chat.told.join()).toContain('the person chose: approve');
  });

  it('rejects by a click, and the same cannot be proposed again', async () => {
    const { frame, guarded, host } = await proposal();
    await frame.getByRole('button', { name: 'Reject' }).click();
    await frame.getByText('Rejected. Nothing was sent.').waitFor();
    expect(guarded.held()).toBe('long 10');
    expect(guarded.records('approval_refused')[0]).toMatchObject({ actor: 'person' });
    const again = await host.call('propose_plan', { intent: 'exit', symbol: 'AAPL' });
    expect(again.isError).toBe(true);
  });

  it('halts new risk by two clicks', async () => {
    const { frame, guarded } = await proposal();
    await frame.getByRole('button', { name: 'Halt new risk' }).click();
    expect(guarded.bigBrother.status().tradingState).toBe('active');
    await frame.getByRole('button', { name: 'Yes, halt new risk' }).click();
    await frame.getByText('Halted: no new risk').waitFor();
    expect(guarded.bigBrother.status().tradingState).not.toBe('active');
  });

  it('takes no click once the plan has expired', async () => {
    const { frame, guarded } = await proposal();
    await guarded.clock.advanceBy(approvals.lifetimeMs + 1_000);
    await browser.context.clock.runFor(4_000);
    await frame.getByText('Expired. Nothing was sent.').waitFor();
    expect(await frame.getByRole('button', { name: 'Approve and send' }).isVisible()).toBe(false);
    expect(guarded.records('approval_given')).toEqual([]);
  });

  it('takes no click that a script makes, and none before a person can have read it', async () => {
    const { guarded, approve } = await shown();
    await approve.waitFor();
    await approve.click({ force: true });
    await armed();
    await approve.evaluate((button: { click(): void }) => button.click());
    await armed();
    expect(guarded.records('approval_requested')).toEqual([]);
  });

  it('is answered with the keyboard alone', async () => {
    const { frame, guarded } = await proposal();
    await frame.getByRole('button', { name: 'Approve and send' }).focus();
    for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Shift+Tab']) await chat.page.keyboard.press(key);
    await chat.page.keyboard.press('Enter');
    await frame.getByText('Plan completed').waitFor();
    expect(guarded.held()).toBeNull();
  });

  it('hands a host that drops the secret to the terminal', async () => {
    const guarded = await loopedAccount({ settings: ASKS });
    const host = await hostOf(guarded);
    onTestFinished(() => host.close());
    const call = async (name: string, args?: Record<string, unknown>) => {
      const { _meta, ...rest } = await host.call(name, args);
      return rest;
    };
    const result = await call('propose_plan', { intent: 'exit', symbol: 'AAPL' });
    const frame = await chat.show({ ...host, call }, result);
    await frame.getByText('does not hand over what an approval takes').waitFor();
    expect(await frame.getByRole('button', { name: 'Approve and send' }).isVisible()).toBe(false);
  });

  it('does not take a yes for real money, unless the owner says so', async () => {
    const live = { ...ASKS, environment: 'live' } as const;
    const { frame } = await shown({ settings: live });
    await frame.getByText('does not count for real money').waitFor();
    expect(await frame.locator('.banner').innerText()).toContain('LIVE');
    expect(await frame.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  afterEach(() => {
    const outside = requests.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:)/.test(url));
    expect(outside).toEqual([]);
  });
});
