import { describe, expect, it } from 'vitest';
import type { TradingPolicy } from '../../src/domain/policy.ts';
import { loopedAccount } from '../support/guarded-account.ts';

const positions = ['AAPL', 'MSFT'].map((symbol) => ({
  ...{ symbol, qty: '10', averageEntryPrice: '100' },
}));

describe('a policy that throws', () => {
  it('is told with its cause, and takes no other protection along', async () => {
    const broken: TradingPolicy = {
      name: 'broken',
      promise: 'Whatever a test wants.',
      evaluate({ position }) {
        if (position.symbol === 'MSFT') throw new TypeError('it divides by nothing');
        return { outcome: 'abstains', policy: 'broken', because: 'it is not meant' };
      },
    };
    const guarded = await loopedAccount({ positions, morePolicies: [broken] });
    for (const { symbol } of positions) {
      expect(guarded.resting(symbol)).toEqual(['sell stop_limit 10 @92']);
    }
    const told = JSON.stringify(guarded.records('decision_made').map(({ body }) => body));
    expect(told).toContain('fault: it divides by nothing');
    expect(guarded.bigBrother.status().tradingState).toBe('active');
  });
});
