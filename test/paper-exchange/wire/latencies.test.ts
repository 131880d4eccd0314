import { describe, expect, it } from 'vitest';
import { type Duration, draw } from '../../../src/paper-exchange/core/basics/duration.ts';
import { Random } from '../../../src/paper-exchange/core/basics/random.ts';
import { marketBuy, restingBuy, setStage } from '../faults/stage.ts';

const drawn = (duration: Duration, count = 20_000): number[] => {
  const random = new Random('latencies');
  return Array.from({ length: count }, () => draw(duration, random));
};
const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / values.length;
const quantile = (values: readonly number[], share: number) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN;

describe('a duration', () => {
  it('that is a number is always that, and draws nothing', () => {
    const random = new Random('one');
    expect(draw(250, random)).toBe(250);
    expect(random.uint32()).toBe(new Random('one').uint32());
  });

  it('is uniform between its ends', () => {
    const values = drawn({ kind: 'uniform', fromMs: 100, toMs: 300 });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...values)).toBeLessThanOrEqual(300);
    expect(mean(values)).toBeCloseTo(200, -1);
  });

  it('is normal around its mean, and never below zero', () => {
    const values = drawn({ kind: 'normal', meanMs: 200, deviationMs: 50 });
    expect(mean(values)).toBeCloseTo(200, -1);
    expect(quantile(values, 0.975) - quantile(values, 0.025)).toBeCloseTo(196, -1);
    expect(Math.min(...drawn({ kind: 'normal', meanMs: 0, deviationMs: 50 }))).toBe(0);
  });

  it('is exponential with its mean', () => {
    const values = drawn({ kind: 'exponential', meanMs: 500 });
    expect(Math.abs(mean(values) - 500)).toBeLessThan(20);
    expect(Math.abs(quantile(values, 0.5) - 500 * Math.LN2)).toBeLessThan(20);
  });

  it('has a long tail when it is lognormal', () => {
    const values = drawn({ kind: 'lognormal', medianMs: 100, sigma: 1 });
    expect(Math.abs(quantile(values, 0.5) - 100)).toBeLessThan(5);
    expect(quantile(values, 0.99)).toBeGreaterThan(900);
    expect(quantile(values, 0.99)).toBeLessThan(1_150);
  });
});

describe('the latencies of the exchange', () => {
  it('of replies go by route, while what was asked is done at once', async () => {
    const replies = [
      { method: 'POST', route: '/v2/orders', takes: 300 },
      { route: '/v2/orders/**', takes: 40 },
    ] as const;
    const { arrivesAfter, ask, post, byClientId, close } = await setStage('in-process', {
      replies,
    });
    const posting = post();
    expect(byClientId('mine')).toMatchObject({ status: 'new' });
    expect((await arrivesAfter(300, posting)).status).toBe(200);
    expect((await arrivesAfter(40, ask('GET', '/v2/orders'))).status).toBe(200);
    expect((await ask('GET', '/v2/account')).status).toBe(200);
    await close();
  });

  it('of a broker that is asked slowly can differ from those of its answers', async () => {
    const what = { kind: 'delay', ms: 500, of: 'request' } as const;
    const { clock, post, byClientId, close } = await setStage('in-process', { faults: [{ what }] });
    const posting = post();
    await clock.advanceBy(499);
    expect(byClientId('mine')).toBeNull();
    await clock.advanceBy(1);
    expect((await posting).status).toBe(200);
    await close();
  });

  it('of each step vary by their jitter, the same way for the same seed', async () => {
    const timesOf = async (seed: string): Promise<number[]> => {
      const stage = await setStage('in-process', {
        ...{ seed, latencies: { newMs: 10 } },
        jitter: {
          newMs: { kind: 'uniform', fromMs: 0, toMs: 100 },
          fillMs: { kind: 'exponential', meanMs: 50 },
        },
      });
      const times: number[] = [];
      stage.core.subscribe((event) => {
        if (event.kind === 'trade_update' && event.event === 'new') times.push(event.at);
      });
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        const at = stage.clock.now();
        await stage.post({ ...marketBuy, client_order_id: id });
        await stage.clock.advanceBy(1_000);
        times.push((times.pop() ?? 0) - at);
      }
      await stage.close();
      return times;
    };
    const times = await timesOf('one');
    expect(times).toHaveLength(5);
    expect(new Set(times).size).toBeGreaterThan(2);
    for (const ms of times) expect(ms >= 10 && ms <= 110).toBe(true);
    expect(await timesOf('one')).toEqual(times);
    expect(await timesOf('two')).not.toEqual(times);
  });

  it('of a reply are drawn without moving those of the steps', async () => {
    const filledAt = async (slow: boolean): Promise<number | null | undefined> => {
      const takes = { kind: 'exponential', meanMs: 20 } as const;
      const stage = await setStage('in-process', {
        ...(slow ? { replies: [{ takes }] } : {}),
        jitter: { fillMs: { kind: 'uniform', fromMs: 1, toMs: 10_000 } },
      });
      for (let turn = 0; turn < 5; turn += 1)
        stage.ask('GET', '/v2/account').catch(() => undefined);
      stage.post({ ...restingBuy, ...marketBuy }).catch(() => undefined);
      await stage.clock.advanceBy(20_000);
      const at = stage.byClientId('mine')?.filledAt;
      await stage.close();
      return at;
    };
    expect(await filledAt(true)).toBe(await filledAt(false));
    expect(await filledAt(true)).toBeTypeOf('number');
  });
});
