import { expect } from 'vitest';
import { price, quantity } from '../../src/domain/decimal.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { Intent, OpenIntent } from '../../src/domain/plan.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { type Given, type Guarded, guardedAccount, settle } from './guarded-account.ts';

export const MSFT = ticker('MSFT');

const DAY_MS = 24 * 3_600_000;
/** Thirty days around 100, with a range of 3 and a million shares each. */
export const dailyBars = Array.from({ length: 30 }, (_, day) => ({
  at: Date.UTC(2026, 7, 30, 4) + day * DAY_MS,
  ...{ open: price('100'), high: price('101.5'), low: price('98.5'), close: price('100') },
  volume: quantity('1000000'),
}));

/** Entries up to a size need no person, and MSFT is on the list. */
export const { approvals } = defaultRuntimeSettings;
const limits = { ...approvals.limits, addedDollars: '20000' };
const settings = { approvals: { ...approvals, limits, liveLimits: limits } };
export const policies = { symbols: { allowed: ['MSFT', 'AAPL'] } };

export async function readyToBuy(given: Given = {}): Promise<Guarded> {
  const guarded = await guardedAccount({
    symbols: ['AAPL', 'MSFT'],
    dailyBars,
    ...given,
    settings: { ...settings, ...given.settings },
    policies: { ...policies, ...given.policies },
  });
  await settle(guarded.clock, guarded.start());
  guarded.orchestrator.start();
  await guarded.clock.advanceBy(60_000);
  guarded.price('AAPL', '100');
  guarded.price('MSFT', '100');
  await guarded.clock.advanceBy(100);
  return guarded;
}

export const buy = (more: Partial<OpenIntent> = {}): OpenIntent => ({
  ...{ kind: 'open', symbol: MSFT, side: 'buy', size: { kind: 'quantity', quantity: '20' } },
  ...{ stopPrice: '95', limitPrice: null, takeProfitPrice: null },
  ...more,
});

export const propose = (guarded: Guarded, intent: Intent) =>
  settle(guarded.clock, guarded.bigBrother.propose(intent, 'host'));

export async function planOf(guarded: Guarded, intent: Intent) {
  const proposal = await propose(guarded, intent);
  if (proposal.outcome !== 'proposed') throw new Error(proposal.because.join('; '));
  return proposal;
}

export async function open(guarded: Guarded, intent: Intent) {
  const { plan, verdicts } = await planOf(guarded, intent);
  const denials = verdicts.filter(({ outcome }) => outcome === 'deny');
  expect(denials).toEqual([]);
  return settle(guarded.clock, guarded.bigBrother.execute(plan.id, plan.hash));
}
