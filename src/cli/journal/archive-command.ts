import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { AccountOwnedError, acquireOwnerLock } from '../../adapters/event-stores/owner-lock.ts';
import { SqliteArchiver } from '../../adapters/event-stores/sqlite-archive.ts';
import { SqliteEventReader } from '../../adapters/event-stores/sqlite-reader.ts';
import { digestOfFile, writeWholeFile } from '../../adapters/system/line-file.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import { LOCK_FILE } from '../../composition/account-storage.ts';
import { loadSettings } from '../../config.ts';
import type { Checkpoint } from '../../domain/checkpoint.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import { ArchiveKeep } from '../../runtime/journal/archive-keep.ts';
import { verifyJournal } from '../../verifier/verify-journal.ts';
import { type Answer, answerOf } from '../shared/answer.ts';
import { since } from '../shared/arguments.ts';
import { exitCodes, UsageError } from '../shared/failure.ts';
import { journalPath } from './account-journal.ts';

/** Whatever a restart may want to look back on without asking for it. */
const STAYS_MS = 7 * 24 * 3_600_000;

type Options = {
  readonly config?: string;
  readonly account?: string;
  readonly before: EpochMs;
  readonly to?: string;
};

const explanation = `
Moves records from before a day into a file of their own, whole and readable, and takes them out of
the journal. The journal goes on from a signed checkpoint, so that both can be verified together or
each alone. What is still open (positions, orders, latches) stays in the journal as well. The last
seven days always stay. BigBrother must not be running.

Examples:
  bigbrother archive --before 2026-01-01
  bigbrother archive --before 90d --to /mnt/archive
  bigbrother verify --archive /mnt/archive`;

export const archiveCommand = (): Command =>
  new Command('archive')
    .description('moves older records out of the journal into a file that stays verifiable')
    .requiredOption(
      '--before <time>',
      'a day such as 2026-01-01, or an age such as 90d',
      since(() => new SystemClock().now()),
    )
    .option('--account <name>', 'directory of an account, such as paper-PA123; default: the latest')
    .option('--to <directory>', 'where the file is put; default: "archive" beside the journal')
    .option('--json', 'one JSON object')
    .addHelpText('after', explanation)
    .action((_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { dataDirectory } = loadSettings(options.config ?? null);
      const path = journalPath(dataDirectory, options.account);
      const directory = resolve(options.to ?? join(dirname(path), 'archive'));
      const before = Math.min(options.before, new SystemClock().now() - STAYS_MS);
      archive(path, directory, before, answerOf(command));
      process.exitCode = exitCodes.done;
    });

function archive(path: string, directory: string, before: EpochMs, answer: Answer): void {
  const lock = ownerLock(dirname(path));
  try {
    refuseDamaged(path);
    const cut = checkpointBefore(path, before);
    const archiver = new SqliteArchiver(path);
    try {
      const from = archiver.archivedUpTo();
      const isMore = cut !== null && cut.size > from;
      const moved = isMore ? moveAway(archiver, directory, from, cut) : null;
      if (moved !== null) answer.say(movedInWords(moved));
      // Also what an earlier run moved and was stopped before it could take it out.
      const taken = archiver.sweep(stillNeeded(archiver));
      if (taken > 0) archiver.shrink();
      answer.note({ before: isoTime(before), moved, taken_out: taken, verified: false });
      if (moved === null && taken === 0) {
        answer.say(nothingBefore(before));
        return;
      }
      answer.say(`${taken} records were taken out of the journal.`);
      refuseDamaged(path);
      answer.note({ verified: true });
      answer.say('Journal and archive were verified together.');
    } finally {
      archiver.close();
    }
  } finally {
    lock.release();
  }
}

const nothingBefore = (before: EpochMs): string =>
  `There is nothing to move: no checkpoint of the journal is from before ${isoTime(before)}.`;

function ownerLock(directory: string) {
  try {
    return acquireOwnerLock({ path: join(directory, LOCK_FILE), pid: process.pid });
  } catch (error) {
    if (!(error instanceof AccountOwnedError)) throw error;
    throw new UsageError(
      `process ${error.pid ?? 'unknown'} guards this account and writes its journal: stop it first.`,
    );
  }
}

/** @throws UsageError for a journal that is not whole: what is wrong must not be moved about */
function refuseDamaged(path: string): void {
  const report = verifyJournal(path, { anchors: [], publicKeys: [], archive: null });
  if (report.ok) return;
  throw new UsageError(
    `record ${report.firstBadSeq} of ${path} is bad: ${report.because}; nothing is moved. ` +
      'Run "bigbrother verify".',
  );
}

/** The last statement over records that are all from before that time; null when there is none. */
function checkpointBefore(path: string, before: EpochMs): Checkpoint | null {
  const reader = new SqliteEventReader(path);
  try {
    const query = { types: ['checkpoint_signed'] as const, untilAt: before, limit: 1 };
    const [record] = reader.query(query);
    return record === undefined ? null : (record.body as unknown as Checkpoint);
  } finally {
    reader.close();
  }
}

function moveAway(
  archiver: SqliteArchiver,
  directory: string,
  from: number,
  cut: Checkpoint,
): Moved {
  const name = `journal-${padded(from + 1)}-${padded(cut.size)}.jsonl`;
  const segment = join(directory, name);
  const { sha256 } = writeWholeFile(segment, lines(archiver.texts(from, cut.size)));
  if (digestOfFile(segment) !== sha256) {
    throw new UsageError(`${segment} does not hold what was written to it; nothing was taken out.`);
  }
  const { size: seq, lastHash: hash, frontier } = cut;
  archiver.begin({ seq, hash, frontier, segment, segmentSha256: sha256 });
  return { from: from + 1, to: cut.size, segment, sha256 };
}

/** The records of one archive file, by their numbers. */
type Moved = {
  readonly from: number;
  readonly to: number;
  readonly segment: string;
  readonly sha256: string;
};

const movedInWords = ({ from, to, segment, sha256 }: Moved): string =>
  `Records ${from} to ${to} are in ${segment} (SHA-256 ${sha256}).`;

function stillNeeded(archiver: SqliteArchiver): ReadonlySet<number> {
  const keep = new ArchiveKeep();
  for (const text of archiver.texts(0)) keep.take(JSON.parse(text) as JournalRecord);
  return keep.kept();
}

function* lines(texts: Iterable<string>): Iterable<string> {
  for (const text of texts) yield `${text}\n`;
}

const padded = (seq: number): string => String(seq).padStart(12, '0');
