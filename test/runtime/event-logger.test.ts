import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../src/adapters/event-stores/memory.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { price } from '../../src/domain/decimal.ts';
import type { JournalEvent, JournalRecord } from '../../src/domain/event.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { EventLogger, JournalBrokenError } from '../../src/runtime/journal/event-logger.ts';

const event = (n: number, symbol: string | null = null): JournalEvent => ({
  type: 'snapshot_taken',
  actor: 'system',
  symbol,
  body: { n, at: price('1.50') },
});

const loggerOn = (store: EventStore) =>
  new EventLogger({ store, clock: new VirtualClock(1_000), bootId: 'boot-1' });

/** A store whose content somebody has tampered with. */
class TamperedStore extends MemoryEventStore {
  readonly #tampered: readonly JournalRecord[];

  constructor(records: readonly JournalRecord[]) {
    super();
    this.#tampered = records;
  }

  override last(): JournalRecord | null {
    return this.#tampered.at(-1) ?? null;
  }

  override scan(fromSeq: number): Iterable<JournalRecord> {
    return this.#tampered.filter(({ seq }) => seq >= fromSeq);
  }
}

function journalOf(records: number): JournalRecord[] {
  const store = new MemoryEventStore();
  const logger = loggerOn(store);
  for (let n = 1; n <= records; n += 1) logger.log(event(n));
  logger.commit();
  return [...store.scan(1)];
}

describe('the event logger', () => {
  it('numbers records without a gap and hashes each onto the one before', () => {
    const records = journalOf(3);
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(records[0]?.prev).toBe('0'.repeat(64));
    expect(records[1]?.prev).toBe(records[0]?.hash);
    expect(records[2]?.prev).toBe(records[1]?.hash);
    expect(records[0]).toMatchObject({ v: 1, at: 1_000, boot: 'boot-1', body: { at: '1.5' } });
  });

  it('keeps a buffered record out of the store until the next commit', () => {
    const store = new MemoryEventStore();
    const logger = loggerOn(store);
    logger.log(event(1));
    expect(store.last()).toBeNull();
    logger.logDurably(event(2));
    expect(store.last()?.seq).toBe(2);
  });

  it('shows what is still buffered in the history', () => {
    const logger = loggerOn(new MemoryEventStore());
    logger.log(event(1));
    expect(logger.getHistory({ limit: 10 }).records).toHaveLength(1);
  });

  it('pages through the history, newest first, and ends', () => {
    const logger = loggerOn(new MemoryEventStore());
    for (let n = 1; n <= 5; n += 1) logger.log(event(n, n % 2 === 0 ? 'AAPL' : null));
    const first = logger.getHistory({ limit: 2 });
    expect(first.records.map(({ seq }) => seq)).toEqual([5, 4]);
    const second = logger.getHistory({ limit: 3, beforeSeq: first.nextBeforeSeq ?? 0 });
    expect(second.records.map(({ seq }) => seq)).toEqual([3, 2, 1]);
    expect(second.nextBeforeSeq).toBeNull();
    const filtered = logger.getHistory({ limit: 2, symbol: 'AAPL' });
    expect(filtered).toMatchObject({ records: [{ seq: 4 }, { seq: 2 }], nextBeforeSeq: null });
  });

  it('recalls the records of some types, oldest first, beyond one page', () => {
    const logger = loggerOn(new MemoryEventStore());
    for (let n = 1; n <= 1_200; n += 1) logger.log(event(n));
    logger.log({ type: 'started', actor: 'system', body: {} });
    const recalled = logger.recall(['snapshot_taken']).map(({ seq }) => seq);
    expect(recalled).toHaveLength(1_200);
    expect(recalled[0]).toBe(1);
  });

  it('continues the chain of the process before it', () => {
    const store = new MemoryEventStore();
    loggerOn(store).logDurably(event(1));
    const second = loggerOn(store);
    second.logDurably(event(2));
    expect(second.verify()).toEqual({ ok: true, records: 2, firstBadSeq: null, because: null });
  });

  it('finds every change, omission and swap at its place', () => {
    const good = journalOf(5);
    const changed = (seq: number, parts: Partial<JournalRecord>) =>
      good.map((record) => (record.seq === seq ? { ...record, ...parts } : record));
    const cases: [readonly JournalRecord[], number][] = [
      [changed(3, { body: { n: 4 } }), 3],
      [changed(1, { at: 999 }), 1],
      [changed(5, { actor: 'host' }), 5],
      [changed(2, { hash: 'f'.repeat(64) }), 2],
      [good.filter(({ seq }) => seq !== 4), 4],
      [good.filter(({ seq }) => seq !== 1), 1],
      [[good[0], good[2], good[1], good[3], good[4]].flatMap((one) => one ?? []), 2],
    ];
    for (const [records, firstBadSeq] of cases) {
      expect(loggerOn(new TamperedStore(records)).verify()).toMatchObject({
        ok: false,
        firstBadSeq,
      });
    }
  });

  it('takes no more records onto a journal whose end is damaged', () => {
    const [first, ...rest] = journalOf(3);
    const damaged = { ...first, body: { n: 9 } } as JournalRecord;
    const logger = loggerOn(new TamperedStore([damaged, ...rest]));
    expect(logger.brokenBecause).toMatch(/end is damaged.*record 1/);
    expect(() => logger.assertWritable()).toThrow(JournalBrokenError);
    expect(() => logger.logDurably(event(4))).toThrow(/no order is sent or changed/);
  });

  it('is broken for good once the store has failed', () => {
    const store = new MemoryEventStore();
    const logger = loggerOn(store);
    logger.logDurably(event(1));
    store.close();
    expect(() => logger.logDurably(event(2))).toThrow(JournalBrokenError);
    logger.log(event(3));
    logger.commit();
    expect(() => logger.assertWritable()).toThrow(/it is closed/);
    expect(store.last()?.seq).toBe(1);
  });

  it('tells everybody in the order of the chain, also of what a listener logs', () => {
    const logger = loggerOn(new MemoryEventStore());
    const heard: number[] = [];
    logger.onRecord(({ seq }) => {
      if (seq === 1) logger.log(event(2));
    });
    logger.onRecord(({ seq }) => heard.push(seq));
    logger.log(event(1));
    logger.log(event(3));
    expect(heard).toEqual([1, 2, 3]);
  });

  it('tells of each record as it takes its place', () => {
    const logger = loggerOn(new MemoryEventStore());
    const heard: number[] = [];
    logger.onRecord(({ seq }) => heard.push(seq));
    logger.log(event(1));
    logger.logDurably(event(2));
    expect(heard).toEqual([1, 2]);
  });
});

it('who listens no more hears nothing more, and the others go on hearing', () => {
  const logger = loggerOn(new MemoryEventStore());
  const heard: string[] = [];
  const end = logger.onRecord(({ seq }) => heard.push(`first ${seq}`));
  logger.onRecord(({ seq }) => heard.push(`second ${seq}`));
  logger.log(event(1));
  end();
  logger.log(event(2));
  expect(heard).toEqual(['first 1', 'second 1', 'second 2']);
});
