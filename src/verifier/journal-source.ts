import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Origin } from './journal-verifier.ts';
import type { Columns } from './one-record.ts';

/** One record as it was written, and the columns beside it where the journal is a database. */
export type Entry = { readonly record: Buffer; readonly columns: Columns | null };

/** Where older records of a journal went: the last of them, and the file they stand in. */
export type ArchivedPart = Origin & { readonly segment: string };

/** A journal file as it stands: an SQLite database, or lines of an export. */
export type Source = {
  /** Oldest first; the journal goes on after the last of them. */
  readonly archived: readonly ArchivedPart[];
  /** Records from before the journal goes on that stand there once more. */
  readonly kept: Iterable<Entry>;
  readonly entries: Iterable<Entry>;
};

const CHUNK_BYTES = 1 << 16;

/**
 * The records of a journal file in the order in which they stand.
 *
 * @throws when the file cannot be opened, or from the record on that cannot be read
 */
export function sourceAt(path: string): Source {
  if (!beginsLikeDatabase(path)) return { archived: [], kept: [], entries: linesIn(path) };
  const archived = archivedPartsIn(path);
  const origin = archived.at(-1)?.seq ?? 0;
  return {
    archived,
    kept: rowsIn(path, 0, origin),
    entries: rowsIn(path, origin, Number.MAX_SAFE_INTEGER),
  };
}

function beginsLikeDatabase(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(15);
    readSync(file, start, 0, start.length, 0);
    return start.toString('latin1') === 'SQLite format 3';
  } finally {
    closeSync(file);
  }
}

type Row = readonly [
  seq: number,
  at: number,
  type: string,
  symbol: string | null,
  planId: string | null,
  orderId: string | null,
];

/** At once, as one value each: to hand over row by row takes as long as to check them. */
const BATCH_ROWS = 128;
const ROWS = `
  SELECT group_concat(row) AS columns,
    CAST(group_concat(coalesce(record, ''), char(10)) AS BLOB) AS records
  FROM (
    SELECT json_array(seq, at, type, symbol, plan_id, order_id) AS row, record
    FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?
  )`;

/** Number of the last record in a database; 0 without any, and for exported records. */
export function lastSeqIn(path: string): number {
  if (!beginsLikeDatabase(path)) return 0;
  const database = openToRead(path);
  try {
    const [row] = database.prepare('SELECT max(seq) AS seq FROM journal').iterate();
    return (row as { readonly seq: number | null }).seq ?? 0;
  } finally {
    database.close();
  }
}

function* rowsIn(path: string, afterSeq: number, upToSeq: number): Generator<Entry> {
  const table = openTable(path);
  try {
    yield* table.rows(afterSeq, upToSeq);
  } finally {
    table.close();
  }
}

export type Table = {
  /** Those after the one number up to the other, in their order. @throws for what is unreadable */
  rows(afterSeq: number, upToSeq: number): Iterable<Entry>;
  close(): void;
};

/** The records of a database, all as of one moment, also while somebody writes. */
export function openTable(path: string): Table {
  const database = openToRead(path);
  // Each page is read once: a small place for them stays in the processor's own memory.
  database.exec('PRAGMA cache_size = -256; BEGIN');
  return {
    rows: (afterSeq, upToSeq) => rowsOf(database, afterSeq, upToSeq),
    close() {
      // The driver may close later than it is told to, and a writer is not to wait for that.
      orNull(() => database.exec('ROLLBACK'));
      database.close();
    },
  };
}

function* rowsOf(database: Database, afterSeq: number, upToSeq: number): Generator<Entry> {
  const statement = database.prepare(ROWS);
  const rowsAfter = (seq: number, count: number) =>
    entriesOf(statement.get(seq, upToSeq, count) as Rows, count);
  for (let last = afterSeq; ; ) {
    const entries = orNull(() => rowsAfter(last, BATCH_ROWS)) ?? rowsAfter(last, 1) ?? [];
    if (entries.length === 0) return;
    yield* entries;
    const seq = entries.at(-1)?.columns?.seq ?? 0;
    if (seq <= last) throw new Error(`row ${seq} stands after row ${last}`);
    last = seq;
  }
}

type Rows = { readonly columns: string | null; readonly records: Uint8Array | null };

/** Null where they cannot be told apart: no record has a line feed, but a changed one may. */
function entriesOf({ columns, records }: Rows, asked: number): readonly Entry[] | null {
  const rows = JSON.parse(`[${columns ?? ''}]`) as readonly Row[];
  const bytes =
    records === null
      ? Buffer.alloc(0)
      : Buffer.from(records.buffer, records.byteOffset, records.byteLength);
  const texts = asked === 1 || rows.length === 0 ? [bytes] : [...linesOf(bytes)];
  if (rows.length > 0 && texts.length !== rows.length) return null;
  return rows.map(([seq, at, type, symbol, planId, orderId], index) => ({
    record: texts[index] ?? bytes,
    columns: { seq, at, type, symbol, planId, orderId },
  }));
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
  yield bytes.subarray(start);
}

function orNull<Result>(action: () => Result): Result | null {
  try {
    return action();
  } catch {
    return null; // One by one it shows which of them it is.
  }
}

function archivedPartsIn(path: string): readonly ArchivedPart[] {
  const database = openToRead(path);
  try {
    const table = "SELECT 1 FROM sqlite_master WHERE name = 'journal_origin'";
    if ([...database.prepare(table).iterate()].length === 0) return [];
    const sql = 'SELECT seq, hash, frontier, segment FROM journal_origin ORDER BY seq';
    return [...database.prepare(sql).iterate()].map((row) => {
      const { seq, hash, frontier, segment } = row as Record<string, string | number>;
      return {
        seq: Number(seq),
        hash: String(hash),
        frontier: JSON.parse(String(frontier)) as readonly string[],
        segment: String(segment),
      };
    });
  } finally {
    database.close();
  }
}

type Database = {
  exec(sql: string): void;
  prepare(sql: string): {
    get(...values: number[]): unknown;
    iterate(): Iterable<unknown>;
  };
  close(): void;
};
type Driver = { readonly DatabaseSync: new (path: string, options: object) => Database };

// At run time: which of the two exists depends on the Node that runs us.
const load = createRequire(import.meta.url);
const BUSY_TIMEOUT_MS = 10_000;

function openToRead(path: string): Database {
  const hasBuiltIn = Number(process.versions.node.split('.')[0]) >= 22;
  const { DatabaseSync } = load(hasBuiltIn ? 'node:sqlite' : '@photostructure/sqlite') as Driver;
  const database = new DatabaseSync(path, { readOnly: true });
  // While somebody puts a journal in order that was left in the middle, nobody else can read it.
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  return database;
}

export function* linesIn(path: string): Generator<Entry> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, size)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield { record: rest.subarray(0, end), columns: null };
        rest = rest.subarray(end + 1);
      }
    }
    if (rest.length > 0) yield { record: rest, columns: null };
  } finally {
    closeSync(file);
  }
}
