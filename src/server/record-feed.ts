import type { JournalRecord } from '../domain/event.ts';

/** Hands each record of the journal to whoever listens now: connections come and go. */
export class RecordFeed {
  readonly #listeners = new Set<(record: JournalRecord) => void>();

  /** @param onRecord hears all records for good */
  constructor(onRecord: (hear: (record: JournalRecord) => void) => void) {
    onRecord((record) => {
      for (const listener of this.#listeners) listener(record);
    });
  }

  /** @returns ends it */
  listen(listener: (record: JournalRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
