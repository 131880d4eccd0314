import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

// setTimeout takes 31 bits; a longer wait (a GTC order lives 90 days) would fire at once.
const LONGEST_TIMER_MS = 2_147_483_647;

/** Real time. A waiting timer keeps the process alive until it ran or was taken back. */
export class SystemClock implements Clock {
  now(): EpochMs {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, task: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const turnMs = Math.min(leftMs, LONGEST_TIMER_MS);
      const next = leftMs > turnMs ? () => wait(leftMs - turnMs) : task;
      timer = setTimeout(next, turnMs);
    };
    wait(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}

/** `Clock.sleep` in terms of `Clock.after`, for every clock. */
export function sleepOn(
  clock: Pick<Clock, 'after'>,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      signal?.removeEventListener('abort', wake);
      takeBack();
      resolve();
    };
    const takeBack = clock.after(delayMs, wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
