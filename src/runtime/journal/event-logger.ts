import type { HistoryPage } from '../../domain/answers.ts';
import type { Decision } from '../../domain/decision.ts';
import type { EventType, HistoryQuery, JournalEvent, JournalRecord } from '../../domain/event.ts';
import { hashedRecord } from '../../domain/record-text.ts';
import type { ExecutionReport } from '../../domain/report.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventStore } from '../../ports/event-store.ts';
import { breakInChain, GENESIS } from './journal-chain.ts';

/** Records checked when a journal is taken up again; `verify` checks all of them. */
const TAIL_RECORDS = 256;
/** A buffer longer than this is written at once: it bounds what a crash can take along. */
const LONGEST_BUFFER = 512;

/** @param body as it was logged: a record's own is read out of its text, which takes longer */
type Listener = (record: JournalRecord, body: unknown) => void;

export type Verification = {
  readonly ok: boolean;
  readonly records: number;
  readonly firstBadSeq: number | null;
  readonly because: string | null;
};

/** The journal cannot be written, so nothing may be done that it would have to hold. */
export class JournalBrokenError extends Error {
  constructor(because: string) {
    super(`the journal cannot be written, so no order is sent or changed: ${because}`);
    this.name = 'JournalBrokenError';
  }
}

/**
 * Writes down everything that happens, in one hash chain with a contiguous sequence.
 *
 * Once the store has failed, or the end of the journal is found damaged, the logger is
 * broken for good: nothing more is written and every side effect must be refused. What was
 * written before can still be read.
 */
export class EventLogger {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #bootId: string;
  readonly #listeners = new Set<Listener>();
  readonly #brokenListeners = new Set<(because: string) => void>();
  #buffer: JournalRecord[] = [];
  /** Records whose listeners were not called yet, in order. */
  readonly #untold: { readonly record: JournalRecord; readonly body: unknown }[] = [];
  #isTelling = false;
  #seq: number;
  #prev: string;
  #brokenBecause: string | null = null;

