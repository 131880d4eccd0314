import type { Transport as McpTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { createMcpServer } from '../src/server/mcp-server.ts';
import type { Guard } from './guard.ts';
import { KEYS } from './stage.ts';

/** Of a call that is on its way: what is wanted by it, for the report. */
export type Pending = { readonly tool: string; readonly args: unknown };

const PROTOCOL = '2025-06-18';

/** One MCP connection to one process, message by message. */
export class Connection {
  readonly guard: Guard;
  readonly #transport: McpTransport;
  readonly #pending = new Map<number, Pending>();
  #id = 0;

  constructor(guard: Guard, hear: (call: Pending, text: string) => void) {
    this.guard = guard;
    this.#transport = {
      start: async () => {},
      close: async () => {},
      send: async (message) => {
        if (guard.life.isAlive) this.#answered(message, hear);
      },
    };
    const { clock, ids, runtime } = guard;
    const server = createMcpServer({
      ...{ bigBrother: runtime.bigBrother, clock, ids, version: '0' },
      secrets: [KEYS.keyId, KEYS.secretKey],
      log: () => {},
    });
    void server.connect(this.#transport).then(() => {
      const capabilities = {};
      const clientInfo = { name: 'simulated-host', version: '0' };
      const params = { protocolVersion: PROTOCOL, capabilities, clientInfo };
      this.#deliver({ jsonrpc: '2.0', id: this.#nextId(), method: 'initialize', params });
      this.#deliver({ jsonrpc: '2.0', method: 'notifications/initialized' });
    });
  }

  call(tool: string, args: unknown): void {
    const id = this.#nextId();
    this.#pending.set(id, { tool, args });
    const params = { name: tool, arguments: args };
    // What a host sends is not what the protocol's types allow.
    this.#deliver({ jsonrpc: '2.0', id, method: 'tools/call', params } as JSONRPCMessage);
  }

  #nextId(): number {
    this.#id += 1;
    return this.#id;
  }

  #deliver(message: JSONRPCMessage): void {
    queueMicrotask(() => this.guard.life.enter(() => this.#transport.onmessage?.(message)));
  }

  #answered(message: JSONRPCMessage, hear: (call: Pending, text: string) => void): void {
    if (!('id' in message) || typeof message.id !== 'number') return;
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (call === undefined) return;
    const text = 'result' in message ? textOf(message.result) : null;
    hear(call, text ?? JSON.stringify(message));
  }
}

function textOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('content' in result)) return null;
  const [first] = Array.isArray(result.content) ? (result.content as readonly unknown[]) : [];
  if (typeof first !== 'object' || first === null || !('text' in first)) return null;
  return typeof first.text === 'string' ? first.text : null;
}
