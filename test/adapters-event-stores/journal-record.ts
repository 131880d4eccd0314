import type { JournalRecord } from '../../src/domain/event.ts';

/** A record that is well formed but in no chain: stores do not look at hashes. */
export const journalRecord = (seq: number, parts: Partial<JournalRecord> = {}): JournalRecord => ({
  v: 1,
  seq,
  at: seq,
  boot: 'boot-1',
  type: 'snapshot_taken',
  actor: 'system',
  symbol: null,
  planId: null,
  orderId: null,
  body: {},
  prev: '0'.repeat(64),
  hash: String(seq).padStart(64, '0'),
  ...parts,
});
