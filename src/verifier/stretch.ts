// Records of a journal that are checked apart from those before them, so that several threads can
// share the work: all that a record shows by itself and with its neighbours.
import type { Entry } from './journal-source.ts';
import { MerkleTree, type Subtree } from './merkle.ts';
import { linkAfter, wholeTailOf } from './one-record.ts';

/** Good records that follow one another; checkpoints and anchors are still to be looked at. */
export type Stretch = {
  readonly afterSeq: number;
  /** What the first of them says is the hash of the record before. */
  readonly prev: string;
  readonly parts: readonly Part[];
};

/** Ends where a root has to be known: before the next checkpoint, and where an anchor is. */
type Part = {
  /** The text of its first record if that is a checkpoint. */
  readonly checkpoint: string | null;
  readonly upToSeq: number;
  readonly lastHash: string;
  readonly subtrees: readonly Subtree[];
};

/**
 * @param anchored sizes of the anchors
 * @returns null when not all of it is good
 */
export function stretchOf(
  entries: Iterable<Entry>,
  afterSeq: number,
  anchored: ReadonlySet<number>,
): Stretch | null {
  const parts: Part[] = [];
  let prev: string | null = null;
  let last = { seq: afterSeq, hash: '' };
  let begun = { after: afterSeq, checkpoint: null as string | null };
  let tree = new MerkleTree(afterSeq, []);
  const cut = (checkpoint: string | null): void => {
    const { seq: upToSeq, hash: lastHash } = last;
    if (upToSeq > begun.after) {
      parts.push({
        ...{ checkpoint: begun.checkpoint, upToSeq, lastHash },
        subtrees: tree.subtrees(),
      });
    }
    begun = { after: upToSeq, checkpoint };
    tree = new MerkleTree(upToSeq, []);
  };
  for (const { record, columns } of entries) {
    if (prev === null) {
      const tail = wholeTailOf(record);
      if (typeof tail === 'string') return null;
      prev = tail.prev;
      last = { seq: afterSeq, hash: prev };
    }
    const link = linkAfter(last, record, columns);
    if (typeof link === 'string') return null;
    if (link.type === 'checkpoint_signed') cut(record.toString());
    last = { seq: last.seq + 1, hash: link.hash };
    tree.add(link.hash);
    if (anchored.has(last.seq)) cut(null);
  }
  cut(null);
  return prev === null ? null : { afterSeq, prev, parts };
}
