import type { HistoryQuery, JournalRecord } from '../src/domain/event.ts';
import type { EventStore } from '../src/ports/event-store.ts';
import type { Life } from './life.ts';

/** What an append may meet. `torn`: it took place, and the process was told that it failed. */
export type AppendFault = 'full' | 'torn';

/**
 * The journal as one process reaches it. What a dead process still tries to write is not
 * written, and nobody tells it so.
 */
export class LifeStore implements EventStore {
  readonly #disk: EventStore;
  readonly #life: Life;
  readonly #fault: () => AppendFault | null;
  readonly #onRecord: (record: JournalRecord) => void;

  constructor(parts: {
    /** Outlives every process. */
    readonly disk: EventStore;
    readonly life: Life;
    readonly fault: () => AppendFault | null;
    readonly onRecord: (record: JournalRecord) => void;
  }) {
    this.#disk = parts.disk;
    this.#life = parts.life;
    this.#fault = parts.fault;
    this.#onRecord = parts.onRecord;
  }

  append(records: readonly JournalRecord[]): void {
    if (!this.#life.isAlive || this.#life.diesAt('append')) return;
    const fault = this.#fault();
    if (fault === 'full') throw new Error('ENOSPC: no space left on device, write');
    this.#disk.append(records);
    for (const record of records) this.#onRecord(record);
    if (fault === 'torn') throw new Error('EIO: i/o error, fdatasync');
    this.#life.diesAt('append');
  }

  last(): JournalRecord | null {
    return this.#disk.last();
  }

  query(query: HistoryQuery): readonly JournalRecord[] {
    return this.#disk.query(query);
  }

  scan(fromSeq: number): Iterable<JournalRecord> {
    return this.#disk.scan(fromSeq);
  }

  close(): void {
    // The disk stays for the next process.
  }
}
