import type { SwitchGroup } from './switches-file.ts';

/**
 * One question to a broker: a few calls that do no harm on a paper account, what of the answers
 * counts, and which switch of the exchange a difference points to. Only data; `Bench` runs it.
 *
 * Texts may hold `{symbol}`, `{borrowed}` (a share that is hard to borrow), `{below:30}`
 * (a price so many percent under the last one), `{far_below}` and `{far_above}`,
 * `{borrowed_above}` (far above the price of the borrowed share), `{client:name}` (a client order
 * id), `{id:name}` (of the order that a step brought; `{id:name:limit}` of its leg of this type),
 * `{now}` and `{n}` (where a search stands). Orders and streams are named by their steps.
 */
export type ProbeCase = {
  readonly name: string;
  /** What is asked, as a sentence. */
  readonly asks: string;
  readonly needs?: readonly Need[];
  readonly steps: readonly Step[];
  readonly tells?: Tells;
};

export type Need =
  /** The regular session, with five minutes left. */
  | 'open'
  | 'not_open'
  /** An account and a share that can be sold short. */
  | 'short'
  | 'hard_to_borrow'
  | 'fractions';

export type Api = 'trading' | 'data';

export type Call = {
  readonly do: 'call';
  /** The name of its facts: `first.ok`, `first.status`, `first.code`, … */
  readonly as: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly api?: Api;
  readonly body?: Readonly<Record<string, unknown>>;
  /** With a secret that opens nothing. */
  readonly wrongSecret?: true;
  /** Fields of the answer that become facts of their own. */
  readonly fields?: readonly string[];
  /** Headers whose presence becomes a fact. */
  readonly headers?: readonly string[];
};

export type Step =
  | Call
  /** Waits a while for an order to reach one of these states: `x.reached`, `x.state`. */
  | {
      readonly do: 'wait';
      readonly as: string;
      readonly order: string;
      readonly for: readonly string[];
    }
  /** The state after a short while, whatever it is: `x.state`. */
  | { readonly do: 'look'; readonly as: string; readonly order: string }
  /** A stream opened, authenticated and, for trading, listening: `x.code`, `x.frames`. */
  | { readonly do: 'open'; readonly as: string; readonly stream: string }
  /** Closes a stream and lets the broker notice. */
  | { readonly do: 'close'; readonly as: string }
  /** Whether a stream told of an order, or of one of its legs, by now: `x.heard`. */
  | {
      readonly do: 'hear';
      readonly as: string;
      readonly stream: string;
      readonly order: string;
      /** Any event when left out. */
      readonly event?: string;
    }
  /** Subscribes to `{n}` symbols of a data stream: `x.ok`. */
  | {
      readonly do: 'subscribe';
      readonly as: string;
      readonly stream: string;
      readonly symbols: string;
    }
  /** The largest number up to `most` for which the step is `ok`: `x.largest`, 0 for none. */
  | {
      readonly do: 'search';
      readonly as: string;
      readonly most: number;
      /** By ones where each success stays and counts, by halves where it does not. */
      readonly by: 'ones' | 'halves';
      readonly step: Step;
    };

/** What one run of a case showed, by `step.aspect`. */
export type Facts = ReadonlyMap<string, Fact>;
export type Fact = string | number | boolean | null;

export type Tells = {
  readonly group: SwitchGroup;
  readonly name: string;
} & (
  | {
      /** The exchange is asked the same under each of its values; these facts must agree. */
      readonly by: readonly string[];
    }
  | {
      /** The answer says it itself. Null: it does not say. */
      readonly read: (facts: Facts) => unknown;
    }
);
