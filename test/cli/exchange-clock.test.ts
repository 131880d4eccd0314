import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { ExchangeClock } from '../../src/cli/exchange/exchange-clock.ts';

const START = 1_000_000;

function clockAt(pace: number | 'max', raceUntil?: number) {
  const real = new VirtualClock(0);
  const clock = new ExchangeClock(real, START, pace, raceUntil);
  const ran: [string, number][] = [];
  const note = (name: string) => () => ran.push([name, clock.now() - START]);
  return { real, clock, ran, note };
}

describe('the time of the exchange', () => {
  it('starts where it is told to and keeps its pace', async () => {
    const { real, clock, ran, note } = clockAt(60);
    clock.after(60_000, note('a minute'));
    clock.after(90_000, note('later'))();
    await real.advanceBy(999);
    expect(ran).toEqual([]);
    await real.advanceBy(1_001);
    expect(ran).toEqual([['a minute', 60_000]]);
    expect(clock.now()).toBe(START + 120_000);
  });

  it('can be sent ahead; everything on the way happens at its instant, in order', async () => {
    const { real, clock, ran, note } = clockAt(1);
    clock.after(5_000, note('second'));
    const meanwhile: Promise<void>[] = [];
    clock.after(1_000, () => {
      note('first')();
      meanwhile.push(clock.advanceTo(START + 11_000));
      clock.after(1_000, note('within'));
    });
    clock.after(20_000, note('not yet'));
    await clock.advanceTo(START + 10_000);
    await expect(Promise.all(meanwhile)).rejects.toThrow('on its way already');
    expect(meanwhile).toHaveLength(1);
    expect(ran).toEqual([
      ['first', 1_000],
      ['within', 2_000],
      ['second', 5_000],
    ]);
    expect(clock.now()).toBe(START + 10_000);
    await real.advanceBy(10_000);
    expect(ran.at(-1)).toEqual(['not yet', 20_000]);
  });

  it('races from timer to timer, then keeps real time', async () => {
    const { real, clock, ran, note } = clockAt('max', START + 3_600_000);
    const tick = (): void => {
      note('tick')();
      clock.after(1_000_000, tick);
    };
    clock.after(1_000_000, tick);
    await real.advanceBy(1);
    expect(ran.map(([, at]) => at)).toEqual([1_000_000, 2_000_000, 3_000_000]);
    await real.advanceBy(500_000);
    expect(clock.now()).toBeGreaterThan(START + 3_400_000);
    expect(ran).toHaveLength(3);
    await real.advanceBy(600_000);
    expect(ran).toHaveLength(4);
  });

  it('stops: nothing that waits happens any more', async () => {
    const { real, clock, ran, note } = clockAt('max');
    clock.after(1_000, note('never'));
    clock.stop();
    clock.after(1_000, note('nor this'));
    expect(real.nextDueAt()).toBeNull();
    await real.advanceBy(10_000);
    expect(ran).toEqual([]);
  });
});
