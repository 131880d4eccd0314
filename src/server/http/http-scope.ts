import type {
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  JSONRPCMessage,
  JSONRPCRequest,
  MessageExtraInfo,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { toolsFor } from '../../../tools/index.ts';
import type { Effect } from '../../../tools/tool.ts';
import type { Mode } from '../../domain/environment.ts';
import { askedIn } from '../access/http-words.ts';
import { covers, type Scope } from '../access/tokens.ts';
import { APP_TOOLS } from '../app/app-tools.ts';

const scopeOfEffect: Readonly<Record<Effect, Scope>> = {
  reads: 'read',
  proposes: 'propose',
  acts: 'execute',
};

/** The owner's own bound for a connection: the tools that act do not exist where nothing may. */
export const modeOf = (scope: Scope): Mode => (scope === 'execute' ? 'execute' : 'observe');

const scopeOfTool: ReadonlyMap<unknown, Scope> = new Map(
  [...toolsFor('execute').map(({ name, effect }) => [name, effect] as const), ...APP_TOOLS].map(
    ([name, effect]) => [name, scopeOfEffect[effect]],
  ),
);

/** What is not known takes the most. */
const scopeFor = (tool: unknown): Scope => scopeOfTool.get(tool) ?? 'execute';

/** The scope that a message from a host takes. */
export function scopeNeeded(message: unknown): Scope {
  const asked = askedIn(message);
  return asked?.method === 'tools/call' ? scopeFor(asked.params?.name) : 'read';
}

const listed = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })) });

/**
 * The host of one session as its server sees it: it hears of no tool that its token may not use,
 * and calls none. Knows which requests wait, since what the server says meanwhile belongs to them.
 */
export class ScopedHost implements Transport {
  readonly #inner: Transport;
  readonly #scope: Scope;
  readonly #waiting = new Map<RequestId, JSONRPCRequest>();
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;

  constructor(inner: Transport, scope: Scope) {
    this.#inner = inner;
    this.#scope = scope;
  }

  /** Requests that have no answer yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => this.#take(message, extra);
    this.#inner.onclose = () => this.onclose?.();
    this.#inner.onerror = (error) => this.onerror?.(error);
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if ('method' in message) {
      const relatedRequestId = options?.relatedRequestId ?? this.#relatedTo(message);
      return this.#inner.send(message, relatedRequestId === undefined ? {} : { relatedRequestId });
    }
    const request = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id !== undefined) this.#waiting.delete(message.id);
    return this.#inner.send(
      request?.method === 'tools/list' ? this.#onlyInScope(message) : message,
      options,
    );
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #take(message: JSONRPCMessage, extra: MessageExtraInfo | undefined): void {
    // Refused before it came here; this holds also if that were forgotten.
    if (!covers(this.#scope, scopeNeeded(message))) return;
    if ('method' in message && 'id' in message) this.#waiting.set(message.id, message);
    if ('method' in message && message.method === 'notifications/cancelled') {
      const { requestId } = (message.params ?? {}) as { readonly requestId?: RequestId };
      // A cancelled request gets no answer.
      if (requestId !== undefined) this.#waiting.delete(requestId);
    }
    this.onmessage?.(message, extra);
  }

  /** A question and a word on progress go where the call is answered that they are about. */
  #relatedTo(message: Extract<JSONRPCMessage, { readonly method: string }>): RequestId | undefined {
    const calls = [...this.#waiting.values()].filter(({ method }) => method === 'tools/call');
    if ('id' in message) return calls.length === 1 ? calls[0]?.id : undefined;
    if (message.method !== 'notifications/progress') return undefined;
    const token = message.params?.progressToken;
    return calls.find(({ params }) => params?._meta?.progressToken === token)?.id;
  }

  #onlyInScope(message: JSONRPCMessage): JSONRPCMessage {
    const list = 'result' in message ? listed.safeParse(message.result).data : undefined;
    if (!('result' in message) || list === undefined) return message;
    const tools = list.tools.filter(({ name }) => covers(this.#scope, scopeFor(name)));
    return { ...message, result: { ...list, tools } };
  }
}
