import type { Intent } from '../../domain/plan.ts';
import type { EpochMs } from '../../domain/time.ts';

const WINDOW_MS = 60_000;

/**
 * Holds back hosts that propose without end: they would tire the person who is asked, and use
 * up the broker's budget. To protect and to halt is always free.
 */
export class ProposalLimiter {
  readonly #mostPerMinute: () => number;
  #at: readonly EpochMs[] = [];

  constructor(mostPerMinute: () => number) {
    this.#mostPerMinute = mostPerMinute;
  }

  /** Counts one proposal. @returns null, or in words why it is one too many */
  take({ kind }: Intent, now: EpochMs): string | null {
    if (kind === 'halt' || kind === 'protect') return null;
    this.#at = this.#at.filter((at) => at > now - WINDOW_MS);
    const oldest = this.#at[0];
    if (oldest !== undefined && this.#at.length >= this.#mostPerMinute()) {
      const seconds = Math.ceil((oldest + WINDOW_MS - now) / 1_000);
      return (
        `${this.#at.length} proposals within a minute are the most; the next is taken in ` +
        `${seconds} s. To protect and to halt is free at any time`
      );
    }
    this.#at = [...this.#at, now];
    return null;
  }
}
