import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import { SqliteArchiver } from '../../src/adapters/event-stores/sqlite-archive.ts';
import { temporaryDirectory } from '../../src/adapters/system/files.ts';
import { journalRecord } from './journal-record.ts';

describe('the archived part of a journal', () => {
  /** Records 1 to 6, of which 1 to 2 and 3 to 4 were moved to files of their own. */
  const archivedInParts = () => {
    const directory = temporaryDirectory('bb-archived-');
    onTestFinished(directory.remove);
    const path = join(directory.path, 'journal.sqlite');
    const store = new SqliteEventStore(path);
    onTestFinished(() => store.close());
    // Longer than what is read at once, and cut in the middle of a character.
    const body = { text: 'é'.repeat(200_000) };
    const records = [1, 2, 3, 4, 5, 6].map((seq) => journalRecord(seq, { body }));
    store.append(records);
    const archiver = new SqliteArchiver(path);
    const segments = [2, 4].map((seq) => {
      const segment = join(directory.path, `upTo-${seq}.jsonl`);
      const texts = [...archiver.texts(seq - 2, seq)];
      writeFileSync(segment, texts.map((text) => `${text}\n`).join(''));
      archiver.begin({ seq, hash: '', frontier: [], segment, segmentSha256: '' });
      return segment;
    });
    archiver.close();
    const seqsFrom = (fromSeq: number) => [...store.archived(fromSeq)].map(({ seq }) => seq);
    return { directory, store, records, segments, seqsFrom };
  };

  it('is read from where it was put, from any number on', () => {
    const { store, records, seqsFrom } = archivedInParts();
    expect([...store.archived(1)]).toEqual(records.slice(0, 4));
    expect([2, 3, 4, 5, 6].map(seqsFrom)).toEqual([[2, 3, 4], [3, 4], [4], [], []]);
    expect([...store.scan(1)].map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it('is found beside the journal, and begins behind a file that is nowhere', () => {
    const { directory, segments, seqsFrom } = archivedInParts();
    const [first = '', second = ''] = segments;
    mkdirSync(join(directory.path, 'archive'));
    renameSync(second, join(directory.path, 'archive', 'upTo-4.jsonl'));
    expect(seqsFrom(1)).toEqual([1, 2, 3, 4]);
    rmSync(first);
    expect(seqsFrom(1)).toEqual([3, 4]);
    rmSync(join(directory.path, 'archive', 'upTo-4.jsonl'));
    expect(seqsFrom(1)).toEqual([]);
  });

  it('that is damaged is told with the file that it stands in', () => {
    const { segments, seqsFrom } = archivedInParts();
    writeFileSync(segments[1] ?? '', '{"v":1,\n');
    expect(() => seqsFrom(1)).toThrow(/cannot read the journal .*upTo-4\.jsonl: .*damaged/);
  });
});
