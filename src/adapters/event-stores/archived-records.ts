import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { JournalRecord } from '../../domain/event.ts';
import type { Database } from './sqlite-driver.ts';
import { explaining } from './sqlite-reader.ts';
import { archivedUpTo } from './sqlite-schema.ts';

const CHUNK_BYTES = 1 << 18;
const LINE_FEED = 10;

type Segment = { readonly firstSeq: number; readonly lastSeq: number; readonly path: string };

/**
 * Records that were moved out of a journal, oldest first from `fromSeq` on, up to where the journal
 * goes on. It begins later where a file is not there: after the last one that is missing.
 *
 * @param path of the journal; a file that is not where it was put is looked for in `archive` beside it
 */
export function* archivedRecords(
  path: string,
  database: Database,
  fromSeq: number,
): Iterable<JournalRecord> {
  if (archivedUpTo(database) < fromSeq) return;
  const segments = segmentsOf(path, database).filter(({ lastSeq }) => lastSeq >= fromSeq);
  const missing = segments.findLastIndex((segment) => !existsSync(segment.path));
  for (const segment of segments.slice(missing + 1)) {
    let seq = segment.firstSeq;
    for (const text of linesIn(segment.path)) {
      if (seq >= fromSeq) {
        yield explaining('read', segment.path, () => JSON.parse(text) as JournalRecord);
      }
      seq += 1;
    }
  }
}

function segmentsOf(journal: string, database: Database): readonly Segment[] {
  const sql = 'SELECT seq, segment FROM journal_origin ORDER BY seq';
  const rows = database.prepare(sql).all() as { readonly seq: number; readonly segment: string }[];
  return rows.map(({ seq, segment }, index) => ({
    firstSeq: (rows[index - 1]?.seq ?? 0) + 1,
    lastSeq: seq,
    path: existsSync(segment) ? segment : join(dirname(journal), 'archive', basename(segment)),
  }));
}

/** Nothing stays open between two chunks: whoever reads may stop anywhere. */
function* linesIn(path: string): Iterable<string> {
  let rest = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const chunk = explaining('read', path, () => chunkOf(path, at));
    if (chunk.length === 0) return;
    at += chunk.length;
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, start)) {
      yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
}

function chunkOf(path: string, at: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    return chunk.subarray(0, readSync(file, chunk, 0, CHUNK_BYTES, at));
  } finally {
    closeSync(file);
  }
}
