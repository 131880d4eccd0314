import { fileExists } from '../../adapters/system/files.ts';
import type { JournalRecord } from '../../domain/event.ts';
import { type ArchivedPart, linesIn, sourceAt } from '../../verifier/journal-source.ts';

export type WholeJournal = {
  /** Where it begins when its archive is not there; null when it is whole. */
  readonly origin: ArchivedPart | null;
  /** Each record as it was written, oldest first; can be gone through again. */
  texts(): Iterable<string>;
};

/** A journal together with the archive of its older records. @throws when it cannot be read */
export function wholeJournal(path: string): WholeJournal {
  const { archived } = sourceAt(path);
  const segments = archived.map(({ segment }) => segment);
  const isWhole = segments.every(fileExists);
  return {
    origin: isWhole ? null : (archived.at(-1) ?? null),
    *texts() {
      for (const segment of isWhole ? segments : []) {
        for (const { record } of linesIn(segment)) yield record.toString();
      }
      for (const { record } of sourceAt(path).entries) yield record.toString();
    },
  };
}

export function* recordsOf({ texts }: WholeJournal): Iterable<JournalRecord> {
  for (const text of texts()) yield JSON.parse(text) as JournalRecord;
}
