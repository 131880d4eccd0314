// Checks what stands on a disk: a journal with the archive of its older records, exported records,
// or an evidence bundle.

import { hash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Entry, linesIn, type Source, sourceAt } from './journal-source.ts';
import { type Anchor, type Finding, JournalVerifier, type Origin } from './journal-verifier.ts';

export type Given = {
  readonly anchors: readonly Anchor[];
  /** Base64url; without any, the first checkpoint's is taken. */
  readonly publicKeys: readonly string[];
  /** Where older records were moved to; null for where an archive usually is. */
  readonly archive: string | null;
};

export type Report = Finding & {
  /** Older records that were not looked at since their archive is not there. */
  readonly unseen: { readonly records: number; readonly segments: readonly string[] } | null;
};

/** @throws when there is nothing at `path`, or when it may not be read */
export function verifyJournal(path: string, given: Given): Report {
  if (statSync(path).isDirectory()) return verifyBundle(path, given);
  const opened = readableAt(path, given);
  if ('records' in opened) return opened;
  const { verifier, source, segments, unseen } = opened;
  readWhole(verifier, source, segments);
  return { ...verifier.finding(), unseen };
}

/** A file that is no journal at all is a bad first record, not an error. */
function readableAt(path: string, given: Given): Opened | Report {
  try {
    return openedAt(path, given);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error;
    const verifier = new JournalVerifier(given);
    verifier.unreadable(messageOf(error));
    return { ...verifier.finding(), unseen: null };
  }
}

export type Opened = {
  readonly verifier: JournalVerifier;
  readonly source: Source;
  /** Files of older records, which come first. */
  readonly segments: readonly string[];
  readonly unseen: Report['unseen'];
};

/** @throws when it cannot be read */
export function openedAt(path: string, given: Given): Opened {
  const source = sourceAt(path);
  const { archived } = source;
  const segments = archived.map(({ segment }) => segmentPath(path, segment, given.archive));
  const missing = segments.filter((segment) => !existsSync(segment));
  const origin = missing.length === 0 ? null : (archived.at(-1) ?? null);
  const verifier = new JournalVerifier({ ...given, origin });
  if (origin === null) return { verifier, source, segments, unseen: null };
  return { verifier, source, segments: [], unseen: { records: origin.seq, segments: missing } };
}

const segmentPath = (journal: string, segment: string, archive: string | null): string =>
  archive !== null
    ? join(archive, basename(segment))
    : existsSync(segment)
      ? segment
      : join(dirname(journal), 'archive', basename(segment));

function readWhole(verifier: JournalVerifier, source: Source, segments: readonly string[]): void {
  try {
    if (!readOlder(verifier, source, segments)) return;
    for (const { record, columns } of source.entries) if (!verifier.take(record, columns)) return;
  } catch (error) {
    verifier.unreadable(messageOf(error));
  }
}

/** What was archived, and what of it stands in the journal once more. @returns whether it is good */
export function readOlder(
  verifier: JournalVerifier,
  source: Source,
  segments: readonly string[],
): boolean {
  const kept = new Map<number, Entry>();
  for (const entry of source.kept) kept.set(entry.columns?.seq ?? 0, entry);
  let seq = 0;
  for (const segment of segments) {
    for (const { record } of linesIn(segment)) {
      seq += 1;
      if (!verifier.take(record)) return false;
      const again = kept.get(seq);
      kept.delete(seq);
      if (again?.columns && !verifier.takeKept(again.record, again.columns, record)) return false;
    }
  }
  for (const { record, columns } of kept.values()) {
    if (columns !== null && !verifier.takeKept(record, columns, null)) return false;
  }
  return true;
}

type Manifest = {
  readonly origin: Origin | null;
  readonly root: string;
  readonly records: number;
  readonly files: Readonly<Record<string, { readonly sha256: string }>>;
};

/** The records of a bundle, after each of its files was found to be the one that was written. */
function verifyBundle(directory: string, given: Given): Report {
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const { origin } = manifest;
  const anchors = [...given.anchors, { size: manifest.records, root: manifest.root }];
  const verifier = new JournalVerifier({ ...given, anchors, origin });
  try {
    readWhole(verifier, sourceAt(join(directory, 'records.jsonl')), []);
    for (const [name, { sha256 }] of Object.entries(manifest.files)) {
      const digest = hash('sha256', readFileSync(join(directory, name)));
      if (digest !== sha256) verifier.unreadable(`${name} is not the file that was exported`);
    }
  } catch (error) {
    verifier.unreadable(messageOf(error));
  }
  const unseen = origin === null ? null : { records: origin.seq, segments: [] };
  return { ...verifier.finding(), unseen };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
