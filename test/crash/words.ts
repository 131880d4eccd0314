import type { AccountOptions } from '../../src/paper-exchange/core/basics/types.ts';

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
};

export type VictimCommand =
  | { readonly do: 'arm'; readonly kill: KillPoint }
  | { readonly do: 'exit' }
  | { readonly do: 'status' };

export type VictimStatus = {
  /** False while it recovers, while a step is in doubt, a plan at work or a share bare. */
  readonly isSound: boolean;
  readonly journalOk: boolean;
  readonly why: string;
};
