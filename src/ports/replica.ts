import type { HistoryPage } from '../domain/answers.ts';
import type { Anchor } from '../domain/checkpoint.ts';
import type { HistoryQuery } from '../domain/event.ts';

/** A record on its way out: its place, its hash, and its text as the journal holds it. */
export type ReplicaEntry = {
  readonly seq: number;
  readonly hash: string;
  readonly text: string;
};

/** One number under which the copy holds something else than the journal. */
export type ReplicaDifference = {
  readonly seq: number;
  readonly hash: string;
  readonly keptHash: string;
};

/** A copy of the journal outside this machine, which may be away for days. */
export interface Replica {
  /** The newest record that is kept there; null while there is none. @throws ReplicaError */
  head(): Promise<{ readonly seq: number; readonly hash: string } | null>;
  /**
   * Adds records that follow each other, all or none. Those that are there already count as
   * added, and nothing that is there is ever changed.
   *
   * @returns null, or the first record that differs from what is kept under its number
   * @throws ReplicaError when they may not be there; the same may be added again
   */
  add(entries: readonly ReplicaEntry[]): Promise<ReplicaDifference | null>;
}

/** Reads the copy, on whichever machine. */
export interface ReplicaHistory {
  /**
   * What the journal answers to the same query, checked against its hashes.
   *
   * @throws ReplicaError, also when a record or a link is not what its hash says
   */
  query(query: HistoryQuery): Promise<HistoryPage>;
  /** Every checkpoint, oldest first. @throws ReplicaError */
  anchors(): Promise<readonly Anchor[]>;
}

/**
 * unreachable: no answer, or one of an overloaded or broken service.
 * refused: the service answers and says no, and will until somebody changes something.
 * damaged: what it answers is not what was once written there.
 */
export type ReplicaFault = 'unreachable' | 'refused' | 'damaged';

/** The copy cannot be written or read; the message says why and what to do, in our own words. */
export class ReplicaError extends Error {
  override readonly name = 'ReplicaError';
  readonly fault: ReplicaFault;
  /** The service's own code: of PostgreSQL (five characters) or PostgREST (PGRST...). */
  readonly code: string | null;
  readonly status: number | null;
  /** What the service said to it: for people at a terminal, never for an agent. */
  readonly said: string | null;

  constructor(
    message: string,
    given: {
      readonly fault: ReplicaFault;
      readonly code?: string | null;
      readonly status?: number | null;
      readonly said?: string | null;
    },
  ) {
    super(message);
    this.fault = given.fault;
    this.code = given.code ?? null;
    this.status = given.status ?? null;
    this.said = given.said ?? null;
  }

  /** The message, with what the service said. */
  inFull(): string {
    return this.said === null ? this.message : `${this.message} (it said: ${this.said})`;
  }
}
