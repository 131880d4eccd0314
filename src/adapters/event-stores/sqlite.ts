import type { JournalRecord } from '../../domain/event.ts';
import { recordText } from '../../domain/record-text.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { archivedRecords } from './archived-records.ts';
import { type Database, openDatabase } from './sqlite-driver.ts';
import { explaining, SqliteEventReader } from './sqlite-reader.ts';
import { prepareToWrite } from './sqlite-schema.ts';

/**
 * The journal as one SQLite file: append-only by trigger, durable when `append` returns,
 * one transaction for each call.
 */
export class SqliteEventStore extends SqliteEventReader implements EventStore {
  readonly #insert: ReturnType<Database['prepare']>;

  /**
   * @param busyTimeoutMs how long to wait for another process that is using the file
   * @throws with what to do when the file cannot be opened, is locked or is no journal
   */
  constructor(path: string, busyTimeoutMs = 5_000) {
    super(path, openToWrite(path, busyTimeoutMs));
    this.#insert = this.database.prepare(
      'INSERT INTO journal (seq, at, type, symbol, plan_id, order_id, record)' +
        ' VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
  }

  archived(fromSeq: number): Iterable<JournalRecord> {
    return archivedRecords(this.path, this.database, fromSeq);
  }

  append(records: readonly JournalRecord[]): void {
    if (records.length === 0) return;
    explaining('write', this.path, () => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        for (const record of records) {
          const { seq, at, type, symbol, planId, orderId } = record;
          this.#insert.run(seq, at, type, symbol, planId, orderId, recordText(record));
        }
        this.database.exec('COMMIT');
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  #rollBack(): void {
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back; the first error is the one that tells why.
    }
  }
}

const openToWrite = (path: string, busyTimeoutMs: number): Database =>
  explaining('open', path, () => {
    const database = openDatabase(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      prepareToWrite(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
