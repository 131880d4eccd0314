import type { CopyStatus } from '../../domain/answers.ts';
import { canonicalText, sha256 } from '../../domain/canonical.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventStore } from '../../ports/event-store.ts';
import type { Replica, ReplicaDifference, ReplicaEntry } from '../../ports/replica.ts';
import type { AlertBoard } from './alert-board.ts';
import type { EventLogger } from './event-logger.ts';

/** Records that come together are sent together. */
const GATHER_MS = 1_000;
/** Between two batches of a backlog: whatever else this process has to do comes first. */
const BREATH_MS = 25;
const MOST_RECORDS = 100;
const MOST_CHARACTERS = 128 * 1024;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** Behind by more than this, a person should know. */
const BEHIND_MS = 300_000;

type Parts = {
  readonly replica: Replica;
  readonly store: Pick<EventStore, 'last' | 'scan' | 'archived'>;
  readonly logger: EventLogger;
  readonly alerts: AlertBoard;
  readonly clock: Clock;
  /** Unguessable; retries of several machines are spread by it. */
  readonly bootId: string;
  /** Told of the last record that is known to be in the replica. */
  readonly onCopied: (seq: number) => void;
};

/** The copy and the journal tell two stories; somebody has to look. */
class ConflictError extends Error {}

/**
 * Copies the journal to a replica, in order, without a gap and at least once, also what was moved
 * to an archive before it was copied. It reads what is durable and nothing waits for it: where the
 * replica is away, slow, or says no, it tries again, ever more rarely, with one batch in memory.
 * How far it came is asked of the replica itself, so that it goes on after days, on another machine
 * too. A difference is told and never overwritten.
 */
