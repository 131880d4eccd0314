import type { Milliseconds } from '../core/basics/types.ts';
import { type Display, isObject } from '../faults/display.ts';
import {
  type ConnectEffect,
  type DisplayEffect,
  points,
  type StreamEffect,
} from '../faults/effects.ts';
import type { FaultBook, Firing } from '../faults/fault-book.ts';
import type { Facts } from '../faults/rule.ts';
import { type Json, parsed } from '../protocol/json.ts';
import type { DataMessage } from './data-messages.ts';

type Stream = 'trading' | 'data';
type MessageFiring = Firing<StreamEffect | DisplayEffect>;

/** What goes wrong on streams, asked at each place where something may. */
export interface StreamFaults {
  /** Names under which rules may mean an account. */
  namesOf(accountId: string): readonly string[];
  refusesConnection(stream: Stream): boolean;
  /** The code of the refusal; null when there is none. */
  onAuthentication(stream: Stream, accountId: string): number | null;
  answersPing(stream: Stream): boolean;
  onMessage(stream: Stream, facts: () => Facts): readonly MessageFiring[];
  /** Those that concern how a message travels. */
  onLine(firings: readonly MessageFiring[]): readonly Firing<StreamEffect>[];
  /** A message as it is shown; null when it is not. */
  shown(message: DataMessage, firings: readonly MessageFiring[]): DataMessage | null;
}

export const NO_STREAM_FAULTS: StreamFaults = {
  namesOf: () => [],
  refusesConnection: () => false,
  onAuthentication: () => null,
  answersPing: () => true,
  onMessage: () => [],
  onLine: () => [],
  shown: (message) => message,
};

/** Stream faults by the rules in force. */
export class RuledStreamFaults implements StreamFaults {
  readonly namesOf: (accountId: string) => readonly string[];
  readonly #faults: FaultBook;
  readonly #display: Display;
  readonly #now: () => Milliseconds;

  constructor(
    faults: FaultBook,
    display: Display,
    now: () => Milliseconds,
    namesOf: (accountId: string) => readonly string[],
  ) {
    this.#faults = faults;
    this.#display = display;
    this.#now = now;
    this.namesOf = namesOf;
  }

  refusesConnection(stream: Stream): boolean {
    return this.#onConnect(['refuse_connection'], { stream }) !== null;
  }

  onAuthentication(stream: Stream, accountId: string): number | null {
    const facts = { stream, account: this.namesOf(accountId) };
    const effect = this.#onConnect(['unauthorized', 'stream_error'], facts);
    if (effect === null) return null;
    return effect.kind === 'stream_error' ? effect.code : 402;
  }

  answersPing(stream: Stream): boolean {
    return this.#faults.fire(points.ping, this.#now(), () => ({ stream })).length === 0;
  }

  onMessage(stream: Stream, facts: () => Facts): readonly MessageFiring[] {
    return this.#faults.fire(points.stream, this.#now(), () => ({ ...facts(), stream }));
  }

  onLine(firings: readonly MessageFiring[]): readonly Firing<StreamEffect>[] {
    return firings.flatMap((firing) => {
      const { effect } = firing;
      return effect.kind === 'prices' || effect.kind === 'bars' ? [] : [{ ...firing, effect }];
    });
  }

  shown(message: DataMessage, firings: readonly MessageFiring[]): DataMessage | null {
    const { t, ...fields } = message;
    let shown: Json | undefined = parsed(JSON.stringify(fields));
    for (const firing of firings) {
      const { effect } = firing;
      if (!isObject(shown) || (effect.kind !== 'prices' && effect.kind !== 'bars')) continue;
      shown = this.#display.message(shown, { ...firing, effect }) ?? undefined;
    }
    return isObject(shown) ? { ...shown, t } : null;
  }

  #onConnect<Kind extends ConnectEffect['kind']>(
    kinds: readonly Kind[],
    facts: Facts,
  ): Extract<ConnectEffect, { kind: Kind }> | null {
    type Met = Extract<ConnectEffect, { kind: Kind }>;
    const wanted: ReadonlySet<string> = new Set(kinds);
    const point = {
      name: points.connect.name,
      holds: (effect: { readonly kind: string }): effect is Met => wanted.has(effect.kind),
    };
    return this.#faults.fire(point, this.#now(), () => facts)[0]?.effect ?? null;
  }
}
