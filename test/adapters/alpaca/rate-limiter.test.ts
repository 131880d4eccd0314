import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALPACA_LIMITS,
  RateLimiter,
  type RateLimits,
} from '../../../src/adapters/alpaca/rate-limiter.ts';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';
import type { Lane } from '../../../src/ports/broker.ts';
import { NOW } from './support.ts';

const SMALL: RateLimits = {
  burst: 4,
  perMinute: 60,
  reserved: { kill: 0, protect: 1, reconcile: 2, read: 3 },
  queueLimit: 3,
  patienceMs: 60_000,
};

function given(limits: RateLimits = SMALL) {
  const clock = new VirtualClock(NOW);
  const limiter = new RateLimiter(clock, limits);
  const sent: string[] = [];
  const take = (lane: Lane, name: string = lane): Promise<void> =>
    limiter.take(lane).then(() => {
      sent.push(`${name}@${clock.now() - NOW}`);
    });
  return { clock, limiter, sent, take };
}

async function settled<Result>(clock: VirtualClock, work: Promise<Result>): Promise<Result> {
  await clock.advanceBy(60_000);
  return work;
}

describe('the rate limiter', () => {
  it('lets a burst through at once and the rest at the pace of the broker', async () => {
    const { clock, sent, take } = given();
    for (let n = 1; n <= 6; n++) void take('kill', `k${n}`).catch(() => {});
    await clock.advanceBy(3_000);
    expect(sent).toEqual(['k1@0', 'k2@0', 'k3@0', 'k4@0', 'k5@1000', 'k6@2000']);
  });

  it('keeps what a higher lane may need from the lanes below it', async () => {
    const { clock, sent, take } = given();
    for (const lane of ['read', 'reconcile', 'protect', 'kill'] as const) {
      void take(lane);
      void take(lane);
    }
    await clock.advanceBy(0);
    expect(sent).toEqual(['read@0', 'reconcile@0', 'protect@0', 'kill@0']);
  });

  it('sends the urgent first, whoever came first', async () => {
    const { clock, sent, take } = given();
    for (let n = 0; n < 4; n++) void take('kill', 'spent');
    for (const lane of ['read', 'reconcile', 'protect', 'kill'] as const) void take(lane);
    await clock.advanceBy(20_000);
    expect(sent.slice(4)).toEqual(['kill@1000', 'protect@3000', 'reconcile@5000', 'read@7000']);
  });

  it('refuses a request when too many wait in its lane: nothing was sent', async () => {
    const { clock, take, sent } = given();
    for (let n = 0; n < 7; n++) void take('kill');
    await expect(take('kill')).rejects.toMatchObject({
      outcome: 'rejected',
      rejection: 'throttled',
      message:
        '3 requests already wait in the kill lane, one more would wait 4000 ms: nothing was sent',
    });
    await clock.advanceBy(10_000);
    expect(sent).toHaveLength(7);
  });

  it('refuses at once what would wait longer than the caller can: nothing was sent', async () => {
    const { clock, limiter, take, sent } = given();
    for (let n = 0; n < 5; n++) void take('kill');
    await expect(limiter.take('kill', 1_999)).rejects.toMatchObject({
      outcome: 'rejected',
      rejection: 'throttled',
      message:
        '1 requests already wait in the kill lane, one more would wait 2000 ms: nothing was sent',
    });
    await expect(settled(clock, limiter.take('kill', 2_000))).resolves.toEqual({ lane: 'kill' });
    expect(sent).toHaveLength(5);
  });

  it('takes back a request that others overtook for too long, and it costs nothing', async () => {
    const { clock, limiter, sent, take } = given();
    for (let n = 0; n < 4; n++) void take('kill', 'burst');
    const late = limiter.take('protect', 2_000);
    const refused = expect(late).rejects.toMatchObject({ rejection: 'throttled' });
    void take('kill', 'k1');
    void take('kill', 'k2');
    await clock.advanceBy(2_000);
    await refused;
    void take('protect', 'p');
    await clock.advanceBy(10_000);
    expect(sent.slice(4)).toEqual(['k1@1000', 'k2@2000', 'p@4000']);
  });

  it('lets a read that waited long go with the orders, since orders rest on what it says', async () => {
    const { clock, sent, take } = given({ ...SMALL, queueLimit: 100, patienceMs: 2_500 });
    for (let n = 0; n < 3; n++) void take('protect', 'burst');
    void take('reconcile', 'r');
    for (let n = 1; n <= 6; n++) clock.after(n * 1_000 - 1, () => void take('protect', `p${n}`));
    await clock.advanceBy(7_000);
    expect(sent.slice(3)).toEqual([
      'p1@1000',
      'p2@2000',
      'r@3000',
      'p3@4000',
      'p4@5000',
      'p5@6000',
      'p6@7000',
    ]);
  });

  it('gives turns that stand for one request each', async () => {
    const { limiter } = given();
    const turn = await limiter.take('protect');
    expect([limiter.spend(turn), limiter.spend(turn)]).toEqual([true, false]);
    expect(limiter.spend({ lane: 'kill' })).toBe(false);
  });

  it('tells how long the last of many would wait', () => {
    const { limiter } = given();
    expect(limiter.longestWaitMs('protect', 3)).toBe(0);
    expect(limiter.longestWaitMs('protect', 103)).toBe(100_000);
  });

  it('pauses the lower lanes after a 429 and spends the burst no further', async () => {
    const { clock, limiter, sent, take } = given();
    limiter.slowDown(30_000);
    void take('read');
    void take('kill');
    void take('protect');
    await clock.advanceBy(60_000);
    expect(sent).toEqual(['kill@0', 'protect@2000', 'read@30000']);
  });

  it('believes the broker when it says that less is left', async () => {
    const { clock, limiter, sent, take } = given();
    limiter.noteRemaining(1);
    void take('kill', 'k1');
    void take('kill', 'k2');
    await clock.advanceBy(5_000);
    expect(sent).toEqual(['k1@0', 'k2@1000']);
  });

  it('keeps under the 200 requests a minute of Alpaca in every minute', () => {
    expect(ALPACA_LIMITS.burst + ALPACA_LIMITS.perMinute).toBeLessThan(200);
  });

  it('never lets a request wait longer than it foretold', async () => {
    const lane = fc.constantFrom<Lane>('kill', 'protect', 'reconcile', 'read');
    await fc.assert(
      fc.asyncProperty(
        fc.array(lane, { maxLength: 30 }),
        fc.option(fc.nat(20_000), { nil: null }),
        lane,
        async (before, pauseMs, last) => {
          const { clock, limiter, sent, take } = given({
            ...SMALL,
            queueLimit: 100,
            patienceMs: 1_500,
          });
          for (const each of before) void take(each, 'before');
          if (pauseMs !== null) limiter.slowDown(pauseMs);
          const foretold = limiter.longestWaitMs(last);
          void take(last, 'last');
          await clock.advanceBy(120_000);
          const waited = Number(sent.find((name) => name.startsWith('last'))?.split('@')[1]);
          expect(waited).toBeLessThanOrEqual(foretold);
        },
      ),
      // Fractions of a request once made this one wait a millisecond too long.
      {
        numRuns: 200,
        examples: [[['kill', 'kill', 'kill', 'kill', 'reconcile'], 1_630, 'protect']],
      },
    );
  });

  it('sends no more in any minute than its burst and pace, and all in the end', async () => {
    const arrival = fc.record({
      atMs: fc.nat(60_000),
      lane: fc.constantFrom<Lane>('kill', 'protect', 'reconcile', 'read'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 60 }), async (arrivals) => {
        const { clock, sent, take } = given({ ...SMALL, queueLimit: 100, patienceMs: 1_500 });
        for (const { atMs, lane } of arrivals) clock.after(atMs, () => void take(lane));
        await clock.advanceBy(200_000);
        const times = sent.map((name) => Number(name.split('@')[1]));
        expect(times).toHaveLength(arrivals.length);
        for (const from of times) {
          const within = times.filter((at) => at >= from && at < from + 60_000).length;
          expect(within).toBeLessThanOrEqual(SMALL.burst + SMALL.perMinute);
        }
      }),
      { numRuns: 60 },
    );
  });
});
