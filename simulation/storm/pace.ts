import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { VirtualClock, whileTimePasses } from '../../src/adapters/system/virtual-clock.ts';
import { ScaledClock } from '../../src/cli/exchange/scaled-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** How time goes by in a storm. */
export type Pace = {
  readonly clock: Clock;
  pass(durationMs: number): Promise<void>;
  /** Lets time go on until the work is done. */
  whilePassing<Result>(work: Promise<Result>): Promise<Result>;
  /** Until every position has its first stop. */
  readonly settleMs: number;
  /** From one burst to the next; the loop's cycles fall anywhere in them. */
  readonly episodeMs: number;
};

/** Thursday 2026-10-08, 10:00 in New York: the market is open. */
export const TEN = Date.UTC(2026, 9, 8, 14, 0);

export function virtualPace(): Pace {
  const clock = new VirtualClock(TEN, { quietTurns: 1 });
  return {
    clock,
    pass: (durationMs) => clock.advanceBy(durationMs),
    whilePassing: (work) => whileTimePasses(clock, work),
    ...{ settleMs: 30_000, episodeMs: 6_000 },
  };
}

/** Real time from ten o'clock on; BigBrother keeps to Alpaca's 200 requests a minute. */
export function realPace(): Pace {
  const clock = new ScaledClock(new SystemClock(), TEN, 1);
  return {
    clock,
    pass: (durationMs) => clock.sleep(durationMs),
    whilePassing: (work) => work,
    ...{ settleMs: 45_000, episodeMs: 25_000 },
  };
}
