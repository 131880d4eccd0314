import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import type { LineLink } from './attach-words.ts';

/** MCP over lines between two processes. Whoever holds the link hands the messages in. */
export class LinkTransport implements Transport {
  readonly #link: LineLink;
  readonly #unanswered = new Set<string | number>();
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  #isClosed = false;

  constructor(link: LineLink) {
    this.#link = link;
  }

  async start(): Promise<void> {
    // The link was opened before there was anything to carry.
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if ('id' in message && !('method' in message) && message.id !== undefined) {
      this.#unanswered.delete(message.id);
    }
    this.#link.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.#link.close();
    this.ended();
  }

  /** Requests of the other side that still wait for their answer. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Takes what came over the link. @returns false when that is no message of MCP */
  take(json: unknown): boolean {
    const parsed = JSONRPCMessageSchema.safeParse(json);
    if (!parsed.success) return false;
    const message = parsed.data;
    if ('method' in message && 'id' in message) this.#unanswered.add(message.id);
    if ('method' in message && message.method === 'notifications/cancelled') {
      const { requestId } = (message.params ?? {}) as { requestId?: string | number };
      // A cancelled request gets no answer.
      if (requestId !== undefined) this.#unanswered.delete(requestId);
    }
    this.onmessage?.(message);
    return true;
  }

  ended(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose?.();
  }
}
