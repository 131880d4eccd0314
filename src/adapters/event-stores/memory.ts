import type { HistoryQuery, JournalRecord } from '../../domain/event.ts';
import type { EventStore } from '../../ports/event-store.ts';

/**
 * The journal of a simulation: what was appended outlives the logger that wrote it, and an
 * append is whole or not at all, as with the file.
 */
export class MemoryEventStore implements EventStore {
  readonly #records: JournalRecord[] = [];
  /** An order is asked about by itself, again and again. */
  readonly #byOrder = new Map<string, JournalRecord[]>();
  #open = true;

  append(records: readonly JournalRecord[]): void {
    if (!this.#open) throw new Error('cannot write the journal: it is closed');
    let expected = this.#records.length + 1;
    for (const record of records) {
      if (record.seq !== expected) {
        throw new Error('cannot write the journal: the sequence has a gap or a repeat');
      }
      expected += 1;
    }
    for (const record of records) this.#keep(Object.freeze(record));
  }

  last(): JournalRecord | null {
    return this.#records.at(-1) ?? null;
  }

  query(query: HistoryQuery): readonly JournalRecord[] {
    if (query.orderId !== undefined) return this.#ofOrder(query.orderId, query);
    const found: JournalRecord[] = [];
    const newest = Math.min(this.#records.length, (query.beforeSeq ?? Infinity) - 1);
    const oldest = Math.max(0, query.afterSeq ?? 0);
    for (let seq = newest; seq > oldest && found.length < query.limit; seq -= 1) {
      const record = this.#records[seq - 1];
      if (record !== undefined && matches(record, query)) found.push(record);
    }
    return found;
  }

  #ofOrder(orderId: string, query: HistoryQuery): readonly JournalRecord[] {
    const { beforeSeq = Infinity, afterSeq = 0, limit } = query;
    return (this.#byOrder.get(orderId) ?? [])
      .filter(({ seq }) => seq < beforeSeq && seq > afterSeq)
      .filter((record) => matches(record, query))
      .reverse()
      .slice(0, limit);
  }

  #keep(record: JournalRecord): void {
    this.#records.push(record);
    if (record.orderId === null) return;
    const others = this.#byOrder.get(record.orderId);
    if (others === undefined) this.#byOrder.set(record.orderId, [record]);
    else others.push(record);
  }

  *scan(fromSeq: number): Iterable<JournalRecord> {
    for (let seq = Math.max(1, fromSeq); seq <= this.#records.length; seq += 1) {
      const record = this.#records[seq - 1];
      if (record !== undefined) yield record;
    }
  }

  close(): void {
    this.#open = false;
  }
}

const matches = (record: JournalRecord, query: HistoryQuery): boolean =>
  (query.symbol === undefined || record.symbol === query.symbol) &&
  (query.types === undefined || query.types.includes(record.type)) &&
  (query.planId === undefined || record.planId === query.planId) &&
  (query.orderId === undefined || record.orderId === query.orderId) &&
  (query.sinceAt === undefined || record.at >= query.sinceAt) &&
  (query.untilAt === undefined || record.at <= query.untilAt);
