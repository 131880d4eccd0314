import type { Json } from '../../domain/canonical.ts';
import { type Price, price } from '../../domain/decimal.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { fieldAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import { priceAt } from '../outcomes/outcome-records.ts';

export type Mark = { readonly at: EpochMs; readonly price: Price };

/** What a journal knows of the prices of its symbols, oldest first. */
export class Courses {
  readonly #marks = new Map<string, Mark[]>();

  read({ at, type, symbol, body }: JournalRecord): void {
    if (type === 'snapshot_taken') this.#readAll(at, fieldAt(body, 'marks') ?? null);
    if (symbol === null) return;
    if (type === 'fill_received') this.#add(symbol, at, priceAt(body, 'price'));
    if (type !== 'decision_made') return;
    const context = fieldAt(fieldAt(body, 'inputs') ?? null, 'context') ?? null;
    this.#add(symbol, at, priceAt(context, 'price'));
  }

  /** Those from `from` to `until`, both included. */
  between(symbol: string, from: EpochMs, until: EpochMs): readonly Mark[] {
    return (this.#marks.get(symbol) ?? []).filter(({ at }) => at >= from && at <= until);
  }

  /** The newest; null where the journal names none. */
  last(symbol: string): Price | null {
    return this.#marks.get(symbol)?.at(-1)?.price ?? null;
  }

  #readAll(at: EpochMs, marks: Json): void {
    if (typeof marks !== 'object' || marks === null || Array.isArray(marks)) return;
    for (const [symbol, digits] of Object.entries(marks)) {
      if (typeof digits === 'string') this.#add(symbol, at, price(digits));
    }
  }

  #add(symbol: string, at: EpochMs, known: Price | null): void {
    if (known === null) return;
    const marks = this.#marks.get(symbol) ?? [];
    this.#marks.set(symbol, marks);
    marks.push({ at, price: known });
  }
}
