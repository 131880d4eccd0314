import type { Clock } from '../../ports/clock.ts';
import { draw } from '../core/basics/duration.ts';
import type { StreamEffect } from '../faults/effects.ts';
import type { Firing } from '../faults/fault-book.ts';
import type { Connection } from './connection.ts';

type Held = { left: number; readonly send: () => void };

/** No codec reads it: not UTF-8, and a byte that msgpack never uses. */
const GARBAGE = new Uint8Array([0xc1, 0xff, 0x00, 0x7b]);
/** A message that waits to be overtaken, and is not, comes after this. */
const OVERTAKEN_WITHIN_MS = 1_000;

/** One client's line, on which messages get lost, doubled, late or out of order. */
export class StreamLine {
  readonly connection: Connection;
  readonly #clock: Clock;
  #held: Held[] = [];

  constructor(connection: Connection, clock: Clock) {
    this.connection = connection;
    this.#clock = clock;
  }

  /** Sends a message the way that the faults it meets want it. */
  deliver(send: () => void, firings: readonly Firing<StreamEffect>[]): void {
    let copies = 1;
    let delayMs = 0;
    let overtakenBy = 0;
    for (const { effect, draws } of firings) {
      switch (effect.kind) {
        case 'drop_line':
          this.connection.terminate();
          return;
        case 'lose':
          copies = 0;
          break;
        case 'repeat':
          copies += effect.times;
          break;
        case 'postpone':
          delayMs += draw(effect.ms, draws);
          break;
        case 'overtake':
          overtakenBy = effect.by;
          break;
        case 'garbage':
          this.connection.send(GARBAGE);
          break;
      }
    }
    if (copies === 0) return;
    const sendAll = () => {
      for (let copy = 0; copy < copies; copy += 1) send();
    };
    if (delayMs > 0) this.#clock.after(delayMs, sendAll);
    else if (overtakenBy > 0) this.#hold(overtakenBy, sendAll);
    else this.#pass(sendAll);
  }

  #hold(left: number, send: () => void): void {
    const held = { left, send };
    this.#held.push(held);
    this.#clock.after(OVERTAKEN_WITHIN_MS, () => this.#release(held));
  }

  #pass(send: () => void): void {
    send();
    if (this.#held.length === 0) return;
    for (const held of this.#held) held.left -= 1;
    for (const held of this.#held.filter(({ left }) => left <= 0)) this.#release(held);
  }

  #release(held: Held): void {
    if (!this.#held.includes(held)) return;
    this.#held = this.#held.filter((one) => one !== held);
    held.send();
  }
}
