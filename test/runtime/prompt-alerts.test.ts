import { describe, expect, it } from 'vitest';
import { loopedAccount } from '../support/guarded-account.ts';

/** So long after the cycle with which the account was looked at first. */
const AFTER_CYCLE_MS = 1_000;

describe('what begins between two cycles', () => {
  it('is told of 5 s later, durably, without waiting for the next cycle', async () => {
    const { clock, trade, store } = await loopedAccount({
      positions: [],
      symbols: ['AAPL'],
      settings: { mode: 'propose', cycleMs: 60_000 },
    });
    const raised = () =>
      store.query({ types: ['alert_raised'], limit: 10 }).map(({ body, symbol }) => [body, symbol]);
    await trade('AAPL', 'buy', '10');
    await clock.advanceBy(5_000 - AFTER_CYCLE_MS);
    expect(raised()).toEqual([]);
    await clock.advanceBy(2 * AFTER_CYCLE_MS);
    expect(raised()).toEqual([[expect.objectContaining({ code: 'naked_position' }), 'AAPL']]);
  });
});
