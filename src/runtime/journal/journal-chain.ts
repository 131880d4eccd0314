import { canonicalText, type Json, sha256 } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';

/** What the first record of a journal names as its predecessor. */
export const GENESIS = '0'.repeat(64);

type Unhashed = Omit<JournalRecord, 'hash'>;

/** SHA-256 over the canonical text of everything but the hash itself; `prev` is inside. */
export const hashOfRecord = (record: Unhashed): string => sha256(canonicalText(record));

/**
 * Why `record` cannot be the one after `previous`, or null when it can. `previous` is null
 * for the first record of a journal, which may begin with the checkpoint over an archive, and
 * undefined where the chain is entered in the middle.
 */
export function breakInChain(
  previous: JournalRecord | null | undefined,
  record: JournalRecord,
): string | null {
  if (previous !== undefined && !(previous === null && restsOnArchive(record))) {
    const seq = (previous?.seq ?? 0) + 1;
    if (record.seq !== seq) return `record ${seq} is missing: ${record.seq} stands in its place`;
    if (record.prev !== (previous?.hash ?? GENESIS)) {
      return `record ${record.seq} does not follow the one before it`;
    }
  }
  const { hash, ...rest } = record;
  return hashOfRecord(rest) === hash
    ? null
    : `record ${record.seq} was changed after it was written`;
}

/** True for a checkpoint over records that were moved to an archive: they end where it begins. */
function restsOnArchive({ type, seq, prev, body }: JournalRecord): boolean {
  if (type !== 'checkpoint_signed') return false;
  const { size, lastHash } = body as { readonly size?: Json; readonly lastHash?: Json };
  return size === seq - 1 && lastHash === prev;
}