  constructor(parts: {
    readonly store: EventStore;
    readonly clock: Clock;
    readonly bootId: string;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#bootId = parts.bootId;
    this.#seq = 0;
    this.#prev = GENESIS;
    this.#takeUp();
  }

  /** In words, why nothing can be written any more; null while all is well. */
  get brokenBecause(): string | null {
    return this.#brokenBecause;
  }

  /** @throws JournalBrokenError when nothing can be written */
  assertWritable(): void {
    if (this.#brokenBecause !== null) throw new JournalBrokenError(this.#brokenBecause);
  }

  /** Takes its place in the chain now; durable with the next `commit` or `logDurably`. */
  log(event: JournalEvent): void {
    if (this.#brokenBecause !== null) return;
    const record = this.#chained(event);
    this.#buffer.push(record);
    this.#untold.push({ record, body: event.body });
    this.#tell();
    if (this.#buffer.length >= LONGEST_BUFFER) this.#flush();
  }

  /** Makes everything logged so far durable; where that fails, the logger is broken. */
  commit(): void {
    this.#flush();
  }

  /**
   * Durable when it returns, with everything logged before it.
   *
   * @throws JournalBrokenError when it cannot be
   */
  logDurably(event: JournalEvent): void {
    this.assertWritable();
    this.log(event);
    this.#flush();
    this.assertWritable();
  }

  logDecision(decision: Decision, inputs: unknown): void {
    const { symbol } = decision;
    this.log({ type: 'decision_made', actor: 'loop', symbol, body: { decision, inputs } });
  }

  logAction(report: ExecutionReport): void {
    const symbol = report.parts.length === 1 ? (report.parts[0]?.symbol ?? null) : null;
    const { planId } = report;
    this.log({ type: 'plan_finished', actor: 'system', symbol, planId, body: report });
  }

  /** Newest first, what is still buffered included. */
  getHistory(query: HistoryQuery): HistoryPage {
    this.#flush();
    const found = this.#store.query({ ...query, limit: query.limit + 1 });
    const records = found.slice(0, query.limit);
    const last = records.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { records, nextBeforeSeq: more ? last.seq : null };
  }

  /** Every record of these types, oldest first: what the runtime is rebuilt from at start. */
  recall(
    types: readonly EventType[],
    among: Pick<HistoryQuery, 'symbol' | 'afterSeq'> = {},
  ): readonly JournalRecord[] {
    const newestFirst: JournalRecord[] = [];
    let beforeSeq: number | undefined;
    for (;;) {
      const page = this.getHistory({ ...among, types, beforeSeq, limit: 1_000 });
      newestFirst.push(...page.records);
      if (page.nextBeforeSeq === null) return newestFirst.reverse();
      beforeSeq = page.nextBeforeSeq;
    }
  }

  /** Oldest first, what is still buffered included. */
  recordsAfter(seq: number): Iterable<JournalRecord> {
    this.#flush();
    return this.#store.scan(seq + 1);
  }

  /** The newest sequence number. */
  get length(): number {
    return this.#seq;
  }

  /** When the journal began; null while nothing stands in it. */
  beganAt(): EpochMs | null {
    this.#flush();
    for (const { at } of this.#store.scan(1)) return at;
    return null;
  }

  /**
   * Called with each record as it takes its place in the chain, in the order of the chain: what
   * a listener logs is told when everybody has heard what it was about.
   *
   * @returns ends it
   */
  onRecord(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Called once, in words, when nothing can be written any more. */
  onBroken(listener: (because: string) => void): void {
    this.#brokenListeners.add(listener);
  }

  /** Somebody found that this journal cannot be relied on: nothing more is written. */
  breakBecause(because: string): void {
    if (this.#brokenBecause !== null) return;
    this.#brokenBecause = because;
    for (const listener of this.#brokenListeners) listener(because);
  }

  /**
   * Checks every record: sequence, links and hashes. What is found damaged, or cannot be read,
   * is left as it is, and the logger is broken for good.
   */
  verify(): Verification {
    return this.#check(0);
  }

  /** The same for so many of the newest records, which takes as long whatever was before. */
  verifyNewest(count: number): Verification {
    return this.#check(Math.max(0, this.#seq - count));
  }

  #check(afterSeq: number): Verification {
    this.#flush();
    let previous: JournalRecord | null | undefined = afterSeq === 0 ? null : undefined;
    let because: string | null = null;
    try {
      for (const record of this.#store.scan(afterSeq + 1)) {
        because = breakInChain(previous, record);
        if (because !== null) break;
        previous = record;
      }
    } catch (error) {
      because = messageOf(error);
    }
    const records = previous?.seq ?? afterSeq;
    // The end may be gone: what was last known to stand there tells.
    if (because === null && records < this.#seq - this.#buffer.length) {
      because = `it ends after record ${records}, but ${this.#seq} were written`;
    }
    if (because === null) return { ok: true, records, firstBadSeq: null, because };
    const firstBadSeq = records + 1;
    this.breakBecause(`it is damaged at record ${firstBadSeq}: ${because}`);
    return { ok: false, records, firstBadSeq, because };
  }

  #takeUp(): void {
    try {
      const last = this.#store.last();
      if (last === null) return;
      this.#seq = last.seq;
      this.#prev = last.hash;
      const { firstBadSeq, because } = this.verifyNewest(TAIL_RECORDS);
      if (because === null) return;
      this.#brokenBecause = `its end is damaged at record ${firstBadSeq}: ${because}`;
    } catch (error) {
      this.breakBecause(`its end cannot be read: ${messageOf(error)}`);
    }
  }

  #chained(event: JournalEvent): JournalRecord {
    const record = hashedRecord({
      v: 1,
      seq: this.#seq + 1,
      at: this.#clock.now(),
      boot: this.#bootId,
      type: event.type,
      actor: event.actor,
      symbol: event.symbol ?? null,
      planId: event.planId ?? null,
      orderId: event.orderId ?? null,
      body: event.body,
      prev: this.#prev,
    });
    this.#seq = record.seq;
    this.#prev = record.hash;
    return record;
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
        for (const listener of this.#listeners) listener(next.record, next.body);
      }
    } finally {
      this.#isTelling = false;
    }
  }

  #flush(): void {
    if (this.#buffer.length === 0 || this.#brokenBecause !== null) return;
    try {
      this.#store.append(this.#buffer);
      this.#buffer = [];
    } catch (error) {
      this.breakBecause(messageOf(error));
    }
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
