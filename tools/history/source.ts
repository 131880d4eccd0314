import type { HistoryPage } from '../../src/domain/answers.ts';
import type { HistoryQuery, JournalRecord } from '../../src/domain/event.ts';

/** Who answers for the journal: the journal itself, or a copy of it somewhere else. */
export type HistorySource = {
  query(query: HistoryQuery): HistoryPage | Promise<HistoryPage>;
};

const PAGE_RECORDS = 1_000;

/** What was read of what there is. `isWhole` is false where the rest was not looked at. */
export type Read = { readonly records: readonly JournalRecord[]; readonly isWhole: boolean };

/** Newest first, at most `most` of them. */
export async function readNewest(
  source: HistorySource,
  query: Omit<HistoryQuery, 'limit'>,
  most: number,
): Promise<Read> {
  const records: JournalRecord[] = [];
  let { beforeSeq } = query;
  while (records.length < most) {
    const limit = Math.min(PAGE_RECORDS, most - records.length);
    const page = await source.query({ ...query, beforeSeq, limit });
    records.push(...page.records);
    if (page.nextBeforeSeq === null) return { records, isWhole: true };
    beforeSeq = page.nextBeforeSeq;
  }
  return { records, isWhole: false };
}

/** The newest of them; null where there is none. */
export async function readLast(
  source: HistorySource,
  query: Omit<HistoryQuery, 'limit'>,
): Promise<JournalRecord | null> {
  const { records } = await source.query({ ...query, limit: 1 });
  return records[0] ?? null;
}
