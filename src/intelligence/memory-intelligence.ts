import { digestOf } from '../domain/canonical.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Advisor } from '../ports/advisor.ts';
import type { Clock } from '../ports/clock.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { MemoryFile } from '../ports/memory-file.ts';
import { openNodes, writeOutcomes } from './memory-graph.ts';
import { outcomeIn, type Remembered, shelfOf } from './remembered.ts';

/** Outcomes that wait to be stored; more of them wait in the journal, from which all comes back. */
const MOST_QUEUED = 2_000;
const PER_WRITE = 50;
const RETRY_MS = 15_000;
/** A process that ends leaves fewer behind that were not stored. */
const TOLD_AGAIN = 100;
/** A year of them, with the one that has begun. */
const QUARTERS = 5;
const MOST_READ = 50;

/** What became of decisions like one that is to be made. Decimals are statistics, no amounts. */
export type HistoricalContext = {
  readonly symbol: string;
  readonly action: string;
  /** Newest first, at most fifty. */
  readonly outcomes: readonly Remembered[];
  /** Gains in units of the initial risk, where that is known. */
  readonly count: number;
  readonly meanR: number | null;
  /** Lines in the memory that nobody here wrote; they count for nothing. */
  readonly notOurs: number;
  /** Names exactly what was read. */
  readonly hash: string;
};

export type MemoryHealth = {
  readonly waiting: number;
  readonly stored: number;
  /** Left out since too many waited; `bigbrother memory rebuild` brings them back. */
  readonly leftOut: number;
  readonly quarantined: string | null;
};

/**
 * Remembers in the Memory server what became of decisions, and looks it up by symbol and kind
 * of action. The journal is the truth and this is an index of it: whatever is lost or broken
 * here is made anew from there, and nothing that trades waits for it.
 */
export class MemoryIntelligence {
  readonly #server: Advisor;
  readonly #file: MemoryFile;
  readonly #clock: Clock;
  readonly #account: string;
  readonly #secret: string;
  readonly #fromJournal: () => readonly Remembered[];
  readonly #isForgotten: (outcome: Remembered) => boolean;
  readonly #onTrouble: (because: string | null) => void;
  #queue: readonly Remembered[] = [];
  #working: Promise<void> | null = null;
  #cancelRetry: () => void = () => {};
  #stored = 0;
  #leftOut = 0;
  #quarantined: string | null = null;
  #isChecked = false;
  #isStopped = false;

  /**
   * @param parts `fromJournal` gives every outcome that is to be kept, oldest first; one that
   *   `isForgotten` counts for nothing, though the file may have it still; `onTrouble` is told in
   *   words what fails, and null once it works again
   */
  constructor(parts: {
    readonly server: Advisor;
    readonly file: MemoryFile;
    readonly clock: Clock;
    readonly account: string;
    readonly secret: string;
    readonly fromJournal: () => readonly Remembered[];
    readonly isForgotten: (outcome: Remembered) => boolean;
    readonly onTrouble: (because: string | null) => void;
  }) {
    this.#server = parts.server;
    this.#file = parts.file;
    this.#clock = parts.clock;
    this.#account = parts.account;
    this.#secret = parts.secret;
    this.#fromJournal = parts.fromJournal;
    this.#isForgotten = parts.isForgotten;
    this.#onTrouble = parts.onTrouble;
  }

  health(): MemoryHealth {
    return {
      waiting: this.#queue.length,
      stored: this.#stored,
      leftOut: this.#leftOut,
      quarantined: this.#quarantined,
    };
  }

