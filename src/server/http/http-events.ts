import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

const MOST_EVENTS = 256;
const MOST_CHARACTERS = 2_000_000;

type Kept = {
  readonly id: string;
  readonly streamId: string;
  readonly message: JSONRPCMessage;
  readonly length: number;
};

/**
 * What was sent to one session lately, so that a client whose connection broke gets the rest.
 * Bounded: the oldest goes first, and who asks for what is gone is told so.
 */
export class RecentEvents implements EventStore {
  #kept: Kept[] = [];
  #characters = 0;
  #count = 0;

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    this.#count += 1;
    const id = String(this.#count);
    const { length } = JSON.stringify(message);
    this.#kept.push({ id, streamId, message, length });
    this.#characters += length;
    while (this.#kept.length > MOST_EVENTS || this.#characters > MOST_CHARACTERS) {
      this.#characters -= this.#kept.shift()?.length ?? 0;
    }
    return id;
  }

  has(id: string): boolean {
    return this.#kept.some((event) => event.id === id);
  }

  async replayEventsAfter(
    lastId: string,
    { send }: { readonly send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const at = this.#kept.findIndex(({ id }) => id === lastId);
    const last = this.#kept[at];
    if (last === undefined) throw new Error('what was sent after this is no longer kept');
    for (const { id, streamId, message } of this.#kept.slice(at + 1)) {
      if (streamId === last.streamId) await send(id, message);
    }
    return last.streamId;
  }
}
