import { type Database, openDatabase } from './sqlite-driver.ts';
import { explaining } from './sqlite-reader.ts';
import { archivedUpTo, NEVER_SHRINKS, prepareToWrite } from './sqlite-schema.ts';

/** Rows taken out in one transaction: a crash in between leaves some that the next run takes. */
const BATCH_ROWS = 10_000;

/** Where a journal goes on, and the file in which everything before it stands. */
export type ArchiveMark = {
  readonly seq: number;
  readonly hash: string;
  readonly frontier: readonly string[];
  readonly segment: string;
  readonly segmentSha256: string;
};

/** A journal file in the hands of who moves its older records away; nobody else may own it. */
export class SqliteArchiver {
  readonly #path: string;
  readonly #database: Database;

  /** @throws with what to do when the file cannot be opened or is no journal */
  constructor(path: string) {
    this.#path = path;
    this.#database = explaining('open', path, () => openDatabase(path));
    explaining('open', path, () => prepareToWrite(this.#database));
  }

  /** The last record that was moved away before; 0 when none was. */
  archivedUpTo(): number {
    return archivedUpTo(this.#database);
  }

  /** The text of the records as it was written, oldest first. @param afterSeq 0 for all there are */
  *texts(afterSeq: number, upToSeq: number = Number.MAX_SAFE_INTEGER): Iterable<string> {
    const sql = 'SELECT record FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq';
    for (const row of this.#database.prepare(sql).iterate(afterSeq, upToSeq)) {
      yield (row as { readonly record: string }).record;
    }
  }

  /** From here on the journal begins after `mark`; what is before stays until it is swept. */
  begin(mark: ArchiveMark): void {
    const sql =
      'INSERT INTO journal_origin (seq, hash, frontier, segment, segment_sha256) VALUES (?, ?, ?, ?, ?)';
    const { seq, hash, frontier, segment, segmentSha256 } = mark;
    explaining('write', this.#path, () =>
      this.#database.prepare(sql).run(seq, hash, JSON.stringify(frontier), segment, segmentSha256),
    );
  }

  /**
   * Takes out what stands in an archive, but for some records. For everybody else the journal
   * never shrinks: the rule is lifted inside of a transaction and back before it ends.
   *
   * @returns how many were taken out
   */
  sweep(kept: ReadonlySet<number>): number {
    const upTo = this.archivedUpTo();
    const seqs = this.#database.prepare('SELECT seq FROM journal WHERE seq <= ? ORDER BY seq');
    const going = seqs
      .all(upTo)
      .map((row) => (row as { readonly seq: number }).seq)
      .filter((seq) => !kept.has(seq));
    for (let at = 0; at < going.length; at += BATCH_ROWS) {
      const batch = going.slice(at, at + BATCH_ROWS);
      explaining('write', this.#path, () => this.#delete(batch));
    }
    return going.length;
  }

  /** Gives the room back to the disk. @throws when there is not enough to write it anew */
  shrink(): void {
    explaining('write', this.#path, () => {
      this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
    });
  }

  close(): void {
    this.#database.close();
  }

  #delete(seqs: readonly number[]): void {
    const one = this.#database.prepare('DELETE FROM journal WHERE seq = ?');
    this.#database.exec('BEGIN IMMEDIATE; DROP TRIGGER journal_never_shrinks;');
    try {
      for (const seq of seqs) one.run(seq);
      this.#database.exec(`${NEVER_SHRINKS} COMMIT;`);
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
