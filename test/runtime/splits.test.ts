import { describe, expect, it } from 'vitest';
import { AAPL, loopedAccount } from '../support/guarded-account.ts';

/** Thursday 2026-10-08, 15:59 in New York. */
const BEFORE_CLOSE = Date.UTC(2026, 9, 8, 19, 59);
const PRE_OPEN = Date.UTC(2026, 9, 9, 8, 0, 30);
const OPEN = Date.UTC(2026, 9, 9, 13, 30);

type Guarded = Awaited<ReturnType<typeof loopedAccount>>;

/** Guarded before the close at 110, through the night until the morning's split. */
async function untilMorning(qty: string, at: string): Promise<Guarded> {
  const positions = [{ symbol: 'AAPL', qty, averageEntryPrice: '100' }];
  const guarded = await loopedAccount({
    startAt: BEFORE_CLOSE,
    positions,
    settings: { closedCycleMs: 3_600_000 },
  });
  guarded.price('AAPL', at);
  await guarded.clock.advanceTo(PRE_OPEN);
  return guarded;
}

const splitRecords = ({ records }: Guarded) =>
  records('episode_changed').filter(({ body }) => JSON.stringify(body).includes('a split made'));

describe('a split overnight', () => {
  it.each([
    [
      'a forward split of a long',
      '10',
      '110',
      [4, 1],
      '27.5',
      'long 40',
      'sell stop_limit 40 @26.13',
    ],
    [
      'a forward split of a short',
      '-10',
      '90',
      [4, 1],
      '22.5',
      'short 40',
      'buy stop_limit 40 @23.62',
    ],
    ['a reverse split of a long', '80', '110', [1, 8], '880', 'long 10', 'sell stop_limit 10 @836'],
    [
      'a reverse split of a short',
      '-80',
      '90',
      [1, 8],
      '720',
      'short 10',
      'buy stop_limit 10 @756',
    ],
  ] as const)('%s keeps the position and its stop, on the new scale', async (...given) => {
    const [, qty, before, [newShares, oldShares], after, held, stop] = given;
    const guarded = await untilMorning(qty, before);
    const { clock, exchange, price, records } = guarded;
    exchange.core.applySplit('AAPL', newShares, oldShares);
    price('AAPL', after);
    await clock.advanceTo(OPEN - 60_000);
    price('AAPL', after);
    await clock.advanceTo(OPEN + 60_000);
    expect(guarded.held()).toBe(held);
    expect(guarded.resting()).toEqual([stop]);
    expect(guarded.context()?.episode.id).toBe('AAPL#1');
    expect(splitRecords(guarded)).toHaveLength(1);
    expect(records('fill_received', 'episode_closed')).toEqual([]);
  });

  it('lets nothing happen in the symbol while the price is still the old one', async () => {
    const guarded = await untilMorning('10', '110');
    const { clock, exchange, price, broker, bigBrother, state } = guarded;
    exchange.core.applySplit('AAPL', 4, 1);
    price('AAPL', '110');
    const sent = broker.mutations().length;
    await clock.advanceTo(OPEN + 30_000);
    price('AAPL', '110.5');
    await clock.advanceTo(OPEN + 60_000);
    expect(broker.mutations()).toHaveLength(sent);
    expect(guarded.held()).toBe('long 40');
    expect(bigBrother.alerts().map(({ code }) => code)).toContain('snapshot_incoherent');
    expect(guarded.context()?.episode.highWaterPrice.toFixed()).toBe('27.5');
    expect(state.snapshot()?.incoherences[0]?.because).toContain('on the scale of 110 before it');

    price('AAPL', '27.6');
    await clock.advanceBy(30_000);
    expect(guarded.held()).toBe('long 40');
    expect(guarded.resting()).toEqual(['sell stop_limit 40 @26.22']);
    expect(state.snapshot()?.incoherences).toEqual([]);
  });

  it('that came while nobody watched is seen at the next start', async () => {
    const guarded = await untilMorning('10', '110');
    const { clock, exchange, price, orchestrator } = guarded;
    void orchestrator.stop();
    await clock.advanceBy(20_000);
    exchange.core.applySplit('AAPL', 4, 1);
    price('AAPL', '27.5');
    await clock.advanceTo(OPEN + 1_000);
    price('AAPL', '27.5');
    const next = guarded.boot();
    void next.start();
    await clock.advanceBy(5_000);
    next.orchestrator.start();
    await clock.advanceBy(5_000);
    expect(splitRecords(guarded)).toHaveLength(1);
    const context = next.state.getCompleteContext(AAPL);
    expect(context?.position.quantity.toFixed()).toBe('40');
    expect(context?.episode.initialStopPrice?.toFixed()).toBe('23');
    expect(context?.cover.stops.map(({ stopPrice }) => stopPrice?.toFixed())).toEqual(['26.13']);
  });
});

describe('a split in the middle of a session', () => {
  it.each([
    ['canceled by the broker', 'cancel', ['100']],
    // What the old stop does not hold has its stop before that one is canceled.
    ['left as they were', 'leave', ['10', '90']],
  ] as const)('sells nothing on the jump of its price, its orders %s', async (...given) => {
    const [, ordersAtSplit, stops] = given;
    const guarded = await loopedAccount({
      latencies: { positionVisibilityMs: 2_500 },
      switches: { ordersAtSplit },
    });
    const { clock, exchange, price, records } = guarded;
    await clock.advanceBy(9_900);
    exchange.core.applySplit('AAPL', 10, 1);
    price('AAPL', '10');
    await clock.advanceBy(10_000);
    expect(guarded.held()).toBe('long 100');
    expect(guarded.resting()).toEqual(stops.map((shares) => `sell stop_limit ${shares} @9.2`));
    expect(guarded.context()?.episode.highWaterPrice.toFixed()).toBe('10');
    expect(records('fill_received')).toEqual([]);
  });

  it('by which shares become fewer lifts no stop above the market', async () => {
    const guarded = await loopedAccount({
      positions: [{ symbol: 'AAPL', qty: '100', averageEntryPrice: '100' }],
      latencies: { positionVisibilityMs: 2_500 },
    });
    const { clock, exchange, price, records } = guarded;
    exchange.core.applySplit('AAPL', 1, 10);
    price('AAPL', '1000');
    await clock.advanceBy(20_000);
    expect(guarded.held()).toBe('long 10');
    expect(guarded.context()?.episode.highWaterPrice.toFixed()).toBe('1000');
    expect(records('fill_received')).toEqual([]);
  });

  it('is not what a price is that stays where it fell to for five seconds', async () => {
    const guarded = await loopedAccount({
      policies: { stopLoss: { percent: 30 }, stopLimit: { minimumOffsetBps: 10 } },
    });
    const { clock, price } = guarded;
    price('AAPL', '60');
    await clock.advanceBy(4_000);
    expect(guarded.state.snapshot()?.incoherences[0]?.because).toContain('as by a split');
    expect(guarded.held()).toBe('long 10');
    await clock.advanceBy(4_000);
    expect(guarded.held()).toBeNull();
  });
});
