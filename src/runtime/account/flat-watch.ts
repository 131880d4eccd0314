import type { Ticker } from '../../domain/ids.ts';
import { type EpochMs, msBetween } from '../../domain/time.ts';

/** A list of positions may lag; one that names nothing for so long, and again, is believed. */
const CONFIRMED_AFTER_MS = 5_000;

type Absence = {
  readonly since: EpochMs;
  /** True when its executions, or readings that outlast every lag, say that it was closed. */
  readonly isExplained: boolean;
};

/**
 * Knows which symbols are surely flat: their position was seen and its end is explained, or
 * two readings some seconds apart showed none.
 */
export class FlatWatch {
  readonly #absences = new Map<Ticker, Absence>();
  #held: ReadonlySet<Ticker> = new Set();
  #readAt: EpochMs = 0;

  /**
   * Takes in a reading of the account.
   *
   * @param held symbols that count as held after it, those in doubt included
   * @param ordered symbols with live orders
   */
  read(at: EpochMs, held: ReadonlySet<Ticker>, ordered: ReadonlySet<Ticker>): void {
    for (const symbol of this.#absences.keys()) {
      if (held.has(symbol) || !ordered.has(symbol)) this.#absences.delete(symbol);
    }
    for (const symbol of ordered) {
      if (held.has(symbol) || this.#absences.has(symbol)) continue;
      this.#absences.set(symbol, { since: at, isExplained: this.#held.has(symbol) });
    }
    this.#held = held;
    this.#readAt = at;
  }

  /** Symbols with live orders of which the last reading showed no position. */
  list(): readonly Ticker[] {
    return [...this.#absences.keys()];
  }

  isFlat(symbol: Ticker): boolean {
    const absence = this.#absences.get(symbol);
    if (absence === undefined) return false;
    return absence.isExplained || msBetween(this.#readAt, absence.since) >= CONFIRMED_AFTER_MS;
  }
}
