import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { SqliteEventStore } from '../../src/adapters/event-stores/sqlite.ts';
import type { HistoryQuery } from '../../src/domain/event.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { journalRecord } from './journal-record.ts';

const directories: string[] = [];
const stores: EventStore[] = [];

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const kinds: Record<string, () => EventStore> = {
  memory: () => new MemoryEventStore(),
  sqlite: () => {
    const directory = mkdtempSync(join(tmpdir(), 'bb-journal-'));
    directories.push(directory);
    return new SqliteEventStore(join(directory, 'journal.sqlite'));
  },
};

describe.each(Object.keys(kinds))('the %s event store', (kind) => {
  const open = (): EventStore => {
    const store = kinds[kind]?.();
    if (store === undefined) throw new Error(`no store called ${kind}`);
    stores.push(store);
    return store;
  };
  const seqs = (store: EventStore, query: Partial<HistoryQuery>) =>
    store.query({ limit: 100, ...query }).map((record) => record.seq);

  it('has no last record while it is empty', () => {
    const store = open();
    expect(store.last()).toBeNull();
    expect([...store.scan(1)]).toEqual([]);
  });

  it('gives back exactly what was appended', () => {
    const store = open();
    const record = journalRecord(1, {
      symbol: 'BRK.B',
      body: { price: '12.50', nested: [{ text: 'naïve “quotes” \u2028 ✓' }], none: null, n: 3 },
    });
    store.append([record]);
    expect(store.last()).toEqual(record);
    expect([...store.scan(1)]).toEqual([record]);
  });

  it('scans oldest first from the sequence number asked for, beyond one page', () => {
    const store = open();
    const records = Array.from({ length: 2_500 }, (_, index) => journalRecord(index + 1));
    store.append(records);
    const found = [...store.scan(400)].map((record) => record.seq);
    expect(found).toHaveLength(2_101);
    expect(found[0]).toBe(400);
    expect(found.at(-1)).toBe(2_500);
  });

  it('queries newest first, with every filter and all of them together', () => {
    const store = open();
    store.append([
      journalRecord(1, { at: 10, symbol: 'AAPL', type: 'plan_proposed', planId: 'p1' }),
      journalRecord(2, { at: 20, symbol: 'MSFT', type: 'plan_proposed', planId: 'p2' }),
      journalRecord(3, { at: 30, symbol: 'AAPL', type: 'step_observed', orderId: 'o1' }),
      journalRecord(4, { at: 40, symbol: 'AAPL', type: 'plan_finished', planId: 'p1' }),
      journalRecord(5, { at: 50, symbol: null, type: 'snapshot_taken' }),
    ]);
    expect(seqs(store, {})).toEqual([5, 4, 3, 2, 1]);
    expect(seqs(store, { symbol: 'AAPL' })).toEqual([4, 3, 1]);
    expect(seqs(store, { types: ['plan_proposed', 'plan_finished'] })).toEqual([4, 2, 1]);
    expect(seqs(store, { types: [] })).toEqual([]);
    expect(seqs(store, { planId: 'p1' })).toEqual([4, 1]);
    expect(seqs(store, { orderId: 'o1' })).toEqual([3]);
    expect(seqs(store, { sinceAt: 20, untilAt: 40 })).toEqual([4, 3, 2]);
    expect(seqs(store, { beforeSeq: 3 })).toEqual([2, 1]);
    expect(seqs(store, { limit: 2 })).toEqual([5, 4]);
    expect(
      seqs(store, { symbol: 'AAPL', types: ['plan_finished'], planId: 'p1', sinceAt: 35 }),
    ).toEqual([4]);
  });

  it.each([
    ['a gap', [3]],
    ['a repeat', [1]],
    ['a gap inside one append', [2, 4]],
  ])('refuses %s and keeps nothing of that append', (_, sequence) => {
    const store = open();
    store.append([journalRecord(1)]);
    const records = sequence.map((seq) => journalRecord(seq));
    expect(() => store.append(records)).toThrow(/gap or a repeat/);
    expect(seqs(store, {})).toEqual([1]);
    store.append([journalRecord(2)]);
    expect(seqs(store, {})).toEqual([2, 1]);
  });

  it('appends nothing when given nothing', () => {
    const store = open();
    store.append([]);
    expect(store.last()).toBeNull();
  });

  it('refuses to write once it is closed', () => {
    const store = open();
    store.close();
    stores.pop();
    expect(() => store.append([journalRecord(1)])).toThrow(/cannot write the journal/);
  });
});
