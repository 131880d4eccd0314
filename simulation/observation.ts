import type { JournalRecord } from '../src/domain/event.ts';
import type { EpochMs } from '../src/domain/time.ts';
import type { ExchangeEvent } from '../src/paper-exchange/core/basics/types.ts';

/** How often something was proposed, came to a plan, was begun, and was carried out whole. */
export type Asked = {
  readonly proposed: number;
  readonly planned: number;
  readonly executed: number;
  readonly completed: number;
};

/** One life of the guarding process, from its start to its end or its death; 1, 2, ... */
export type Life = number;

/** A request as it stands on the wire. `id` is the simulation's own, unique within a seed. */
export type WireRequest = {
  readonly id: number;
  readonly life: Life;
  /** False for the client of the `halt` command, which is a process of its own. */
  readonly isOwner: boolean;
  readonly method: string;
  /** With the query, without the host. */
  readonly path: string;
  readonly body: string;
};

/**
 * What can be seen from outside of everything that runs: the wire, the disk, the exchange's own
 * events, the tools' answers, and what the simulation itself did. Whoever checks reads this and
 * the exchange's books, and nothing of the engine.
 */
export type Observation = { readonly at: EpochMs } & (
  | { readonly kind: 'request_sent'; readonly request: WireRequest }
  /** The exchange carried it out; whether the answer arrives is another matter. */
  | { readonly kind: 'request_carried_out'; readonly request: WireRequest; readonly status: number }
  | {
      readonly kind: 'answer_arrived';
      readonly request: WireRequest;
      readonly status: number;
      readonly body: string;
    }
  /** What became known at the exchange, in its order. */
  | { readonly kind: 'exchange_event'; readonly event: ExchangeEvent }
  /** A stream frame reached the process. */
  | { readonly kind: 'frame_arrived'; readonly life: Life }
  /** Durable from here on. */
  | { readonly kind: 'record_written'; readonly life: Life; readonly record: JournalRecord }
  | { readonly kind: 'timer_ran'; readonly life: Life }
  | { readonly kind: 'started'; readonly life: Life }
  | { readonly kind: 'died'; readonly life: Life; readonly point: string }
  | { readonly kind: 'tool_answered'; readonly tool: string; readonly text: string }
  /** Somebody else used the account: its owner in the app, another bot. */
  | { readonly kind: 'stranger_acted'; readonly what: string }
  | { readonly kind: 'halt_latched'; readonly level: 'entries' | 'everything' | 'flatten' }
  | { readonly kind: 'halt_lifted' }
  /** A fault of the catalogue took effect. */
  | { readonly kind: 'fault_fired'; readonly fault: string }
  /** From here on nothing goes wrong any more: within six cycles all must be well. */
  | { readonly kind: 'faults_stopped' }
);

/** An invariant of the catalogue that did not hold. */
export type Violation = {
  /** 1 to 23, as listed in docs/simulation.md. */
  readonly invariant: number;
  readonly at: EpochMs;
  readonly symbol: string | null;
  /** In words, with the figures. */
  readonly because: string;
};
