import { canonicalText, type Json } from '../../src/domain/canonical.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import type { ReplicaEntry } from '../../src/ports/replica.ts';
import { GENESIS, hashOfRecord } from '../../src/runtime/journal/journal-chain.ts';

type Facts = Partial<Pick<JournalRecord, 'at' | 'symbol' | 'planId' | 'orderId'>> & {
  readonly type: EventType;
  readonly body?: Json;
};

/** Records in a chain, as a journal holds them. */
export function chained(
  facts: readonly Facts[],
  after: Pick<JournalRecord, 'seq' | 'hash'> = { seq: 0, hash: GENESIS },
): readonly JournalRecord[] {
  let { seq, hash: prev } = after;
  return facts.map((fact) => {
    seq += 1;
    const unhashed: Omit<JournalRecord, 'hash'> = {
      v: 1,
      seq,
      at: 1_791_475_200_000 + seq,
      boot: 'boot-1',
      actor: 'system',
      symbol: null,
      planId: null,
      orderId: null,
      body: {},
      ...fact,
      prev,
    };
    prev = hashOfRecord(unhashed);
    return { ...unhashed, hash: prev };
  });
}

export const entryOf = (record: JournalRecord): ReplicaEntry => ({
  seq: record.seq,
  hash: record.hash,
  text: canonicalText(record),
});
