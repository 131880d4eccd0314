import { type Anchor, tamperWindowMs } from '../../domain/checkpoint.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { AnchorPlace } from '../../ports/anchor-place.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { AlertBoard } from './alert-board.ts';

const NOT_WRITTEN = { code: 'anchor_not_written', symbol: null };

type Parts = {
  /** Null where none was named. */
  readonly place: AnchorPlace | null;
  readonly alerts: AlertBoard;
  readonly clock: Clock;
};

/**
 * Brings checkpoints to a place outside. One that fails or hangs holds up nothing: it is told
 * of, and the next checkpoint is tried there again.
 */
export class Anchoring {
  readonly #parts: Parts;
  /** What is on its way; null when nothing is. */
  #work: Promise<void> | null = null;
  /** The newest that waits until the place has taken the one before. */
  #next: Anchor | null = null;
  #last: { readonly size: number; readonly at: EpochMs } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  bring(anchor: Anchor): void {
    const { place } = this.#parts;
    if (place === null) return;
    this.#next = anchor;
    this.#work ??= this.#bringAll(place).finally(() => {
      this.#work = null;
    });
  }

  /** For who carries the records themselves outside. @param size how many are there */
  note(size: number): void {
    if (size < (this.#last?.size ?? 0)) return;
    this.#last = { size, at: this.#parts.clock.now() };
  }

  /** The last anchor outside that this process knows of; null when there is none. */
  last(): { readonly size: number; readonly at: EpochMs } | null {
    return this.#last;
  }

  /** Time since the last anchor outside; null when there is none. */
  tamperWindowMs(): number | null {
    return tamperWindowMs(this.#last?.at ?? null, this.#parts.clock.now());
  }

  /** Resolves when nothing is on its way any more, at the latest after `timeoutMs`. */
  async settle(timeoutMs: number): Promise<void> {
    if (this.#work === null) return;
    const settled = new AbortController();
    const work = this.#work.then(() => settled.abort());
    await Promise.race([work, this.#parts.clock.sleep(timeoutMs, settled.signal)]);
  }

  async #bringAll(place: AnchorPlace): Promise<void> {
    for (let anchor = this.#taken(); anchor !== null; anchor = this.#taken()) {
      try {
        await place.put(anchor);
        this.note(anchor.size);
        this.#parts.alerts.clear(NOT_WRITTEN);
      } catch (error) {
        const because =
          `no anchor could be written to ${place.name} (${reasonOf(error)}): until one can, a ` +
          'change of the newest records by whoever holds the key would not show';
        this.#parts.alerts.raise({ ...NOT_WRITTEN, because });
      }
    }
  }

  #taken(): Anchor | null {
    const anchor = this.#next;
    this.#next = null;
    return anchor;
  }
}
