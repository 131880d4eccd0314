import { describe, expect, it } from 'vitest';
import { text, ZERO } from '../../src/domain/decimal.ts';
import { AAPL, loopedAccount, watchedAccount } from '../support/guarded-account.ts';

describe('the loop', () => {
  it('gives a naked position its stop in the first cycle', async () => {
    const { resting, records, state } = await loopedAccount();
    expect(resting()).toEqual(['sell stop_limit 10 @92']);
    expect(state.nakedTime(AAPL)).toMatchObject({ nakedSince: null });
    expect(records('plan_finished')[0]?.body).toMatchObject({ outcome: 'completed' });
  });

  it('protects a short and a fractional position, too', async () => {
    const { resting } = await loopedAccount({
      positions: [
        { symbol: 'AAPL', qty: '-10', averageEntryPrice: '100' },
        { symbol: 'MSFT', qty: '2.5', averageEntryPrice: '100' },
      ],
    });
    expect(resting('AAPL')).toEqual(['buy stop_limit 10 @108']);
    expect(resting('MSFT')).toEqual(['sell stop_limit 0.5 @92', 'sell stop_limit 2 @92']);
  });

  it('does nothing more once the position is as it should be', async () => {
    const { clock, broker, records } = await loopedAccount();
    const sent = broker.mutations().length;
    const decisions = records('decision_made').length;
    await clock.advanceBy(600_000);
    expect(broker.mutations()).toHaveLength(sent);
    expect(records('decision_made').length).toBeLessThanOrEqual(decisions + 2);
  });

  it('takes half at 2R by making the stop smaller and selling the freed part', async () => {
    const { clock, price, broker, resting, held, records, context } = await loopedAccount();
    price('AAPL', '116.5');
    await clock.advanceBy(10_000);
    expect(held()).toBe('long 5');
    expect(broker.mutations().slice(1, 3)).toEqual([
      'replace AAPL 5 110.68', // The trailing stop wants it tighter at the same time.
      'submit AAPL sell market 5',
    ]);
    expect(resting()).toHaveLength(1);
    expect(context()?.episode.milestones).toEqual(['partial@2R']);
    expect(records('fill_received')).toHaveLength(1);
  });

  it('takes it once an episode, however long the price stays there', async () => {
    const { clock, price, held } = await loopedAccount();
    price('AAPL', '116.5');
    await clock.advanceBy(10_000);
    for (const at of ['116', '118', '117', '119']) {
      price('AAPL', at);
      await clock.advanceBy(20_000);
    }
    expect(held()).toBe('long 5');
  });

  it('raises the stop behind a winner and never lowers it', async () => {
    const { clock, price, liveOrders } = await loopedAccount();
    const stops: number[] = [];
    for (const at of ['109', '110', '112', '111', '114', '113', '115']) {
      price('AAPL', at);
      await clock.advanceBy(10_000);
      stops.push(Number(text(liveOrders()[0]?.stopPrice ?? ZERO)));
    }
    expect(stops).toEqual([...stops].sort((a, b) => a - b));
    expect(stops.at(-1)).toBeGreaterThan(stops[0] ?? 0);
    expect(stops.at(-1)).toBeCloseTo(115 * 0.95, 0);
  });

  it('leaves nothing behind when a stop has closed the position', async () => {
    const { clock, price, held, resting, records } = await loopedAccount();
    price('AAPL', '91.9');
    await clock.advanceBy(10_000);
    expect(held()).toBeNull();
    expect(resting()).toEqual([]);
    expect(records('episode_closed')).toHaveLength(1);
  });

  it('gets out of a position that has gapped through its stop', async () => {
    const { clock, price, held } = await loopedAccount();
    price('AAPL', '80');
    await clock.advanceBy(60_000);
    expect(held()).toBeNull();
  });

  it('protects at once what a fill adds, without waiting for the cycle', async () => {
    const { clock, trade, resting, state } = await loopedAccount({ symbols: ['AAPL', 'MSFT'] });
    await clock.advanceBy(5_000);
    await trade('MSFT', 'buy', '8');
    await clock.advanceBy(1_000);
    expect(resting('MSFT')).toEqual(['sell stop_limit 8 @92.01']);
    expect(state.streams().trading).toBe('live');
  });

  it.each(['observe', 'propose'] as const)('sends nothing in mode %s', async (mode) => {
    const { broker, records, clock } = await loopedAccount({ settings: { mode } });
    await clock.advanceBy(120_000);
    expect(broker.mutations()).toEqual([]);
    expect(records('decision_made').length).toBeGreaterThan(0);
    expect(records('plan_proposed').length).toBeGreaterThan(0);
    expect(records('plan_proposed').length).toBeLessThan(5);
    expect(records('step_intended')).toEqual([]);
  });

  it('costs three requests a cycle, whatever the number of positions', async () => {
    const symbols = ['AAPL', 'MSFT', 'NVDA', 'AMZN', 'META'];
    const positions = symbols.map((symbol) => ({ symbol, qty: '10', averageEntryPrice: '100' }));
    const { clock, broker } = await loopedAccount({ positions });
    await clock.advanceBy(20_000);
    broker.calls.length = 0;
    await clock.advanceBy(100_000);
    // The account's own record is read besides, when nothing waits.
    const calls = broker.calls.filter((call) => !/^read(Executions|Payments)$/.test(call));
    expect(calls.sort()).toEqual(
      ['readAccount', 'readOrders', 'readPositions'].flatMap((name) => Array(10).fill(name)),
    );
  });

  it('looks less often while the market is closed, but never misses the open', async () => {
    const night = Date.UTC(2026, 9, 8, 21, 0);
    const { clock, broker } = await loopedAccount({
      startAt: night,
      settings: { closedCycleMs: 3_600_000 * 5 },
    });
    await clock.advanceTo(Date.UTC(2026, 9, 9, 13, 29, 59));
    broker.calls.length = 0;
    await clock.advanceBy(1_000);
    expect(broker.calls.filter((call) => call === 'readAccount').length).toBeGreaterThan(0);
    broker.calls.length = 0;
    await clock.advanceBy(100_000);
    expect(broker.calls.filter((call) => call === 'readAccount').length).toBeGreaterThanOrEqual(10);
  });

  it('does not act while it only watches', async () => {
    const { clock, broker, state } = await watchedAccount();
    const before = state.snapshot()?.version ?? 0;
    await clock.advanceBy(60_000);
    expect(broker.mutations()).toEqual([]);
    expect(state.snapshot()?.version).toBeGreaterThan(before);
  });
});
