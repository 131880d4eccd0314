import { type Before, partsOf, patchBetween } from '../../engine/replay/replay-patch.ts';
import type { ReviewBasis } from '../../engine/review/review-basis.ts';
import type { EventLogger } from '../journal/event-logger.ts';

/** So often all of it is written, so that older records may go to the archive. */
const WHOLE_EVERY_MS = 24 * 3_600_000;

/**
 * Writes down what the guardrails looked at, so that they can be asked again. Each record tells
 * what has changed since the one before it; the first of a process tells all.
 */
export class ReviewJournal {
  readonly #logger: EventLogger;
  #before: (Before & { readonly seq: number }) | null = null;
  #wholeAt = Number.NEGATIVE_INFINITY;

  constructor(logger: EventLogger) {
    this.#logger = logger;
  }

  /** @returns the sequence number of the record that completes `basis` */
  note(basis: ReviewBasis): number {
    const isDue = basis.now - this.#wholeAt >= WHOLE_EVERY_MS;
    const before = isDue ? null : this.#before;
    if (before === null) this.#wholeAt = basis.now;
    const parts = partsOf(basis, before);
    const seq = this.#logger.length + 1;
    this.#before = { basis, parts, seq };
    const body = { base: before?.seq ?? null, ...patchBetween(before?.parts ?? null, parts) };
    this.#logger.log({ type: 'inputs_noted', actor: 'system', body });
    return seq;
  }
}
