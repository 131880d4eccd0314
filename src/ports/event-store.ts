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
  close(): void;
}
