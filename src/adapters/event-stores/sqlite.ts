import { canonicalText } from '../../domain/canonical.ts';
import type { HistoryQuery, JournalRecord } from '../../domain/event.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { type Database, messageOf, openDatabase } from './sqlite-driver.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    symbol TEXT,
    plan_id TEXT,
    order_id TEXT,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS journal_by_symbol ON journal (symbol, seq);
  CREATE INDEX IF NOT EXISTS journal_by_type ON journal (type, seq);
  CREATE INDEX IF NOT EXISTS journal_by_plan ON journal (plan_id, seq) WHERE plan_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS journal_by_order ON journal (order_id, seq) WHERE order_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS journal_by_time ON journal (at, seq);
  CREATE TRIGGER IF NOT EXISTS journal_never_changes BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS journal_never_shrinks BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS journal_has_no_gaps BEFORE INSERT ON journal
    WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'the sequence has a gap or a repeat'); END;
`;

/**
 * The journal as one SQLite file: append-only by trigger, durable when `append` returns,
 * one transaction for each call.
 */
export class SqliteEventStore implements EventStore {
  readonly #path: string;
  readonly #database: Database;
  readonly #insert: ReturnType<Database['prepare']>;

  /**
   * @param busyTimeoutMs how long to wait for another process that is using the file
   * @throws with what to do when the file cannot be opened, is locked or is no journal
   */
  constructor(path: string, busyTimeoutMs = 5_000) {
    this.#path = path;
    try {
      this.#database = openDatabase(path);
    } catch (error) {
      throw this.#explained('open', error);
    }
    try {
      this.#database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      this.#database.exec(SCHEMA);
      this.#insert = this.#database.prepare(
        'INSERT INTO journal (seq, at, type, symbol, plan_id, order_id, record)' +
          ' VALUES (?, ?, ?, ?, ?, ?, ?)',
      );
    } catch (error) {
      this.#database.close();
      throw this.#explained('open', error);
    }
  }

  append(records: readonly JournalRecord[]): void {
    if (records.length === 0) return;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        for (const record of records) {
          const { seq, at, type, symbol, planId, orderId } = record;
          this.#insert.run(seq, at, type, symbol, planId, orderId, canonicalText(record));
        }
        this.#database.exec('COMMIT');
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    } catch (error) {
      throw this.#explained('write', error);
    }
  }

  last(): JournalRecord | null {
    const row = this.#read(() =>
      this.#database.prepare('SELECT record FROM journal ORDER BY seq DESC LIMIT 1').get(),
    );
    return row === undefined ? null : this.#recordIn(row);
  }

  query(query: HistoryQuery): readonly JournalRecord[] {
    const { where, values } = conditionsOf(query);
    const sql = `SELECT record FROM journal ${where} ORDER BY seq DESC LIMIT ?`;
    return this.#read(() => this.#database.prepare(sql).all(...values, query.limit)).map((row) =>
      this.#recordIn(row),
    );
  }

  *scan(fromSeq: number): Iterable<JournalRecord> {
    const statement = this.#database.prepare(
      'SELECT record FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1000',
    );
    // In pages, so that a reader may write or stop in between without holding the file.
    let next = fromSeq;
    for (;;) {
      const from = next;
      const page = this.#read(() => statement.all(from));
      for (const row of page) {
        const record = this.#recordIn(row);
        next = record.seq + 1;
        yield record;
      }
      if (page.length < 1000) return;
    }
  }

  close(): void {
    this.#database.close();
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has already rolled back; the first error is the one that tells why.
    }
  }

  #read<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw this.#explained('read', error);
    }
  }

  #recordIn(row: unknown): JournalRecord {
    const { record } = row as { readonly record: string };
    try {
      return JSON.parse(record) as JournalRecord;
    } catch (error) {
      throw this.#explained('read', error);
    }
  }

  #explained(action: 'open' | 'read' | 'write', error: unknown): Error {
    const cause = messageOf(error);
    return new Error(`cannot ${action} the journal ${this.#path}: ${cause}. ${adviceFor(cause)}`, {
      cause: error,
    });
  }
}

function conditionsOf(query: HistoryQuery): {
  readonly where: string;
  readonly values: readonly (string | number)[];
} {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (sql: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(sql);
    values.push(value);
  };
  add('symbol = ?', query.symbol);
  add('plan_id = ?', query.planId);
  add('order_id = ?', query.orderId);
  add('at >= ?', query.sinceAt);
  add('at <= ?', query.untilAt);
  add('seq < ?', query.beforeSeq);
  if (query.types !== undefined) {
    conditions.push(`type IN (${query.types.map(() => '?').join(', ')})`);
    values.push(...query.types);
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

function adviceFor(cause: string): string {
  if (/locked|busy/i.test(cause)) return 'Another process is using it: stop that process first.';
  if (/malformed|not a database|corrupt|JSON/i.test(cause)) {
    return 'The file is damaged and is left as it is: keep it, and name another data directory.';
  }
  if (/full|I\/O/i.test(cause)) return 'Free space on the disk, or name another data directory.';
  return 'Check that its directory exists and is writable for this user.';
}
