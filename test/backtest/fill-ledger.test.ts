import { describe, expect, it } from 'vitest';
import { FillLedger } from '../../src/demo/backtest/fill-ledger.ts';
import { dailyBars } from './given-bars.ts';

const bars = dailyBars([
  [100, 101, 99, 100],
  [50, 51, 49, 50],
]);

describe('the books of a backtest through the exchange', () => {
  it('try the next bar where the exchange refused a purchase, and count it as skipped', () => {
    const entries = { kind: 'always', firstBar: 0, againAfterBars: 5 } as const;
    const ledger = new FillLedger(bars, entries, 10_000_000, { spreadBps: 0, costBps: 0 });
    expect(ledger.sharesDue(bars.openAt[0] ?? 0)).toBe(10);
    ledger.notBought();
    expect(ledger.sharesDue(bars.openAt[1] ?? 0)).toBe(20);
    expect(ledger.run(0)).toMatchObject({ skippedEntries: 1, trades: [], cash: 10_000_000 });
  });
});
