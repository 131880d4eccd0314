import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Child, ChildProgram, StartChild } from '../../ports/advisor.ts';

/** No answer of a server that we use is longer, and none that is longer is worth reading. */
export const LONGEST_LINE = 2 * 1024 * 1024;

/**
 * MCP over the standard streams of a child of ours. The SDK's own transport lets the child
 * inherit a part of our environment and reads whatever comes.
 */
export class ChildTransport implements Transport {
  readonly #program: ChildProgram;
  readonly #start: StartChild;
  #child: Child | null = null;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Why the child is gone, in words; null while it is there. */
  endedBecause: string | null = null;

  constructor(program: ChildProgram, start: StartChild) {
    this.#program = program;
    this.#start = start;
  }

  async start(): Promise<void> {
    const child = this.#start(this.#program, LONGEST_LINE);
    this.#child = child;
    child.listen(
      (line) => this.#take(line, child),
      (because) => {
        this.endedBecause ??= because;
        this.onclose?.();
      },
    );
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#child?.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.#child?.stop('it was told to end');
  }

  /** Something other than MCP on the line: this is no server that we know. */
  #take(line: string, child: Child): void {
    if (line.trim() === '') return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      child.stop('it said something that is not JSON');
      return;
    }
    const message = JSONRPCMessageSchema.safeParse(parsed);
    if (message.success) this.onmessage?.(message.data);
    else child.stop('it said something that is not MCP');
  }
}
