import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Columns } from './journal-verifier.ts';

/** One record as it was written, and the columns beside it where the journal is a database. */
export type Entry = { readonly text: string; readonly columns: Columns | null };

const CHUNK_BYTES = 1 << 16;
const ROWS = 'SELECT seq, at, type, symbol, plan_id, order_id, record FROM journal ORDER BY rowid';

/**
 * The records of a journal file in the order in which they stand: an SQLite database, or lines
 * of an export.
 *
 * @throws when the file cannot be opened, or from the record on that cannot be read
 */
export const entriesIn = (path: string): Iterable<Entry> =>
  beginsLikeDatabase(path) ? rowsIn(path) : linesIn(path);

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

function* rowsIn(path: string): Generator<Entry> {
  const database = openToRead(path);
  try {
    for (const row of database.prepare(ROWS).iterate()) {
      const { seq, at, type, symbol, plan_id: planId, order_id: orderId, record } = row as Row;
      yield { text: record, columns: { seq, at, type, symbol, planId, orderId } };
    }
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

function* linesIn(path: string): Generator<Entry> {
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
