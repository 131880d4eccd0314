import { basename, dirname, join } from 'node:path';
import { type WrittenFile, writeWholeFile } from '../../adapters/system/line-file.ts';
import { canonicalText } from '../../domain/canonical.ts';
import type { Checkpoint } from '../../domain/checkpoint.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { textAt } from '../../domain/record-body.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import { inclusionPaths, MerkleTree } from '../../runtime/journal/merkle-tree.ts';
import { UsageError } from '../shared/failure.ts';
import type { WholeJournal } from './whole-journal.ts';

/** What is told of the whole while its records are written. */
type Gathered = {
  readonly tree: MerkleTree;
  readonly hashes: string[];
  readonly checkpoints: string[];
  /** The last checkpoint: the one that most was signed by. */
  checkpoint: Checkpoint | null;
  readonly disclosed: { readonly seq: number; readonly text: string }[];
};

/**
 * Writes everything that somebody needs who trusts nobody here: the records as they were
 * written, the checkpoints, the public key and a list of all files with their digests.
 *
 * @param about an order's or a plan's id, for a disclosure of its records alone; null for none
 * @throws UsageError when nothing signed is about that id; FileError
 */
export function exportBundle(
  journal: string,
  whole: WholeJournal,
  directory: string,
  given: { readonly about: string | null; readonly now: EpochMs },
): Bundle {
  const { origin } = whole;
  const gathered: Gathered = {
    tree: new MerkleTree(origin?.seq ?? 0, origin?.frontier ?? []),
    ...{ hashes: [], checkpoints: [], checkpoint: null, disclosed: [] },
  };
  const files: Record<string, WrittenFile> = {};
  const write = (name: string, pieces: Iterable<string>): void => {
    files[name] = writeWholeFile(join(directory, name), pieces);
  };
  write('records.jsonl', linesOf(whole, gathered, given.about));
  write('checkpoints.jsonl', gathered.checkpoints);
  const { checkpoint, tree } = gathered;
  if (checkpoint !== null) write('public-key.txt', [`${checkpoint.publicKey}\n`]);
  if (given.about !== null) {
    write('disclosure.json', [disclosureOf(given.about, gathered, origin?.seq ?? 0)]);
  }
  const manifest = {
    format: 'bigbrother evidence bundle v1',
    account: basename(dirname(journal)),
    exportedAt: isoTime(given.now),
    records: tree.size,
    root: tree.root(),
    signedUpTo: checkpoint?.size ?? 0,
    publicKey: checkpoint?.publicKey ?? null,
    origin: origin === null ? null : { ...origin, segment: undefined },
    files,
  };
  writeWholeFile(join(directory, 'manifest.json'), [`${JSON.stringify(manifest, null, 2)}\n`]);
  const records = tree.size - (origin?.seq ?? 0);
  return { directory, records, checkpoints: gathered.checkpoints.length };
}

/** Where a bundle is, and how many records and checkpoints it holds. */
type Bundle = {
  readonly directory: string;
  readonly records: number;
  readonly checkpoints: number;
};

export const bundleInWords = ({ directory, records, checkpoints }: Bundle): string =>
  `${records} records and ${checkpoints} checkpoints are in ${directory}. ` +
  `Check them with: bigbrother verify ${directory}`;

function* linesOf(whole: WholeJournal, gathered: Gathered, about: string | null): Iterable<string> {
  for (const text of whole.texts()) {
    yield `${text}\n`;
    const record = JSON.parse(text) as JournalRecord;
    gathered.tree.add(record.hash);
    if (about !== null) gathered.hashes.push(record.hash);
    if (record.type === 'checkpoint_signed') {
      gathered.checkpoint = record.body as unknown as Checkpoint;
      gathered.checkpoints.push(`${canonicalText({ seq: record.seq, ...gathered.checkpoint })}\n`);
    }
    if (about !== null && isAbout(record, about))
      gathered.disclosed.push({ seq: record.seq, text });
  }
}

const isAbout = ({ planId, orderId, body }: JournalRecord, id: string): boolean =>
  planId === id || orderId === id || textAt(body, 'clientOrderId') === id;

function disclosureOf(about: string, gathered: Gathered, originSeq: number): string {
  const { checkpoint, disclosed, hashes } = gathered;
  if (originSeq > 0) {
    throw new UsageError(
      'A disclosure needs every record since the first, and the archive is not where it was put: ' +
        'bring it back, or export without --disclose.',
    );
  }
  const size = checkpoint?.size ?? 0;
  const signed = disclosed.filter(({ seq }) => seq <= size);
  if (checkpoint === null || signed.length === 0) {
    throw new UsageError(`No record that was signed for is about ${about}.`);
  }
  const indexes = signed.map(({ seq }) => seq - 1);
  const paths = inclusionPaths(hashes.slice(0, size), indexes);
  const records = signed.map(({ seq, text }) => ({ text, path: paths.get(seq - 1) ?? [] }));
  const content = { format: 'bigbrother disclosure v1', about, checkpoint, records };
  return `${JSON.stringify(content, null, 1)}\n`;
}
