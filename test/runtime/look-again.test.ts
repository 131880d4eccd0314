import { describe, expect, it } from 'vitest';
import { AAPL, loopedAccount, settle, watchedAccount } from '../support/guarded-account.ts';

describe('positions that lag behind orders', () => {
  it('keep nothing that was bought waiting: its stop rests before anybody has read it', async () => {
    const symbols = ['AAPL', 'MSFT'];
    const guarded = await loopedAccount({ symbols, latencies: { positionVisibilityMs: 2_500 } });
    guarded.broker.readPositions = () => new Promise(() => {});
    await guarded.trade('MSFT', 'buy', '5');
    await guarded.clock.advanceBy(50);
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 5 @92.01']);
  });

  it('keep nothing that is bought meanwhile waiting either', async () => {
    const latencies = { positionVisibilityMs: 2_500 };
    const guarded = await loopedAccount({ symbols: ['AAPL', 'MSFT'], latencies });
    const later = { symbol: 'MSFT', qty: '7', side: 'buy', type: 'limit', limit_price: '99' };
    guarded.exchange.run({ do: 'order', body: { ...later, time_in_force: 'day' } });
    await guarded.trade('MSFT', 'buy', '5');
    await guarded.clock.advanceBy(1_000);
    await settle(guarded.clock, guarded.state.updateFromAlpaca());
    guarded.price('MSFT', '98.9');
    await guarded.clock.advanceBy(300);
    expect(guarded.state.snapshot()?.incoherences).toMatchObject([{ isLag: true }]);
    expect(guarded.held('MSFT')).toBe('long 12');
    expect(guarded.context('MSFT')?.cover.nakedQuantity.toFixed()).toBe('0');
  });

  it('are read again within seconds, and what was bought keeps its stop', async () => {
    const symbols = ['AAPL', 'MSFT'];
    const guarded = await loopedAccount({ symbols, latencies: { positionVisibilityMs: 2_500 } });
    await guarded.trade('MSFT', 'buy', '5');
    await guarded.clock.advanceBy(1_000);
    expect(guarded.state.snapshot()?.incoherences).toHaveLength(1);
    await guarded.clock.advanceBy(5_000);
    expect(guarded.state.snapshot()?.incoherences).toEqual([]);
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 5 @92.01']);
  });

  it('are read at once when the fill is heard of shares that were seen before it', async () => {
    const symbols = ['AAPL', 'MSFT'];
    const guarded = await loopedAccount({ symbols, latencies: { streamMs: 1_000 } });
    const { broker, clock, state } = guarded;
    const readOrders = broker.readOrders.bind(broker);
    const before = await settle(clock, readOrders(0, 'reconcile'));
    broker.readOrders = () => {
      broker.readOrders = readOrders;
      return Promise.resolve(before);
    };
    await clock.advanceBy(100);
    await guarded.trade('MSFT', 'buy', '5');
    await settle(clock, state.updateFromAlpaca());
    expect(state.snapshot()?.incoherences).toHaveLength(1);
    await clock.advanceBy(1_200);
    expect(state.snapshot()?.incoherences).toEqual([]);
    expect(guarded.resting('MSFT')).toEqual(['sell stop_limit 5 @92.01']);
  });

  it('are left to the cycles when what contradicts itself is no lag', async () => {
    const guarded = await loopedAccount({ settings: { cycleMs: 60_000 } });
    guarded.broker.losesPositions = true;
    const before = guarded.broker.calls.filter((call) => call === 'readPositions').length;
    await settle(guarded.clock, guarded.state.updateFromAlpaca());
    await guarded.clock.advanceBy(50_000);
    const after = guarded.broker.calls.filter((call) => call === 'readPositions').length;
    expect(after - before).toBeLessThanOrEqual(8);
  });
});

describe('a plan that is verified', () => {
  it('gives way to the stop of shares that somebody buys meanwhile', async () => {
    const guarded = await loopedAccount();
    const { clock, bigBrother, broker } = guarded;
    broker.next('submit', {
      kind: 'after',
      happens: () => {
        broker.readPositions = () => new Promise(() => {});
      },
    });
    const proposal = await settle(
      clock,
      bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    const { id, hash } = proposal.plan;
    const executed = bigBrother.execute(id, hash);
    await clock.advanceBy(500);
    expect(guarded.coordinator.isBusy(AAPL)).toBe(true);
    await guarded.trade('AAPL', 'buy', '7');
    await clock.advanceBy(300);
    expect(guarded.resting('AAPL')).toEqual(['sell stop_limit 7 @92.01']);
    const report = await settle(clock, executed);
    expect(report.because).toContain('7 shares came meanwhile');
  });
});

/** A plan has sent its stop, and waits for positions that are never read. */
async function verifyingAccount() {
  const guarded = await watchedAccount();
  const { broker } = guarded;
  broker.next('submit', {
    kind: 'after',
    happens: () => {
      broker.readPositions = () => new Promise(() => {});
    },
  });
  guarded.orchestrator.start();
  await guarded.clock.advanceBy(500);
  expect(guarded.coordinator.isBusy(AAPL)).toBe(true);
  return guarded;
}

describe('a plan that moved a stop', () => {
  it('gives way where the market goes through that stop while it is verified', async () => {
    const guarded = await verifyingAccount();
    const { clock } = guarded;
    guarded.price('AAPL', '88');
    await clock.advanceBy(300);
    expect(guarded.records('plan_finished').at(-1)?.body).toMatchObject({
      because: expect.stringContaining('the market went through the stop'),
    });
  });
});

describe('a plan that placed a stop', () => {
  it('gives way where somebody cancels that stop while it is verified', async () => {
    const guarded = await verifyingAccount();
    const { clock } = guarded;
    const [stop] = guarded.context(AAPL)?.orders ?? [];
    if (stop === undefined) throw new Error('no stop rests');
    guarded.exchange.run({ do: 'cancel', orderId: stop.id });
    await clock.advanceBy(500);
    expect(guarded.records('plan_finished').at(0)?.body).toMatchObject({
      because: expect.stringContaining(`the order ${stop.id} ended meanwhile`),
    });
    expect(guarded.resting(AAPL)).toHaveLength(1);
  });
});

describe('a plan that nobody can verify', () => {
  it('keeps its symbol for six seconds, and no longer', async () => {
    const guarded = await watchedAccount();
    guarded.broker.next('submit', {
      kind: 'after',
      happens: () => {
        guarded.broker.readPositions = () => new Promise(() => {});
      },
    });
    const proposal = await settle(
      guarded.clock,
      guarded.bigBrother.propose({ kind: 'protect', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    const { id, hash } = proposal.plan;
    const startedAt = guarded.clock.now();
    const report = await settle(guarded.clock, guarded.bigBrother.execute(id, hash));
    expect(report.outcome).toBe('stopped');
    expect(report.because).toContain('the broker did not show it within 6000 ms');
    expect(guarded.clock.now() - startedAt).toBeLessThan(8_000);
    expect(guarded.coordinator.isBusy(AAPL)).toBe(false);
  });
});
