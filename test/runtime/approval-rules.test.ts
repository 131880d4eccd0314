import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { ActionPlan } from '../../src/domain/plan.ts';
import { ApprovalRules } from '../../src/runtime/plans/approval-rules.ts';
import { defaultRuntimeSettings } from '../../src/runtime/settings/settings.ts';
import { account, NOW } from '../support/given.ts';
import { actionPlan } from '../tools/given-plan.ts';

const plan = actionPlan('AAPL');
/** Sells some shares of which nothing else is known. */
const EXIT: ActionPlan = {
  ...plan,
  intent: { kind: 'exit', symbol: ticker('AAPL') },
  parts: plan.parts.map((part) => ({ ...part, ordersBefore: [], ordersAfter: [] })),
};
const sale = (dollars: unknown, more: object = {}) => ({
  ...{ symbol: 'AAPL', shares: '1', dollars },
  ...more,
});

function rules() {
  const clock = new VirtualClock(NOW);
  const made = new ApprovalRules({
    clock,
    settings: defaultRuntimeSettings,
    advice: { all: () => [] } as never,
  });
  const hears = (sold: unknown, type = 'plan_spent') =>
    made.remember({
      at: clock.now(),
      type,
      body: { soldUnasked: sold },
    } as unknown as JournalRecord);
  const tier = () => made.needFor(EXIT, account()).tier;
  return { clock, made, hears, tier };
}

describe('what was sold lately', () => {
  it('counts for a day, whoever asks again', async () => {
    const { clock, hears, tier } = rules();
    expect(tier()).toBe('T1');
    hears([sale('9999')]);
    expect(tier()).toBe('T2');
    await clock.advanceBy(24 * 3_600_000 - 1);
    expect(tier()).toBe('T2');
    await clock.advanceBy(1);
    expect(tier()).toBe('T1');
  });

  it('is added up, by symbol and in all', () => {
    const { hears, tier } = rules();
    hears([sale('4000'), sale('100', { symbol: 'KO' })]);
    expect(tier()).toBe('T1');
    hears([sale('5900')]);
    expect(tier()).toBe('T2');
  });

  it.each([
    ['another record', [sale('9999')], 'plan_finished'],
    ['no list', 'all of it', 'plan_spent'],
    ['a sale in nothing', [sale('9999', { symbol: null })], 'plan_spent'],
    ['a sale of no number', [sale('9999', { shares: 'all' })], 'plan_spent'],
    ['a sale for a word', [sale('much')], 'plan_spent'],
    ['a sale for nothing said', [sale(undefined)], 'plan_spent'],
  ])('is not told by %s', (_, sold, type) => {
    const { hears, tier } = rules();
    hears(sold, type);
    expect(tier()).toBe('T1');
  });
});

it('nothing is a small part of an account that was not read', () => {
  expect(rules().made.needFor(EXIT, null)).toMatchObject({ tier: 'T2' });
});
