import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const requestId = z.union([z.string(), z.int()]);
const meta = z.looseObject({
  progressToken: z.union([z.string(), z.int()]).optional(),
  'io.modelcontextprotocol/related-task': z.looseObject({ taskId: z.string() }).optional(),
});
const body = z.looseObject({ _meta: meta.optional() });
const jsonrpc = z.literal('2.0');
const said = { jsonrpc, method: z.string(), params: body.optional() };
const error = z.looseObject({ code: z.int(), message: z.string() });

/**
 * What the SDK takes for a message, said here once more: its own schemas come with those of the
 * whole protocol, and a host that has just started this process waits for them to load.
 */
export const messageSchema: z.ZodType<JSONRPCMessage> = z.union([
  z.strictObject({ ...said, id: requestId }),
  z.strictObject(said),
  z.strictObject({ jsonrpc, id: requestId, result: body }),
  z.strictObject({ jsonrpc, id: requestId.optional(), error }),
]);

/** A line longer than this is no message of a host. */
const LONGEST_LINE = 10 * 1024 * 1024;

/** MCP over the streams of a process: one message to a line, in UTF-8. */
export class LineTransport implements Transport {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];
  #length = 0;
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#take);
    this.#input.on('error', this.#failed);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#output.write(`${JSON.stringify(message)}\n`)) return;
    await new Promise((resolve) => this.#output.once('drain', resolve));
  }

  async close(): Promise<void> {
    this.#input.off('data', this.#take);
    this.#input.off('error', this.#failed);
    // A stream that is read by nobody else would keep the process alive.
    if (this.#input.listenerCount('data') === 0) this.#input.pause();
    this.#parts = [];
    this.#length = 0;
    this.onclose?.();
  }

  readonly #failed = (error: Error): void => this.onerror?.(error);

  readonly #take = (chunk: Buffer): void => {
    const [end = '', ...others] = this.#decoder.write(chunk).split('\n');
    this.#extend(end);
    for (const part of others) {
      const line = this.#parts.join('');
      this.#parts = [];
      this.#length = 0;
      this.#read(line);
      this.#extend(part);
    }
  };

  #extend(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length <= LONGEST_LINE) return;
    this.onerror?.(new Error(`a line is longer than ${LONGEST_LINE} characters`));
    void this.close();
  }

  #read(line: string): void {
    try {
      this.onmessage?.(messageSchema.parse(JSON.parse(line)));
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
