import type { HistoryQuery, JournalRecord } from '../domain/event.ts';

/** Keeps records in order and for good. Nothing is ever changed or removed. */
export interface EventStore {
  /** Durable when it returns. @throws when it cannot be: then nothing may be done. */
  append(records: readonly JournalRecord[]): void;
  last(): JournalRecord | null;
  /** Newest first. */
  query(query: HistoryQuery): readonly JournalRecord[];
  /** Oldest first, from `fromSeq` on. */
  scan(fromSeq: number): Iterable<JournalRecord>;
  /**
   * Records that were moved to an archive, oldest first, from `fromSeq` on up to where `scan` goes
   * on; begins later where a file of the archive is not there. Absent where nothing is archived.
   */
  archived?(fromSeq: number): Iterable<JournalRecord>;
  close(): void;
}
