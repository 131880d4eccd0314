import type { HistoryQuery, JournalRecord } from '../../domain/event.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { type Database, messageOf, openDatabase } from './sqlite-driver.ts';

/** How long to wait for another process that is using the file. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Reads a journal file and cannot change it, even while its owner is writing to it. Nothing
 * is created when the file is not there.
 */
export class SqliteEventReader implements Omit<EventStore, 'append'> {
  protected readonly path: string;
  protected readonly database: Database;

  /** @throws with what to do when the file cannot be opened or is no journal */
  constructor(path: string, database: Database = openToRead(path)) {
    this.path = path;
    this.database = database;
  }

  last(): JournalRecord | null {
    const row = explaining('read', this.path, () =>
      this.database.prepare('SELECT record FROM journal ORDER BY seq DESC LIMIT 1').get(),
    );
    return row === undefined ? null : this.#recordIn(row);
  }

  query(query: HistoryQuery): readonly JournalRecord[] {
    const { where, values } = conditionsOf(query);
    const sql = `SELECT record FROM journal ${where} ORDER BY seq DESC LIMIT ?`;
    return explaining('read', this.path, () =>
      this.database.prepare(sql).all(...values, query.limit),
    ).map((row) => this.#recordIn(row));
  }

  *scan(fromSeq: number): Iterable<JournalRecord> {
    const statement = this.database.prepare(
      'SELECT record FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1000',
    );
    // In pages, so that a reader may write or stop in between without holding the file.
    let next = fromSeq;
    for (;;) {
      const from = next;
      const page = explaining('read', this.path, () => statement.all(from));
      for (const row of page) {
        const record = this.#recordIn(row);
        next = record.seq + 1;
        yield record;
      }
      if (page.length < 1000) return;
    }
  }

  close(): void {
    this.database.close();
  }

  #recordIn(row: unknown): JournalRecord {
    const { record } = row as { readonly record: string };
    return explaining('read', this.path, () => JSON.parse(record) as JournalRecord);
  }
}

const openToRead = (path: string): Database =>
  explaining('open', path, () => {
    const database = openDatabase(path, { readOnly: true });
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      database.prepare('SELECT seq FROM journal LIMIT 1').get(); // Fails where there is none.
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });

/** @throws the error that `action` met, with the file and what to do about it */
export function explaining<Result>(
  what: 'open' | 'read' | 'write',
  path: string,
  action: () => Result,
): Result {
  try {
    return action();
  } catch (error) {
    const cause = messageOf(error);
    throw new Error(`cannot ${what} the journal ${path}: ${cause}. ${adviceFor(cause)}`, {
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
  if (/no such table/i.test(cause)) {
    return 'No journal was begun in this file yet: start BigBrother first, or name another file.';
  }
  if (/full|I\/O/i.test(cause)) return 'Free space on the disk, or name another data directory.';
  return 'Check that its directory exists and is writable for this user.';
}
