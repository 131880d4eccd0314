import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import { type Guarded, loopedAccount, settle } from '../support/guarded-account.ts';

/** So long after the cycle with which the account was looked at first. */
const AFTER_CYCLE_MS = 1_000;

describe('what begins between two cycles', () => {
  it('is told of 4 s later, durably, without waiting for the next cycle', async () => {
    const { clock, trade, store } = await loopedAccount({
      positions: [],
      symbols: ['AAPL'],
      settings: { mode: 'propose', cycleMs: 60_000 },
    });
    const raised = () =>
      store.query({ types: ['alert_raised'], limit: 10 }).map(({ body, symbol }) => [body, symbol]);
    await trade('AAPL', 'buy', '10');
    await clock.advanceBy(4_000 - AFTER_CYCLE_MS);
    expect(raised()).toEqual([]);
    await clock.advanceBy(2 * AFTER_CYCLE_MS);
    expect(raised()).toEqual([[expect.objectContaining({ code: 'naked_position' }), 'AAPL']]);
  });
});

describe('shares of which a person was told that they are bare', () => {
  it('are told of until they have a stop, also while the broker cannot be asked', async () => {
    const { clock, trade, broker, bigBrother } = await loopedAccount({
      positions: [],
      symbols: ['AAPL'],
      settings: { mode: 'propose' },
    });
    const isTold = () => bigBrother.alerts().some(({ code }) => code === 'naked_position');
    await trade('AAPL', 'buy', '10');
    await clock.advanceBy(6_000);
    expect(isTold()).toBe(true);
    broker.readsFail = new BrokerError('the connection was refused', { outcome: 'unknown' });
    for (let second = 0; second < 40; second += 1) {
      if (second === 25) broker.readsFail = null;
      await clock.advanceBy(1_000);
      expect(isTold(), `after ${second} s`).toBe(true);
    }
  });
});

describe('a reading that contradicts itself', () => {
  /** The shares are gone, and no order explains it. */
  async function withShares(guarded: Guarded, qty: string): Promise<void> {
    const { exchange, state, clock } = guarded;
    const positions = [{ symbol: 'AAPL', qty: decimal(qty), averageEntryPrice: decimal('100') }];
    exchange.core.adjustAccount(exchange.core.accountIds[0] ?? '', { positions });
    await settle(clock, state.updateFromAlpaca());
  }

  const isTold = ({ bigBrother }: Guarded): boolean =>
    bigBrother.alerts().some(({ code }) => code === 'snapshot_incoherent');

  it('is told of 4 s later, also while no cycle ends', async () => {
    const guarded = await loopedAccount({ settings: { cycleMs: 60_000 } });
    await withShares(guarded, '0');
    await guarded.clock.advanceBy(3_500);
    expect(isTold(guarded)).toBe(false);
    await guarded.clock.advanceBy(1_000);
    expect(isTold(guarded)).toBe(true);
  });

  it('is not told of when the next one agrees with itself', async () => {
    const guarded = await loopedAccount({ settings: { cycleMs: 60_000 } });
    await withShares(guarded, '0');
    await guarded.clock.advanceBy(1_000);
    await withShares(guarded, '10');
    for (let second = 0; second < 20; second += 1) {
      await guarded.clock.advanceBy(1_000);
      expect(isTold(guarded), `after ${second} s`).toBe(false);
    }
  });
});
