import { describe, expect, it } from 'vitest';
import { type Given, type Guarded, loopedAccount, settle } from '../support/guarded-account.ts';
import { placeForeign, sharesHeld } from '../support/other-hands.ts';

const CYCLE_MS = 10_000;
/** Thursday 2026-10-08, 15:59 in New York. */
const BEFORE_CLOSE = Date.UTC(2026, 9, 8, 19, 59);
const PRE_OPEN = Date.UTC(2026, 9, 9, 8, 0, 30);
const OPEN = Date.UTC(2026, 9, 9, 13, 30);

const codes = ({ bigBrother }: Guarded): readonly string[] =>
  bigBrother.alerts().map(({ code }) => code);

async function untilMorning(qty: string, at: string, given: Given = {}): Promise<Guarded> {
  const positions = [{ symbol: 'AAPL', qty, averageEntryPrice: '100' }];
  const settings = { closedCycleMs: 3_600_000 };
  const guarded = await loopedAccount({ startAt: BEFORE_CLOSE, positions, settings, ...given });
  guarded.price('AAPL', at);
  await guarded.clock.advanceTo(PRE_OPEN);
  return guarded;
}

/** The split, and the open at the new price. */
async function splitAndOpen(guarded: Guarded, to: number, from: number, price: string) {
  guarded.exchange.core.applySplit('AAPL', to, from);
  guarded.price('AAPL', price);
  await guarded.clock.advanceTo(OPEN);
  guarded.price('AAPL', price);
  await guarded.clock.advanceBy(2 * CYCLE_MS);
}

const leave: Given = { switches: { ordersAtSplit: 'leave' } };

describe('a stop that stands from before a split, on the old scale', () => {
  it.each([
    ['a forward split', '10', [4, 1], '26', 40, 'sell stop_limit 40 @24.7'],
    ['a reverse split', '80', [1, 8], '832', 10, 'sell stop_limit 10 @790.4'],
    ['a forward split of a short', '-10', [4, 1], '24', -40, 'buy stop_limit 40 @25.2'],
  ] as const)('is no cover after %s, sells nothing, and gives way', async (...given) => {
    const [, qty, [to, from], price, shares, stop] = given;
    const guarded = await untilMorning(qty, qty.startsWith('-') ? '96' : '104', leave);
    await splitAndOpen(guarded, to, from, price);
    expect(sharesHeld(guarded)).toBe(shares);
    expect(guarded.context()?.cover.nakedQuantity.toFixed()).toBe('0');
    expect(guarded.resting()).toHaveLength(1);
    expect(guarded.resting()[0]).toMatch(stop.split(' @')[0] ?? '');
    expect(JSON.stringify(guarded.records('plan_finished').at(-1)?.body)).toContain(
      'cancel-stale-stop',
    );
    expect(guarded.records('fill_received')).toEqual([]);
  });

  it('is known again after a restart', async () => {
    const guarded = await untilMorning('10', '104', leave);
    void guarded.orchestrator.stop();
    await guarded.clock.advanceBy(CYCLE_MS);
    guarded.exchange.core.applySplit('AAPL', 4, 1);
    guarded.price('AAPL', '26');
    await guarded.clock.advanceTo(OPEN);
    guarded.price('AAPL', '26');
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    expect(sharesHeld(guarded)).toBe(40);
    expect(guarded.logger.recall(['fill_received'])).toEqual([]);
    const live = next.state.snapshot()?.orders.filter(({ status }) => status === 'new') ?? [];
    // What the old stop does not hold has its stop before that one is canceled.
    expect(live.map(({ quantity, stopPrice }) => `${quantity} @${stopPrice}`)).toEqual([
      '30 @23',
      '10 @23',
    ]);
  });

  it('is left to its owner where it is not ours, and counts as no cover', async () => {
    const guarded = await loopedAccount({
      ...{ startAt: BEFORE_CLOSE, positions: [], symbols: ['AAPL'], ...leave },
      settings: { closedCycleMs: 3_600_000 },
    });
    guarded.price('AAPL', '100');
    await guarded.trade('AAPL', 'buy', '10');
    await placeForeign(guarded, {
      ...{ side: 'sell', type: 'stop_limit', time_in_force: 'gtc', qty: '10' },
      ...{ stop_price: '85', limit_price: '84' },
    });
    await guarded.clock.advanceTo(PRE_OPEN);
    await splitAndOpen(guarded, 4, 1, '26');
    expect(guarded.context()?.cover.stops.some(({ stopPrice }) => stopPrice?.eq('85'))).toBe(false);
    expect(guarded.liveOrders().some(({ stopPrice }) => stopPrice?.eq('85'))).toBe(true);
    expect(codes(guarded)).toContain('foreign_exit');
  });
});

describe('stops that the broker adjusts to a split', () => {
  it('go on as cover', async () => {
    const guarded = await untilMorning('10', '104', { switches: { ordersAtSplit: 'adjust' } });
    const before = guarded.broker.mutations().length;
    await splitAndOpen(guarded, 4, 1, '26');
    expect(guarded.resting()).toEqual(['sell stop_limit 40 @23']);
    expect(guarded.broker.mutations()).toHaveLength(before);
  });
});

describe('a symbol that is renamed', () => {
  it.each(['carry', 'cancel'] as const)(
    'is left to a person (orders: %s)',
    async (ordersAtRename) => {
      const guarded = await untilMorning('10', '100', { switches: { ordersAtRename } });
      const before = guarded.broker.mutations().length;
      guarded.exchange.core.announce({
        exDate: '2026-10-09',
        terms: { kind: 'name_change', symbol: 'AAPL', newSymbol: 'APLE' },
      });
      await guarded.clock.advanceTo(OPEN);
      guarded.price('APLE', '100');
      await guarded.clock.advanceBy(4 * CYCLE_MS);
      expect(sharesHeld(guarded, 'APLE')).toBe(10);
      const why = guarded.state.snapshot()?.incoherences.map(({ because }) => because);
      expect(why?.join()).toContain('10 shares of AAPL turned up as 10 of APLE without a trade');
      expect(codes(guarded)).toContain('snapshot_incoherent');
      expect(guarded.broker.mutations()).toHaveLength(before);
    },
  );

  it('is guarded again once somebody has looked and started anew', async () => {
    const guarded = await untilMorning('10', '100', { switches: { ordersAtRename: 'cancel' } });
    guarded.exchange.core.announce({
      exDate: '2026-10-09',
      terms: { kind: 'name_change', symbol: 'AAPL', newSymbol: 'APLE' },
    });
    await guarded.clock.advanceTo(OPEN);
    await settle(guarded.clock, guarded.stop());
    guarded.price('APLE', '100');
    const next = guarded.boot();
    await settle(guarded.clock, next.start());
    next.orchestrator.start();
    await guarded.clock.advanceBy(2 * CYCLE_MS);
    const live = next.state.snapshot()?.orders.filter(({ status }) => status === 'new') ?? [];
    expect(live.map(({ symbol, stopPrice }) => `${symbol} @${stopPrice}`)).toEqual(['APLE @92']);
  });
});

describe('a symbol that is delisted', () => {
  it('is told of, since no order is taken any more', async () => {
    const guarded = await loopedAccount();
    guarded.exchange.core.delist('AAPL');
    await guarded.clock.advanceBy(180_000);
    expect(codes(guarded)).toEqual(expect.arrayContaining(['plan_failing', 'naked_position']));
    expect(guarded.broker.mutations().length).toBeLessThan(12);
  });
});
