import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/domain/event.ts';
import { BrokerError } from '../../src/ports/broker.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { ScaleWatch } from '../../src/runtime/account/scale-watch.ts';
import { UnsettledSteps } from '../../src/runtime/plans/unsettled-steps.ts';
import { snapshot } from '../support/given.ts';
import { AAPL, loopedAccount, settle, watchedAccount } from '../support/guarded-account.ts';

const lost = () => new BrokerError('the connection was reset', { outcome: 'unknown' });
const withFirstStop = { partialProfit: { placed: 'with_first_stop' } };

describe('a plan whose shares are split while its first step is in doubt', () => {
  it('sends nothing more on the scale of before', async () => {
    const guarded = await watchedAccount({
      positions: [{ symbol: 'AAPL', qty: '-10', averageEntryPrice: '100' }],
      policies: withFirstStop,
    });
    const { broker, clock, exchange, price } = guarded;
    const stops: string[] = [];
    broker.onStep = (step) => {
      const stop =
        step.kind === 'submit' ? (step.order.stopPrice ?? step.order.stopLoss?.stopPrice) : null;
      if (stop) stops.push(stop.toFixed());
    };
    broker.next('submit', {
      kind: 'after',
      happens: () => {
        exchange.core.applySplit('AAPL', 10, 1);
        price('AAPL', '10');
        throw lost();
      },
    });
    guarded.orchestrator.start();
    await clock.advanceBy(60_000);
    expect(stops[0]).toBe('108');
    expect(stops.slice(1)).not.toContain('108');
    expect(guarded.held()).toBe('short 100');
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
  });
});

describe('a symbol whose orders go on under another one', () => {
  it('is sent nothing before it is read where its shares are', async () => {
    const guarded = await loopedAccount();
    const { broker, clock, exchange } = guarded;
    await clock.advanceBy(2_000);
    broker.readsFail = lost();
    const before = broker.mutations().length;
    exchange.run({
      ...{ do: 'corporate_action', symbol: 'AAPL' },
      terms: { kind: 'name_change', newSymbol: 'AAPLX' },
    });
    await clock.advanceBy(6_000);
    expect(guarded.state.snapshot()?.incoherences).toMatchObject([
      { symbol: AAPL, because: expect.stringContaining('goes on as one of AAPLX') },
    ]);
    expect(broker.mutations()).toHaveLength(before);
    broker.readsFail = null;
    await clock.advanceBy(60_000);
    expect(broker.mutations()).toHaveLength(before);
  });
});

describe('a pair whose stop triggers while its take-profit is being canceled', () => {
  it('is not taken for gone: its stop has the shares, and the other one does not grow', async () => {
    const latencies = { cancelMs: 200, streamMs: 20 };
    const guarded = await loopedAccount({ latencies, policies: withFirstStop });
    const { broker, clock, exchange, price } = guarded;
    await clock.advanceBy(2_000);
    broker.onStep = ({ kind }) => {
      if (kind === 'cancel') clock.after(100, () => price('AAPL', '91'));
    };
    const profit = guarded.liveOrders().find(({ type }) => type === 'limit');
    exchange.run({
      ...{ do: 'venue', orderId: profit?.id ?? '' },
      action: { kind: 'set_aside', status: 'suspended' },
    });
    await clock.advanceBy(5_000);
    expect(broker.mutations()).toContain('cancel AAPL');
    expect(broker.mutations()).not.toContain('replace AAPL 10 92');
    const ends = JSON.stringify(guarded.records('plan_finished').map(({ body }) => body));
    expect(ends).toContain('of its group is new');
  });
});

describe('a step in doubt', () => {
  it('is no older for a clock that was set', () => {
    let [wall, monotonic] = [1_000_000, 5_000];
    const clock: Clock = {
      now: () => wall,
      monotonicMs: () => monotonic,
      after: () => () => {},
      sleep: () => Promise.resolve(),
    };
    const steps = new UnsettledSteps(clock);
    const record = (type: 'step_intended' | 'step_answered'): JournalRecord => ({
      ...{ v: 1, seq: 1, at: wall, boot: 'boot-1', prev: '', hash: '', orderId: null },
      ...{ type, actor: 'system', symbol: 'AAPL', planId: 'plan-1' },
      body: { clientOrderId: 'bb1-a', kind: 'submit', outcome: 'unknown' },
    });
    steps.remember(record('step_intended'));
    steps.remember(record('step_answered'));
    wall += 3_605_000;
    monotonic += 5_000;
    expect(steps.list()).toMatchObject([{ since: 1_000_000 + 3_600_000 }]);
    expect(steps.find('bb1-a')?.since).toBe(1_000_000 + 3_600_000);
  });
});

describe('a price that only a split explains', () => {
  it('is doubted for its ten seconds and no longer, also where the clock is set back', () => {
    const watch = new ScaleWatch();
    const at = (price: string) => snapshot({ holdings: [{ quantity: '10', price }] }).positions;
    watch.judge(at('100'), 10_000_000);
    expect(watch.judge(at('60'), 10_001_000)).toHaveLength(1);
    expect(watch.judge(at('60'), 10_001_000 - 3_600_000)).toEqual([]);
  });

  it.each([
    ['is doubted within a session where one name falls', '100', 1],
    ['is none where several fall together: that is the market', '60', 0],
  ])('%s', (_, other, doubts) => {
    const watch = new ScaleWatch();
    const at = (aapl: string, msft: string) =>
      snapshot({
        holdings: [
          { quantity: '10', price: aapl },
          { symbol: 'MSFT', quantity: '10', price: msft },
        ],
      }).positions;
    watch.judge(at('100', '100'), 10_000_000, 9_000_000);
    expect(watch.judge(at('60', other), 10_001_000, 9_000_000)).toHaveLength(doubts);
  });
});

describe('a plan of whose shares others sell some while it waits for a cancel', () => {
  it('does not sell as many as it meant to', async () => {
    const guarded = await loopedAccount({ latencies: { cancelMs: 500 } });
    const { broker, clock, exchange, bigBrother } = guarded;
    const sold: string[] = [];
    broker.onStep = (step) => {
      if (step.kind === 'submit' && step.purpose === 'exit') sold.push(`${step.order.quantity}`);
    };
    const body = { symbol: 'AAPL', qty: '4', side: 'sell', type: 'market', time_in_force: 'day' };
    const hand = { do: 'order', body } as const;
    let isFirst = true;
    exchange.core.subscribe((event) => {
      const isFreed = event.kind === 'trade_update' && event.event === 'canceled';
      if (isFreed && isFirst) {
        isFirst = false;
        exchange.run(hand);
      }
    });
    const proposal = await settle(
      clock,
      bigBrother.propose({ kind: 'exit', symbol: AAPL }, 'host'),
    );
    if (proposal.outcome !== 'proposed') throw new Error(JSON.stringify(proposal));
    const { id, hash } = proposal.plan;
    const report = await settle(clock, bigBrother.execute(id, hash));
    expect(report.because).toContain('10 shares were to be closed, and 6 are held');
    expect(sold).toEqual([]);
    await clock.advanceBy(2_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 6 @92']);
  });
});
