import { describe, expect, it } from 'vitest';
import { AAPL, type Guarded, loopedAccount } from '../support/guarded-account.ts';

/** A broker on a bad day: seconds between a command and its effect, and positions that lag. */
const SLOW = {
  newMs: 300,
  fillMs: 700,
  cancelMs: 1_500,
  replaceMs: 800,
  positionVisibilityMs: 4_000,
  streamMs: 150,
};

const reports = ({ records }: Guarded) =>
  records('plan_finished').map(({ body }) => (body as { outcome: string }).outcome);

describe('with a slow broker', () => {
  it('protects, takes its profit once and trails, and never sells more than is held', async () => {
    const guarded = await loopedAccount({ latencies: SLOW });
    await guarded.clock.advanceBy(5_000);
    expect(guarded.resting()).toEqual(['sell stop_limit 10 @92']);
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.held()).toBe('long 5');
    guarded.price('AAPL', '120');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.held()).toBe('long 5');
    expect(guarded.resting()).toEqual(['sell stop_limit 5 @114']);
    expect(guarded.broker.mutations().filter((call) => call.includes('market'))).toHaveLength(1);
    expect(guarded.state.nakedTime(AAPL).nakedSince).toBeNull();
    expect(reports(guarded)).not.toContain('unsettled');
  });

  it('follows a stop that fills while positions lag, and opens no short', async () => {
    const guarded = await loopedAccount({ latencies: SLOW });
    await guarded.clock.advanceBy(20_000);
    guarded.price('AAPL', '91.9');
    await guarded.clock.advanceBy(120_000);
    expect(guarded.held()).toBeNull();
    expect(guarded.records('episode_opened')).toHaveLength(1);
    expect(guarded.records('episode_closed')).toHaveLength(1);
    expect(guarded.broker.mutations()).toEqual(['submit AAPL sell stop_limit 10']);
  });

  it('protects a position that appears while its neighbours are at work', async () => {
    const guarded = await loopedAccount({
      latencies: SLOW,
      positions: [
        { symbol: 'AAPL', qty: '10', averageEntryPrice: '100' },
        { symbol: 'NVDA', qty: '-7', averageEntryPrice: '100' },
      ],
      symbols: ['AAPL', 'NVDA', 'MSFT'],
    });
    await guarded.trade('MSFT', 'buy', '8');
    await guarded.clock.advanceBy(30_000);
    for (const symbol of ['AAPL', 'NVDA', 'MSFT']) expect(guarded.resting(symbol)).toHaveLength(1);
    expect(guarded.state.snapshot()?.incoherences).toEqual([]);
  });

  it('works without its trading stream, only slower', async () => {
    const guarded = await loopedAccount({ latencies: SLOW });
    await guarded.streams.close();
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(60_000);
    expect(guarded.held()).toBe('long 5');
    expect(guarded.resting()).toHaveLength(1);
    expect(guarded.records('fill_received')).toHaveLength(1);
  });

  it('stops cleanly in the middle of a plan: what is at work ends, nothing new begins', async () => {
    const guarded = await loopedAccount({ latencies: SLOW });
    await guarded.clock.advanceBy(20_000);
    guarded.price('AAPL', '116.5');
    await guarded.clock.advanceBy(9_500); // Into the cycle that takes the profit.
    const stopped = guarded.stop();
    await guarded.clock.advanceBy(30_000);
    await stopped;
    const sent = guarded.broker.mutations().length;
    await guarded.clock.advanceBy(60_000);
    expect(guarded.broker.mutations()).toHaveLength(sent);
    expect(guarded.records('step_intended')).toHaveLength(sent);
    expect(guarded.records('step_answered')).toHaveLength(sent);
    expect(guarded.records('stopped')).toHaveLength(1);
    expect(guarded.logger.verify()).toMatchObject({ ok: true });
  });
});
