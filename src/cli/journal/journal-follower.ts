import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { Clock } from '../../ports/clock.ts';

const LOOK_EVERY_MS = 500;

/**
 * Hands on what the owner of a journal writes from now on, as it becomes durable.
 *
 * @returns ends it
 */
export function followJournal(
  path: string,
  clock: Clock,
  onRecord: (record: JournalRecord) => void,
): () => void {
  const reader = new SqliteEventReader(path);
  let nextSeq = (reader.last()?.seq ?? 0) + 1;
  let cancel = (): void => undefined;
  const look = (): void => {
    for (const record of reader.scan(nextSeq)) {
      nextSeq = record.seq + 1;
      onRecord(record);
    }
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  look();
  return () => {
    cancel();
    reader.close();
  };
}
