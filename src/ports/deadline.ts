import { BrokerError } from './broker.ts';
import type { Clock } from './clock.ts';

/**
 * The answer of `call`, or `unknown` once `timeoutMs` are over: nobody waits for ever on a
 * broker that hangs. An answer that comes after all goes to `onLate`.
 *
 * @throws BrokerError with outcome `unknown` when the time is over; else what `call` throws
 */
export function withDeadline<Answer>(parts: {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly what: string;
  readonly call: () => Promise<Answer>;
  readonly onLate?: (answer: Answer) => void;
}): Promise<Answer> {
  const { clock, timeoutMs, what } = parts;
  return new Promise((resolve, reject) => {
    let over = false;
    const cancelTimer = clock.after(timeoutMs, () => {
      over = true;
      const message = `${what} did not answer within ${timeoutMs} ms`;
      reject(new BrokerError(message, { outcome: 'unknown' }));
    });
    parts.call().then(
      (answer) => {
        cancelTimer();
        if (over) parts.onLate?.(answer);
        else resolve(answer);
      },
      (error: unknown) => {
        cancelTimer();
        if (!over) reject(error);
      },
    );
  });
}

/** The world's failure as one sentence. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
