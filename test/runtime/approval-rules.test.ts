import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { quantity } from '../../src/domain/decimal.ts';
import type { Environment } from '../../src/domain/environment.ts';
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

function rules(environment: Environment = 'paper') {
  const clock = new VirtualClock(NOW);
  const made = new ApprovalRules({
    clock,
    settings: { ...defaultRuntimeSettings, environment },
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

it('what nobody was asked about is kept by symbol, for the journal', () => {
  const { made } = rules();
  const [part] = EXIT.parts;
  const shares = part?.basis.quantity;
  expect(made.soldUnasked(EXIT)).toEqual([
    {
      symbol: 'AAPL',
      shares: expect.stringMatching(/^[0-9.]+$/),
      dollars: expect.stringMatching(/^[0-9.]+$/),
    },
  ]);
  expect(shares?.gt('0')).toBe(true);
  const asked = { ...EXIT, approval: { tier: 'T2', because: [] } } as const;
  expect(made.soldUnasked(asked)).toEqual([]);
  expect(made.soldUnasked({ ...EXIT, origin: 'loop' })).toEqual([]);
});

it('nothing leaves a position that is none', () => {
  const { made } = rules();
  const parts = EXIT.parts.map((part) => ({
    ...{ ...part, steps: [], basis: { ...part.basis, quantity: quantity('0') } },
  }));
  expect(made.needFor({ ...EXIT, parts }, account()).tier).toBe('T0');
});

it('real money has the lower of both limits', () => {
  const [paper, live] = [rules('paper'), rules('live')];
  for (const { hears } of [paper, live]) hears([sale('4990')]);
  expect([paper.tier(), live.tier()]).toEqual(['T1', 'T2']);
});
