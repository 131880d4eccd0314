import type { Database } from './sqlite-driver.ts';

/**
 * The layout of a journal file, kept in SQLite's `user_version`. What came before it was
 * numbered has 0 and is brought up when it is opened to write; older versions of BigBrother read
 * and write this one all the same.
 */
const FORMAT = 1;

/** Records stay for good; only what moves them to an archive lifts this, for a moment. */
export const NEVER_SHRINKS = `
  CREATE TRIGGER IF NOT EXISTS journal_never_shrinks BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;`;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    symbol TEXT,
    plan_id TEXT,
    order_id TEXT,
    record TEXT NOT NULL
  ) STRICT;
  DROP INDEX IF EXISTS journal_by_symbol;
  CREATE INDEX IF NOT EXISTS journal_of_symbol ON journal (symbol, seq, type);
  CREATE INDEX IF NOT EXISTS journal_by_type ON journal (type, seq);
  CREATE INDEX IF NOT EXISTS journal_by_plan ON journal (plan_id, seq) WHERE plan_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS journal_by_order ON journal (order_id, seq) WHERE order_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS journal_by_time ON journal (at, seq);
  CREATE TABLE IF NOT EXISTS journal_origin (
    seq INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    frontier TEXT NOT NULL,
    segment TEXT NOT NULL,
    segment_sha256 TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER IF NOT EXISTS journal_never_changes BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  ${NEVER_SHRINKS}
  CREATE TRIGGER IF NOT EXISTS journal_has_no_gaps BEFORE INSERT ON journal
    WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'the sequence has a gap or a repeat'); END;
  CREATE TRIGGER IF NOT EXISTS journal_origin_never_changes BEFORE UPDATE ON journal_origin
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS journal_origin_never_shrinks BEFORE DELETE ON journal_origin
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
`;

/** Brings a file to the layout of today; a new one is given it. @throws for an unknown one */
export function prepareToWrite(database: Database): void {
  refuseUnknownFormat(database);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec(SCHEMA);
  if (formatOf(database) !== FORMAT) database.exec(`PRAGMA user_version = ${FORMAT}`);
}

/** @throws in words when the file was laid out by a version that came after this one */
export function refuseUnknownFormat(database: Database): void {
  const format = formatOf(database);
  if (format <= FORMAT) return;
  throw new Error(
    `it was written by a newer BigBrother (journal format ${format}; this one knows up to ${FORMAT})`,
  );
}

/** The last record that was moved to an archive; 0 when none was. */
export function archivedUpTo(database: Database): number {
  const table = database
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'journal_origin'")
    .get();
  if (table === undefined) return 0;
  const row = database.prepare('SELECT MAX(seq) AS seq FROM journal_origin').get();
  return (row as { readonly seq: number | null }).seq ?? 0;
}

const formatOf = (database: Database): number =>
  (database.prepare('PRAGMA user_version').get() as { readonly user_version: number }).user_version;
