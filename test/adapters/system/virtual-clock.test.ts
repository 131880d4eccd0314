import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/system/virtual-clock.ts';

const NOON = Date.UTC(2026, 9, 8, 16, 0);

describe('virtual clock', () => {
  it('stands still until it is told to move', async () => {
    const clock = new VirtualClock(NOON);
    await clock.advanceBy(0);
    expect(clock.now()).toBe(NOON);
    await clock.advanceBy(1_500);
    expect(clock.now()).toBe(NOON + 1_500);
  });

  it('runs each timer at its own instant, in order of time and then of creation', async () => {
    const clock = new VirtualClock(NOON);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now() - NOON}`);
    clock.after(20, note('late'));
    clock.after(10, note('first of two'));
    clock.after(10, note('second of two'));
    clock.after(0, note('now'));
    await clock.advanceBy(15);
    expect(seen).toEqual(['now@0', 'first of two@10', 'second of two@10']);
    await clock.advanceBy(15);
    expect(seen.at(-1)).toBe('late@20');
  });

  it('runs timers that a timer created, when they are due on the way', async () => {
    const clock = new VirtualClock(NOON);
    const seen: number[] = [];
    const everyTen = (): void => {
      seen.push(clock.now() - NOON);
      clock.after(10, everyTen);
    };
    clock.after(10, everyTen);
    await clock.advanceBy(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.nextDueAt()).toBe(NOON + 40);
  });

  it('takes a timer back', async () => {
    const clock = new VirtualClock(NOON);
    let ran = false;
    const takeBack = clock.after(10, () => {
      ran = true;
    });
    takeBack();
    expect(clock.nextDueAt()).toBeNull();
    await clock.advanceBy(20);
    expect(ran).toBe(false);
  });

  it('lets promises and the event loop come to rest before the next timer runs', async () => {
    const clock = new VirtualClock(NOON);
    const seen: string[] = [];
    clock.after(10, async () => {
      await new Response('{"a":1}').json();
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`answered@${clock.now() - NOON}`);
    });
    clock.after(11, () => seen.push(`next@${clock.now() - NOON}`));
    await clock.advanceBy(20);
    expect(seen).toEqual(['answered@10', 'next@11']);
  });

  it('holds time still while somebody is at work outside the event loop', async () => {
    const clock = new VirtualClock(NOON);
    const seen: string[] = [];
    clock.after(10, () => {
      void clock.holdWhile(async () => {
        expect(clock.busy()).toBe(true);
        for (let turn = 0; turn < 50; turn++) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        seen.push(`worked@${clock.now() - NOON}`);
      });
    });
    clock.after(11, () => seen.push(`next@${clock.now() - NOON}`));
    await clock.advanceBy(20);
    expect(seen).toEqual(['worked@10', 'next@11']);
    expect(clock.busy()).toBe(false);
  });

  it('wakes a sleeper on time, or at once when the sleep is aborted', async () => {
    const clock = new VirtualClock(NOON);
    const seen: string[] = [];
    const giveUp = new AbortController();
    void clock.sleep(30).then(() => seen.push(`slept@${clock.now() - NOON}`));
    void clock.sleep(30, giveUp.signal).then(() => seen.push(`aborted@${clock.now() - NOON}`));
    clock.after(5, () => giveUp.abort());
    await clock.sleep(30, AbortSignal.abort());
    await clock.advanceBy(60);
    expect(seen).toEqual(['aborted@5', 'slept@30']);
    expect(clock.nextDueAt()).toBeNull();
  });

  it('refuses to go back, to be advanced twice at a time, and a delay of NaN', async () => {
    const clock = new VirtualClock(NOON);
    await expect(clock.advanceTo(NOON - 1)).rejects.toThrow('time cannot go back');
    const first = clock.advanceBy(10);
    await expect(clock.advanceBy(10)).rejects.toThrow('already being advanced');
    await first;
    expect(() => clock.after(Number.NaN, () => {})).toThrow('not NaN');
  });

  it('hands on what a task throws', async () => {
    const clock = new VirtualClock(NOON);
    clock.after(10, () => {
      throw new Error('our own fault');
    });
    await expect(clock.advanceBy(20)).rejects.toThrow('our own fault');
    expect(clock.now()).toBe(NOON + 10);
  });

  it('says so when timers at one instant never end', async () => {
    const clock = new VirtualClock(NOON);
    let ran = 0;
    const again = (): void => {
      ran++;
      if (ran < 200_000) clock.after(0, again);
    };
    clock.after(0, again);
    await expect(clock.advanceBy(1)).rejects.toThrow('keep creating timers at the same instant');
  });

  it('runs any set of timers in order of time, then of creation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ delayMs: fc.nat(50), takenBack: fc.boolean() }), { maxLength: 40 }),
        async (timers) => {
          const clock = new VirtualClock(NOON);
          const seen: number[] = [];
          timers.forEach(({ delayMs, takenBack }, index) => {
            const takeBack = clock.after(delayMs, () => {
              expect(clock.now()).toBe(NOON + delayMs);
              seen.push(index);
            });
            if (takenBack) takeBack();
          });
          await clock.advanceBy(50);
          const expected = timers
            .map(({ delayMs, takenBack }, index) => ({ delayMs, takenBack, index }))
            .filter(({ takenBack }) => !takenBack)
            .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
            .map(({ index }) => index);
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});
