import type { JournalRecord } from '../../domain/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from './event-logger.ts';
import { breakInChain } from './journal-chain.ts';

/** Checked before anything is done: as many as take a fraction of a second. */
const AT_ONCE = 5_000;
const SLICE_RECORDS = 100;
const SLICE_EVERY_MS = 50;

/**
 * Checks a journal when a process takes it up: the newest records before anything is done, and
 * what is older bit by bit while the account is guarded, since no stop can wait for a million
 * records. What is found damaged breaks the journal.
 */
export class JournalAudit {
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  #cancel: () => void = () => {};

  constructor(parts: { readonly logger: EventLogger; readonly clock: Clock }) {
    this.#logger = parts.logger;
    this.#clock = parts.clock;
  }

  /** @returns true when the newest records are whole; the others are checked from now on */
  start(): boolean {
    const older = this.#logger.length - AT_ONCE;
    const { ok } = this.#logger.verifyNewest(AT_ONCE);
    if (ok && older > 0)
      this.#checkOn(this.#logger.recordsAfter(0)[Symbol.iterator](), null, older);
    return ok;
  }

  stop(): void {
    this.#cancel();
  }

  #checkOn(records: Iterator<JournalRecord>, before: JournalRecord | null, untilSeq: number): void {
    this.#cancel = this.#clock.after(SLICE_EVERY_MS, () => {
      let previous = before;
      const fail = (because: string): void =>
        this.#logger.breakBecause(
          `it is damaged at record ${(previous?.seq ?? 0) + 1}: ${because}`,
        );
      try {
        for (let count = 0; count < SLICE_RECORDS; count += 1) {
          const next = records.next();
          if (next.done === true) return;
          const because = breakInChain(previous, next.value);
          if (because !== null) return fail(because);
          previous = next.value;
        }
      } catch (error) {
        return fail(error instanceof Error ? error.message : String(error));
      }
      if (previous !== null && previous.seq <= untilSeq) this.#checkOn(records, previous, untilSeq);
    });
  }
}