export class Outbox {
  readonly #parts: Parts;
  #records: Iterator<JournalRecord> | null = null;
  #peeked: JournalRecord | null = null;
  /** Up to here journal and replica were last known to agree; null until they were compared. */
  #copiedSeq: number | null = null;
  #isCompared = false;
  #newestSeq = 0;
  /** Since when the oldest record that could be copied has been waiting. */
  #waitingSince: EpochMs | null = null;
  #mostRecords = MOST_RECORDS;
  #failures = 0;
  #problem: string | null = null;
  #isConflict = false;
  #cancelTimer: (() => void) | null = null;
  #isWorking = false;
  #isStopped = true;
  /** Told when there is nothing to copy, or when that failed. */
  #onRest: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.logger.onRecord(({ seq, at }) => {
      this.#newestSeq = seq;
      this.#waitingSince ??= at;
      if (!this.#isStopped && !this.#isWorking && this.#cancelTimer === null) {
        this.#arm(GATHER_MS);
      }
    });
  }

  start(): void {
    this.#isStopped = false;
    this.#arm(0);
  }

  /**
   * Copies what is left while that works, at most for `withinMs`, and then sends nothing more.
   * What is not copied then is copied by whoever starts next.
   */
  async stop(withinMs: number): Promise<void> {
    if (!this.#isStopped && this.#failures === 0 && this.#copiedSeq !== this.#newestSeq) {
      const resting = new AbortController();
      this.#onRest = () => resting.abort();
      if (!this.#isWorking) this.#arm(0);
      await this.#parts.clock.sleep(withinMs, resting.signal);
    }
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  status(): CopyStatus {
    return {
      copiedSeq: this.#copiedSeq,
      behindRecords: this.#copiedSeq === null ? null : this.#newestSeq - this.#copiedSeq,
      behindSeconds: Math.floor(this.#behindMs() / 1000),
      problem: this.#problem,
    };
  }

  #behindMs(): number {
    return this.#waitingSince === null ? 0 : this.#parts.clock.now() - this.#waitingSince;
  }

  #arm(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.clock.after(delayMs, () => {
      this.#cancelTimer = null;
      void this.#turn();
    });
  }

  async #turn(): Promise<void> {
    this.#isWorking = true;
    let delayMs: number | null;
    try {
      delayMs = await this.#copySome();
      this.#failures = 0;
      this.#problem = null;
      this.#isConflict = false;
    } catch (error) {
      delayMs = this.#afterFailure(error);
    } finally {
      this.#isWorking = false;
    }
    if (delayMs === null || this.#failures > 0) this.#onRest();
    if (this.#isStopped) return;
    this.#tell();
    if (delayMs !== null) this.#arm(delayMs);
  }

  /** @returns when to go on; null when there is nothing left to copy */
  async #copySome(): Promise<number | null> {
    if (!this.#isCompared || this.#copiedSeq === null) {
      this.#copiedSeq = await this.#compared();
      this.#isCompared = true;
      this.#parts.onCopied(this.#copiedSeq);
    }
    const batch = this.#nextBatch(this.#copiedSeq);
    const last = batch.at(-1);
    if (last !== undefined) {
      const difference = await this.#parts.replica.add(batch);
      if (difference !== null) throw new ConflictError(wordsFor(difference));
      this.#copiedSeq = last.seq;
      this.#parts.onCopied(last.seq);
      this.#mostRecords = Math.min(MOST_RECORDS, this.#mostRecords * 2);
    }
    this.#waitingSince = this.#peek(this.#copiedSeq)?.at ?? null;
    if (this.#copiedSeq >= this.#newestSeq) return null;
    // What was logged is not yet durable, or a backlog goes on.
    return last === undefined ? GATHER_MS : BREATH_MS;
  }

  #afterFailure(error: unknown): number {
    // Whoever else may have written meanwhile: what the replica holds is asked again.
    this.#isCompared = false;
    this.#records = null;
    this.#peeked = null;
    this.#failures += 1;
    this.#isConflict = error instanceof ConflictError;
    this.#problem = error instanceof Error ? error.message : String(error);
    this.#mostRecords = Math.max(1, Math.floor(this.#mostRecords / 2));
    const doubled = FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 20);
    const mark = sha256(`${this.#parts.bootId} ${this.#failures}`).slice(0, 8);
    const chance = Number.parseInt(mark, 16) / 2 ** 32;
    return Math.round(Math.min(LONGEST_RETRY_MS, doubled) * (0.5 + chance / 2));
  }

  /**
   * The last record that both have, the same in both.
   *
   * @throws ConflictError when the newest of the replica is not in the journal
   */
  async #compared(): Promise<number> {
    const { replica, store } = this.#parts;
    const head = await replica.head();
    const newest = store.last();
    this.#newestSeq = Math.max(this.#newestSeq, newest?.seq ?? 0);
    if (head === null) {
      this.#waitingSince = this.#peek(0)?.at ?? null;
      this.#tellWhereItBegins(this.#peek(0)?.seq ?? 1);
      return 0;
    }
    if ((newest?.seq ?? 0) < head.seq) {
      throw new ConflictError(
        `the copy holds ${head.seq} records, the journal only ${newest?.seq ?? 0}: it was cut off ` +
          'or begun anew. Compare them; a new journal needs an account key with a name of its own',
      );
    }
    const [own] = this.#recordsFrom(head.seq);
    // All that was copied may be in an archive that is somewhere else by now.
    const goesOn = own?.seq === head.seq + 1 && own.prev === head.hash;
    if (!goesOn && own?.seq !== head.seq) {
      throw new ConflictError(gapBehind(head.seq));
    }
    if (!goesOn && own.hash !== head.hash) {
      throw new ConflictError(wordsFor({ ...own, keptHash: head.hash }));
    }
    this.#waitingSince = this.#peek(head.seq)?.at ?? null;
    return head.seq;
  }

  /** A copy that is begun without an archive never has what stands there. */
  #tellWhereItBegins(seq: number): void {
    const level = { code: 'copy_begins_late', symbol: null };
    if (seq === 1) {
      this.#parts.alerts.clear(level);
      return;
    }
    const because =
      `the copy in Supabase begins at record ${seq}: what was before is in an archive that is not ` +
      'there. For a whole copy put its files back, and begin one with an account key of its own';
    this.#parts.alerts.raise({ ...level, because });
  }

  /** Oldest first: what is in the archive, as far as that is there, then what is in the journal. */
  *#recordsFrom(seq: number): Generator<JournalRecord> {
    const { store } = this.#parts;
    let next = seq;
    for (const record of store.archived?.(seq) ?? []) {
      next = record.seq + 1;
      yield record;
    }
    yield* store.scan(next);
  }

  #nextBatch(copiedSeq: number): readonly ReplicaEntry[] {
    const batch: ReplicaEntry[] = [];
    let characters = 0;
    for (;;) {
      const record = this.#peek(copiedSeq);
      if (record === null || batch.length >= this.#mostRecords) return batch;
      const last = batch.at(-1)?.seq ?? copiedSeq;
      if (last > 0 && record.seq !== last + 1) throw new ConflictError(gapBehind(last));
      const text = canonicalText(record);
      if (batch.length > 0 && characters + text.length > MOST_CHARACTERS) return batch;
      batch.push({ seq: record.seq, hash: record.hash, text });
      characters += text.length;
      this.#peeked = null;
    }
  }

  /** The next durable record, without taking it. */
  #peek(copiedSeq: number): JournalRecord | null {
    if (this.#peeked !== null) return this.#peeked;
    this.#records ??= this.#recordsFrom(copiedSeq + 1);
    const { value, done } = this.#records.next();
    if (done === true) this.#records = null;
    this.#peeked = done === true ? null : value;
    return this.#peeked;
  }

  #tell(): void {
    const { alerts } = this.#parts;
    const conflict = { code: 'copy_conflict', symbol: null };
    const behind = { code: 'copy_behind', symbol: null };
    const problem = this.#problem ?? 'it is catching up';
    if (this.#isConflict) {
      alerts.raise({ ...conflict, because: `nothing more is copied to Supabase: ${problem}` });
    } else if (this.#failures === 0) alerts.clear(conflict);
    const minutes = Math.floor(this.#behindMs() / 60_000);
    if (this.#behindMs() > BEHIND_MS) {
      const because = `Supabase is ${minutes} minutes behind the journal: ${problem}`;
      alerts.raise({ ...behind, because });
    } else if (this.#failures === 0) alerts.clear(behind);
  }
}

const gapBehind = (seq: number): string =>
  `the copy ends at record ${seq}, and what comes after it is in an archive that is not there, or ` +
  'not whole. Put its files back where they were, or into the directory "archive" beside the journal';

const wordsFor = ({ seq, hash, keptHash }: ReplicaDifference): string =>
  `record ${seq} is ${hash.slice(0, 12)} in the journal and ${keptHash.slice(0, 12)} in the copy; ` +
  'nothing was overwritten. Run "bigbrother verify", and find out who wrote the other one';
