import { describe, expect, it } from 'vitest';
import { text } from '../../src/domain/decimal.ts';
import { type Ticker, ticker } from '../../src/domain/ids.ts';
import type { Intent } from '../../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { open, planOf, propose, readyToBuy } from '../support/entries.ts';
import type { Guarded } from '../support/guarded-account.ts';

const weights = (
  percents: Readonly<Record<string, string>>,
  cash: string | null = null,
): Intent => ({
  ...{ kind: 'rebalance', symbol: null, cashPercent: cash },
  weights: Object.entries(percents).map(([symbol, percent]) => ({
    symbol: ticker(symbol),
    percent,
  })),
});

const { approvals, risk } = defaultRuntimeSettings;
const limits = {
  ...{ saleDollarsPerDay: '1000000', saleEquityPercentPerDay: '100' },
  ...{ salePositionPercentPerDay: '100', addedDollars: '1000000' },
};
const settings = {
  approvals: { ...approvals, limits, liveLimits: limits, proposalsPerMinute: 60 },
  risk: { ...risk, rebalanceBandPercent: '0.5' },
};

/** 100 AAPL of $10,000 beside $100,000 in cash, and MSFT to buy. */
const account = (more: object = {}): Promise<Guarded> =>
  readyToBuy({
    positions: [{ symbol: 'AAPL', qty: '100', averageEntryPrice: '100' }],
    settings,
    ...more,
  });

const partsOf = async (guarded: Guarded, intent: Intent) =>
  (await planOf(guarded, intent)).plan.parts.map(
    ({ symbol, steps }) => `${symbol} ${[...new Set(steps.map(({ purpose }) => purpose))].join()}`,
  );

const weightOf = (guarded: Guarded, symbol: Ticker): number => {
  const { positions = [], account: of } = guarded.state.snapshot() ?? {};
  const held = positions.find((position) => position.symbol === symbol);
  if (held === undefined || of === undefined) return 0;
  return (Number(text(held.quantity)) * 100 * 100) / Number(text(of.equity));
};

/** What was done is seen, and the prices are new again. */
async function later(guarded: Guarded): Promise<void> {
  await guarded.clock.advanceBy(15_000);
  for (const symbol of ['AAPL', 'MSFT']) guarded.price(symbol, '100');
  await guarded.clock.advanceBy(100);
}

describe('a rebalance', () => {
  it('buys what is not held up to the edge of its band, with its stop in the same group', async () => {
    const guarded = await account();
    const { notes } = await planOf(guarded, weights({ MSFT: '3' }));
    expect(notes[0]?.because).toMatch(/^buys \$\d+\.\d\d of 1 name, each with its stop/);
    expect(notes[1]?.because).toBe('MSFT 0.00 % of equity before, 2.47 % after, target 3.00 %');
    const report = await open(guarded, weights({ MSFT: '3' }));
    expect(report.outcome).toBe('completed');
    expect(guarded.held('MSFT')).toBe('long 27');
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 27 @92.48']);
  });

  it('sells first, and buys with what was sold when the same is proposed again', async () => {
    const guarded = await account();
    const wanted = weights({ AAPL: '4', MSFT: '5' });
    expect(await partsOf(guarded, wanted)).toEqual(['AAPL release,reduce']);
    const { notes } = await planOf(guarded, wanted);
    expect(notes[0]?.because).toMatch(/^sells \$\d+\.\d\d first; .*buys \$\d+\.\d\d of 1 name;/);
    await open(guarded, wanted);
    await later(guarded);
    expect(await partsOf(guarded, wanted)).toEqual(['MSFT open']);
    await open(guarded, wanted);
    await later(guarded);
    const third = await propose(guarded, wanted);
    expect(third.outcome).toBe('nothing_to_do');
    expect(weightOf(guarded, ticker('AAPL'))).toBeLessThanOrEqual(4.5 + 0.1);
    expect(weightOf(guarded, ticker('MSFT'))).toBeGreaterThanOrEqual(4.5 - 0.1);
    for (const symbol of ['AAPL', 'MSFT']) {
      expect(guarded.context(symbol)?.cover.nakedQuantity.toFixed()).toBe('0');
    }
  });

  it('adds to what is held beside the stop that rests there', async () => {
    const guarded = await account();
    await open(guarded, weights({ AAPL: '12' }));
    expect(guarded.held('AAPL')).toBe('long 126');
    expect(guarded.context('AAPL')?.cover.nakedQuantity.toFixed()).toBe('0');
  });

  it('spends no more than there is, at the most that the entries may pay, and says what is missing', async () => {
    const guarded = await account();
    const { notes, plan } = await planOf(guarded, weights({ MSFT: '95' }));
    expect(notes[0]?.because).toMatch(/\$\d+\.\d\d below target stay missing/);
    const [step] = plan.parts[0]?.steps ?? [];
    const order = step?.kind === 'submit' ? step.order : null;
    const cost = order?.limitPrice?.times(order.quantity);
    expect(cost?.lte('100000')).toBe(true);
    expect(cost?.gt('99800')).toBe(true);
  });

  it('leaves out what cannot be bought, and buys the rest', async () => {
    const guarded = await account();
    const proposal = await planOf(guarded, weights({ MSFT: '2', 'BTC/USD': '2' }));
    expect(proposal.plan.parts.map(({ symbol }) => symbol)).toEqual(['MSFT']);
    const words = proposal.notes.map(({ because }) => because).join();
    expect(words).toContain('stay missing');
    expect(words).toContain('BTC/USD has no price, so that none of it is bought');
    expect(words).not.toContain('MSFT has no price');
    const nothing = await propose(guarded, weights({ 'BTC/USD': '2' }));
    expect(nothing.outcome === 'nothing_to_do' && nothing.because[0]).toMatch(/^buys nothing; \$/);
  });

  it('buys nothing that no guardrail lets pass, and what is to be sold goes all the same', async () => {
    const guarded = await account({ policies: { symbols: { allowed: [] } } });
    const wanted = weights({ AAPL: '4', MSFT: '5' });
    const report = await open(guarded, wanted);
    expect(report.outcome).toBe('completed');
    await later(guarded);
    const { executable, verdicts } = await planOf(guarded, wanted);
    expect(executable).toBe(false);
    const denied = verdicts.filter(({ outcome }) => outcome === 'deny');
    expect(denied.map(({ code }) => code)).toEqual(['symbol_not_allowed']);
  });
});
