import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Columns, Origin } from './journal-verifier.ts';

/** One record as it was written, and the columns beside it where the journal is a database. */
export type Entry = { readonly text: string; readonly columns: Columns | null };

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
const COLUMNS = 'seq, at, type, symbol, plan_id, order_id, record';

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
    kept: rowsIn(path, `seq <= ${origin}`),
    entries: rowsIn(path, `seq > ${origin}`),
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

type Row = {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly symbol: string | null;
  readonly plan_id: string | null;
  readonly order_id: string | null;
  readonly record: string;
};

function* rowsIn(path: string, where: string): Generator<Entry> {
  const database = openToRead(path);
  try {
    const sql = `SELECT ${COLUMNS} FROM journal WHERE ${where} ORDER BY seq`;
    for (const row of database.prepare(sql).iterate()) {
      const { seq, at, type, symbol, plan_id: planId, order_id: orderId, record } = row as Row;
      yield { text: record, columns: { seq, at, type, symbol, planId, orderId } };
    }
  } finally {
    database.close();
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
  prepare(sql: string): { iterate(): Iterable<unknown> };
  close(): void;
};
type Driver = { readonly DatabaseSync: new (path: string, options: object) => Database };

// At run time: which of the two exists depends on the Node that runs us.
const load = createRequire(import.meta.url);

function openToRead(path: string): Database {
  const hasBuiltIn = Number(process.versions.node.split('.')[0]) >= 22;
  const { DatabaseSync } = load(hasBuiltIn ? 'node:sqlite' : '@photostructure/sqlite') as Driver;
  return new DatabaseSync(path, { readOnly: true });
}

export function* linesIn(path: string): Generator<Entry> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, size)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield { text: rest.toString('utf8', 0, end), columns: null };
        rest = rest.subarray(end + 1);
      }
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), columns: null };
  } finally {
    closeSync(file);
  }
}
