import { expect, it } from 'vitest';
import type { Json } from '../../src/domain/canonical.ts';
import type { JournalRecord } from '../../src/domain/event.ts';
import { proposedScenario } from '../../src/intelligence/proposed-scenario.ts';

const stop = (quantity: string): Json => ({ side: 'sell', quantity, stopPrice: '90' });
const partIn = (symbol: string, ordersBefore: readonly Json[] = [stop('10')]): Json => ({
  ...{ symbol, ordersBefore, steps: [{}], basis: { side: 'long', quantity: '10', price: '100' } },
  worstLoss: { atStop: '100', withGap: '145', gapPercent: '5' },
  naked: { dollarSeconds: '1.5' },
});

function proposed(parts: readonly Json[], tier = 'T2', given: Partial<JournalRecord> = {}) {
  const plan = { id: 'plan-1', parts, approval: { tier }, intent: { kind: 'exit' } };
  return proposedScenario({
    ...{ v: 1, seq: 1, at: 0, boot: 'boot', type: 'plan_proposed', actor: 'host', symbol: 'AAPL' },
    ...{ planId: 'plan-1', orderId: null, prev: '', hash: '' },
    ...{ body: { plan, verdicts: [{ outcome: 'deny', because: 'too large' }] } },
    ...given,
  });
}

it('weighs waiting by the measure of the plan: a gap past the stop, and past the market', () => {
  expect(proposed([partIn('AAPL')])?.options).toMatchObject([
    { id: 'carry-out', worstLoss: '145', nakedDollarSeconds: '1.5', refusals: ['too large'] },
    // Ten dollars down to the stop, and five percent of ninety past it.
    { id: 'wait', worstLoss: '145', nakedDollarSeconds: '0', refusals: [] },
  ]);
  // Four shares have no stop: five percent of a hundred for each.
  const [, waiting] = proposed([partIn('AAPL', [stop('6')])])?.options ?? [];
  expect(waiting?.worstLoss).toBe('107');
});

it('thinks of what is costly, over several symbols or close, and of nothing else', () => {
  // Waiting may lose 107 instead of 145: it is plain which is the worse.
  const plain = partIn('AAPL', [stop('6')]);
  expect(proposed([plain], 'T1')).toBeNull();
  expect(proposed([partIn('AAPL')], 'T1')).not.toBeNull();
  expect(proposed([])).toBeNull();
  expect(proposed([partIn('AAPL')], 'T2', { actor: 'loop' })).toBeNull();
  const two = proposed([partIn('AAPL'), partIn('MSFT')], 'T1');
  expect(two?.context.symbol).toBeNull();
  expect(two?.options.map(({ worstLoss }) => worstLoss)).toEqual(['290', '290']);
  expect(proposed([partIn('AAPL')], 'T4')?.context.facts.at(-1)).toEqual({
    fact: 'nobody may agree to it',
    against: 'carry-out',
  });
});
