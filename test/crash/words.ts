import type { AccountOptions } from '../../src/paper-exchange/core/basics/types.ts';
import type { Truth } from './evidence.ts';

/** What the rig, its exchange and its victims tell each other; one JSON text a line. */

/** The exchange's time runs faster than the clock on the wall, and alike in every process. */
export type Time = {
  /** The instant on the wall at which it was `startAt`. */
  readonly wallStart: number;
  readonly startAt: number;
  readonly speed: number;
};

export type ExchangeSettings = {
  readonly time: Time;
  readonly token: string;
  readonly accounts: readonly AccountOptions[];
  readonly symbols: readonly string[];
};

/** Where a process ends itself with SIGKILL. */
export type KillPoint =
  | {
      readonly at: 'journal';
      /** The type of a record in the batch that is appended. */
      readonly type: string;
      readonly side: 'before' | 'after';
    }
  | {
      readonly at: 'broker';
      readonly method: string;
      /** Not sent yet; just sent; or carried out and answered, before anyone here has heard it. */
      readonly moment: 'unsent' | 'sent' | 'answered';
    };

export type VictimSettings = {
  readonly time: Time;
  readonly url: string;
  readonly keyId: string;
  readonly secretKey: string;
  readonly directory: string;
  readonly symbol: string;
  /** Armed from the start: it dies while it recovers. */
  readonly kill: KillPoint | null;
  /** True for a guard that is to be found out: no order of its own ever reaches the exchange. */
  readonly isPlanted: boolean;
};

export type VictimCommand =
  | { readonly do: 'arm'; readonly kill: KillPoint | null }
  | { readonly do: 'exit' }
  | { readonly do: 'keep_compiled' }
  | { readonly do: 'status' };

/** What the exchange knows, and until when it last stood still. */
export type TruthAnswer = { readonly truth: Truth; readonly stillAt: number };

export type VictimStatus = {
  /** False while it recovers, while a step is in doubt, a plan at work or a share bare. */
  readonly isSound: boolean;
  readonly journalOk: boolean;
  /** The instant on the wall until which the process last stood still; 0 where it never has. */
  readonly stillAt: number;
  readonly why: string;
};
