import type { Alert } from '../domain/answers.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import { reasonOf, withDeadline } from '../ports/deadline.ts';

const BETWEEN_MS = 60_000;
const TIMEOUT_MS = 10_000;
/** One that is lost is nothing; the service calls a person by itself when they stay away. */
const LOST_IN_A_ROW = 3;
const LEVEL = { code: 'heartbeat_not_taken', symbol: null };

type Parts = {
  readonly clock: Clock;
  /** @throws with the cause when the beat was not taken */
  readonly beat: () => Promise<void>;
  readonly alerts: {
    raise(level: Omit<Alert, 'since'>): void;
    clear(level: Pick<Alert, 'code' | 'symbol'>): void;
  };
};

/**
 * Says to a service outside that the loop still looks and writes, at most once a minute. A loop
 * that stopped cannot tell anybody: the service does, when it hears nothing.
 */
export class Heartbeat {
  readonly #parts: Parts;
  #lastAt: EpochMs | null = null;
  #lost = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Hears each record of the journal; a look at the account that was written down is a beat. */
  hear({ type }: JournalRecord): void {
    if (type !== 'snapshot_taken') return;
    const now = this.#parts.clock.now();
    if (this.#lastAt !== null && Math.abs(now - this.#lastAt) < BETWEEN_MS) return;
    this.#lastAt = now;
    void this.#beat();
  }

  async #beat(): Promise<void> {
    const { clock, beat, alerts } = this.#parts;
    try {
      await withDeadline({ clock, timeoutMs: TIMEOUT_MS, what: 'the heartbeat', call: beat });
      this.#lost = 0;
      alerts.clear(LEVEL);
    } catch (error) {
      this.#lost += 1;
      if (this.#lost < LOST_IN_A_ROW) return;
      alerts.raise({ ...LEVEL, because: `the last ${this.#lost}: ${reasonOf(error)}` });
    }
  }
}
