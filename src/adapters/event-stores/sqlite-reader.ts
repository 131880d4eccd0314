import type { EventType, HistoryQuery, JournalRecord } from '../../domain/event.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { type Database, messageOf, openDatabase } from './sqlite-driver.ts';
import { archivedUpTo, refuseUnknownFormat } from './sqlite-schema.ts';

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
    return explaining('read', this.path, () => this.#rowsOf(query)).map((row) =>
      this.#recordIn(row),
    );
  }

  *scan(fromSeq: number): Iterable<JournalRecord> {
    const statement = this.database.prepare(
      'SELECT record FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1000',
    );
    // In pages, so that a reader may write or stop in between without holding the file.
    let next = Math.max(fromSeq, archivedUpTo(this.database) + 1);
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

  #rowsOf(query: HistoryQuery): readonly unknown[] {
    const bounds = this.#boundsOf(query);
    const conditions = conditionsOf(query, bounds);
    if (conditions === null) return [];
    const { where, values } = conditions;
    const isNarrow = [query.symbol, query.planId, query.orderId].some((each) => each !== undefined);
    if (query.types === undefined || query.types.length < 2 || isNarrow) {
      const sql = `SELECT record FROM journal ${where} ORDER BY seq DESC LIMIT ?`;
      return this.database.prepare(sql).all(...values, query.limit);
    }
    // Each type's newest by itself: for several at once SQLite would sort all there are.
    const newest = query.types
      .flatMap((type) => this.#rowsOfType(query, type, bounds))
      .sort((left, right) => right - left);
    const one = this.database.prepare('SELECT record FROM journal WHERE seq = ?');
    return newest.slice(0, query.limit).map((seq) => one.get(seq));
  }

  #rowsOfType(query: HistoryQuery, type: EventType, bounds: Bounds | null): readonly number[] {
    const conditions = conditionsOf({ ...query, types: [type] }, bounds);
    if (conditions === null) return [];
    const sql = `SELECT seq FROM journal ${conditions.where} ORDER BY seq DESC LIMIT ?`;
    return this.database
      .prepare(sql)
      .all(...conditions.values, query.limit)
      .map((row) => (row as { readonly seq: number }).seq);
  }

  /** The first and the last record of a time: order is by sequence, and a clock may go back. */
  #boundsOf({ sinceAt, untilAt }: HistoryQuery): Bounds | null {
    if (sinceAt === undefined) return { first: undefined, last: undefined };
    const sql = 'SELECT MIN(seq) AS first, MAX(seq) AS last FROM journal WHERE at >= ? AND at <= ?';
    const row = this.database.prepare(sql).get(sinceAt, untilAt ?? Number.MAX_SAFE_INTEGER);
    const { first, last } = row as { readonly first: number | null; readonly last: number | null };
    return first === null || last === null ? null : { first, last };
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
      refuseUnknownFormat(database);
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

type Bounds = { readonly first: number | undefined; readonly last: number | undefined };

/** @param bounds null for a time of which there is no record */
function conditionsOf(
  query: HistoryQuery,
  bounds: Bounds | null,
): { readonly where: string; readonly values: readonly (string | number)[] } | null {
  if (bounds === null) return null;
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
  // The plus keeps SQLite from the index by time, which would have it sort what it finds.
  add('+at >= ?', query.sinceAt);
  add('+at <= ?', query.untilAt);
  add('seq >= ?', bounds.first);
  add('seq <= ?', bounds.last);
  add('seq < ?', query.beforeSeq);
  add('seq > ?', query.afterSeq);
  if (query.types !== undefined) {
    const isNarrow = conditions.some((each) => /^(symbol|plan_id|order_id)/.test(each));
    const column = isNarrow ? '+type' : 'type';
    conditions.push(`${column} IN (${query.types.map(() => '?').join(', ')})`);
    values.push(...query.types);
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

function adviceFor(cause: string): string {
  if (/newer BigBrother/.test(cause)) return 'Use that version, or update this one.';
  if (/locked|busy/i.test(cause)) return 'Another process is using it: stop that process first.';
  if (/malformed|not a database|corrupt|JSON/i.test(cause)) {
    return 'The file is damaged and is left as it is: keep it, and name another data directory.';
  }
  if (/no such table/i.test(cause)) {
    return 'No journal was begun in this file yet: start BigBrother first, or name another file.';
  }
  if (/full|I\/O|disk/i.test(cause))
    return 'Free space on the disk, or name another data directory.';
  return 'Check that its directory exists and is writable for this user.';
}
