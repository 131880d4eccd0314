// The same check by several threads, for journals that take one of them seconds. Together they
// can only find a journal good: where they do not, one checks it again from the start, and what
// that one says is the answer.
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { lastSeqIn } from './journal-source.ts';
import type { JournalVerifier } from './journal-verifier.ts';
import type { Stretch } from './stretch.ts';
import {
  type Given,
  type Opened,
  openedAt,
  type Report,
  readOlder,
  verifyJournal,
} from './verify-journal.ts';

export type Threads = {
  /** With fewer than two all is done by the one that asks. */
  readonly count: number;
  readonly stretchRecords: number;
  /** Fewer records than these are not worth the start of threads. */
  readonly fromRecords: number;
  readonly program: URL;
};

const THREADS: Threads = {
  count: Math.min(availableParallelism(), 4),
  stretchRecords: 16_384,
  fromRecords: 20_000,
  program: new URL('./verify-thread.js', import.meta.url),
};

/** Old rows go away sooner than with the usual 48 MB for what is new: half the memory. */
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/** What `taken` can hold; a forged number of a row may ask for more. */
const MOST_STRETCHES = 2 ** 31 - 1;

/** What each thread is given. */
export type Task = {
  readonly path: string;
  readonly afterSeq: number;
  readonly stretches: number;
  readonly stretchRecords: number;
  /** Sizes of the anchors. */
  readonly anchored: readonly number[];
  /** One number that all of them share: how many stretches were taken. */
  readonly taken: Int32Array;
};

export type Checked = { readonly index: number; readonly stretch: Stretch | null };

/**
 * What `verifyJournal` says, sooner.
 *
 * @throws as it does, and when a thread ends before its work does
 */
export async function verifyInThreads(
  path: string,
  given: Given,
  threads: Partial<Threads> = {},
): Promise<Report> {
  const all = { ...THREADS, ...threads };
  const shared = sharedWork(path, given, all);
  if (shared === null || !(await isGood(shared, all))) return verifyJournal(path, given);
  const finding = shared.opened.verifier.finding();
  return finding.ok ? { ...finding, unseen: shared.opened.unseen } : verifyJournal(path, given);
}

type Shared = { readonly opened: Opened; readonly task: Task };

/** Null for what one thread does by itself. */
function sharedWork(path: string, given: Given, threads: Threads): Shared | null {
  const { count, fromRecords, stretchRecords } = threads;
  if (count < 2 || statSync(path).isDirectory()) return null;
  try {
    const lastSeq = lastSeqIn(path);
    const opened = openedAt(path, given);
    const afterSeq = opened.source.archived.at(-1)?.seq ?? 0;
    const stretches = Math.ceil((lastSeq - afterSeq) / stretchRecords);
    if (lastSeq - afterSeq < fromRecords || stretches > MOST_STRETCHES) return null;
    const anchored = given.anchors.map(({ size }) => size);
    const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    return { opened, task: { path, afterSeq, stretches, stretchRecords, anchored, taken } };
  } catch {
    return null; // One thread says what cannot be read.
  }
}

/** @throws when a thread ends before its work does */
async function isGood({ opened, task }: Shared, threads: Threads): Promise<boolean> {
  const { verifier, source, segments } = opened;
  const joint = new Joint(verifier, task);
  const workers = Array.from({ length: Math.min(threads.count, task.stretches) }, () =>
    endOf(new Worker(threads.program, { workerData: task, resourceLimits: LIMITS }), joint),
  );
  // What they find meanwhile is heard afterwards.
  if (!holds(() => readOlder(verifier, source, segments))) joint.stop();
  for (const result of await Promise.allSettled(workers)) {
    if (result.status === 'rejected') throw result.reason;
  }
  return joint.isGood();
}

/** Takes the stretches in their order, whenever each of them comes. */
class Joint {
  readonly #verifier: JournalVerifier;
  readonly #task: Task;
  readonly #waiting = new Map<number, Stretch | null>();
  #joined = 0;
  #isStopped = false;

  constructor(verifier: JournalVerifier, task: Task) {
    this.#verifier = verifier;
    this.#task = task;
  }

  take({ index, stretch }: Checked): void {
    this.#waiting.set(index, stretch);
    for (;;) {
      const next = this.#waiting.get(this.#joined);
      if (next === undefined || this.#isStopped) return;
      this.#waiting.delete(this.#joined);
      this.#joined += 1;
      if (next === null || !holds(() => this.#verifier.takeStretch(next))) this.stop();
    }
  }

  /** Nobody takes another stretch. */
  stop(): void {
    this.#isStopped = true;
    Atomics.store(this.#task.taken, 0, this.#task.stretches);
  }

  isGood(): boolean {
    if (!this.#isStopped && this.#joined < this.#task.stretches) {
      throw new Error('a thread of the check ended before its work was done');
    }
    return !this.#isStopped;
  }
}

function endOf(worker: Worker, joint: Joint): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      joint.stop();
      const because = cause instanceof Error ? cause.message : String(cause);
      reject(new Error(`a thread of the check failed: ${because}`, { cause }));
    };
    worker.on('message', (checked: Checked) => joint.take(checked));
    worker.on('messageerror', fail);
    worker.on('error', fail);
    worker.on('exit', (code) => (code === 0 ? resolve() : fail(`it ended with code ${code}`)));
  });
}

/** What throws is looked at once more by one thread, which says why. */
function holds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