  /** Stores one outcome when the server has time for it. Returns at once. */
  storeDecisionOutcome(outcome: Remembered): void {
    if (this.#queue.length >= MOST_QUEUED) this.#leftOut += 1;
    else this.#queue = [...this.#queue, outcome];
    this.#work();
  }

  /** Stores what the journal has of before, where nothing is kept or it had to be put aside. */
  start(): void {
    this.#check();
    this.#work();
  }

  /** Forgets all that is kept and stores the journal's. Resolves when it did what it could. */
  async rebuild(): Promise<void> {
    await this.settled();
    this.#server.restart();
    this.#file.clear();
    this.#queue = [];
    this.start();
    await this.settled();
  }

  /** Resolves when nothing is being stored any more, whether all of it could be or not. */
  settled(): Promise<void> {
    return this.#working ?? Promise.resolve();
  }

  /**
   * What became of earlier decisions of this kind in a symbol, over the last year.
   *
   * @throws AdvisorError when the server does not answer
   */
  async getHistoricalContext(
    symbol: string,
    action: string,
    now: EpochMs = this.#clock.now(),
  ): Promise<HistoricalContext> {
    this.start();
    const shelves = Array.from({ length: QUARTERS }, (_, back) =>
      shelfOf(this.#account, symbol, action, now, back),
    );
    const { relations } = await openNodes(this.#server, shelves);
    const prefix = `decision:${this.#account}/`;
    const names = relations
      .filter(({ from, to }) => from.startsWith(prefix) && shelves.includes(to))
      .map(({ from }) => from);
    const newest = [...new Set(names)].sort(byNumber).slice(0, MOST_READ);
    const { entities } =
      newest.length === 0
        ? { entities: new Map<string, readonly string[]>() }
        : await openNodes(this.#server, newest);
    const lines = [...entities].flatMap(([name, each]) => each.map((line) => ({ name, line })));
    const read = lines.flatMap(({ name, line }) => outcomeIn(name, line, this.#secret) ?? []);
    const outcomes = read
      .filter((each) => each.symbol === symbol && each.action === action)
      .filter((each) => !this.#isForgotten(each))
      .sort((one, other) => other.seq - one.seq);
    const gains = outcomes.flatMap(({ rMultiple }) => (rMultiple === null ? [] : [rMultiple]));
    const mean = gains.reduce((sum, each) => sum + Number(each), 0) / gains.length;
    return {
      ...{ symbol, action, outcomes, count: gains.length },
      meanR: gains.length === 0 ? null : mean,
      notOurs: lines.length - read.length,
      hash: digestOf(outcomes),
    };
  }

  /** Stores nothing more; what waits is in the journal. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelRetry();
    this.#server.close();
  }

  #work(): void {
    this.#check();
    if (this.#working !== null || this.#isStopped || this.#queue.length === 0) return;
    this.#cancelRetry();
    this.#working = this.#storeAll().finally(() => {
      this.#working = null;
    });
  }

  async #storeAll(): Promise<void> {
    while (this.#queue.length > 0 && !this.#isStopped) {
      const batch = this.#queue.slice(0, PER_WRITE);
      let missing: readonly Remembered[];
      try {
        missing = await writeOutcomes(this.#server, this.#account, this.#secret, batch);
      } catch (error) {
        this.#later(reasonOf(error));
        return;
      }
      this.#stored += batch.length - missing.length;
      this.#queue = [...this.#queue.slice(batch.length), ...missing];
      if (missing.length > 0) {
        this.#later(`${missing.length} outcomes were accepted and are not there`);
        return;
      }
    }
    this.#onTrouble(null);
  }

  #later(because: string): void {
    if (this.#isStopped) return;
    this.#onTrouble(because);
    // A file that broke meanwhile fails every call.
    this.#isChecked = false;
    this.#cancelRetry = this.#clock.after(RETRY_MS, () => this.#work());
  }

  /**
   * What was never there, is gone or is damaged comes back from the journal, all of it; what the
   * end of a process cut off is among the newest, and is told once more: twice is once.
   */
  #check(): void {
    const isThere = this.#file.exists();
    if (this.#working !== null || (this.#isChecked && isThere)) return;
    this.#isChecked = true;
    const aside = isThere ? this.#file.quarantine() : null;
    if (aside !== null) {
      this.#quarantined = aside;
      this.#server.restart();
    }
    const isSound = isThere && aside === null;
    const known = isSound ? this.#fromJournal().slice(-TOLD_AGAIN) : this.#fromJournal();
    const seqs = new Set(known.map(({ seq }) => seq));
    const all = [...known, ...this.#queue.filter(({ seq }) => !seqs.has(seq))];
    if (!isSound) this.#leftOut = Math.max(0, all.length - MOST_QUEUED);
    this.#queue = all.slice(-MOST_QUEUED);
  }
}

/** By the number of the decision, the latest first; what has none comes last. */
function byNumber(one: string, other: string): number {
  const numberOf = (name: string) => Number(/\/(?:record-)?(\d+)\//.exec(name)?.[1] ?? 0);
  return numberOf(other) - numberOf(one);
}
