import { type Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { LineTransport } from './line-transport.ts';

export type StdioParts = {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
};

/** Who answers the host: an MCP server, or what relays to one. */
type Serving = { connect(host: Transport): Promise<void>; close(): Promise<void> };

/**
 * Serves MCP on the process's own streams. Resolves when the host has closed stdin (or
 * stdout broke) and the calls under way have ended; the caller then shuts down, since the
 * timers of a loop would keep the process alive for ever.
 */
export async function serveStdio(server: Serving, parts: StdioParts): Promise<void> {
  const transport = new LineTransport(parts.stdin, reserveStdout(parts));
  const pending = new PendingRequests();
  const stdinEnded = new Promise<void>((resolve) => {
    parts.stdin.once('end', resolve);
    parts.stdin.once('close', resolve);
  });
  // A host that dies breaks the pipe, and no answer can reach it any more.
  const stdoutBroke = new Promise<void>((resolve) => {
    parts.stdout.on('error', () => resolve());
  });
  pending.follow(transport);
  await server.connect(transport);

  await Promise.race([stdinEnded.then(() => pending.none()), stdoutBroke]);
  await server.close();
}

/**
 * Keeps stdout for protocol messages: whatever else in the process writes to it goes to
 * stderr, since one stray line breaks the connection for good.
 */
function reserveStdout({ stdout, stderr }: StdioParts): Writable {
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _encoding, done) => {
      // That it failed is told by stdout's own error event.
      write(chunk, () => done());
    },
  });
}

/** The requests that still wait for their answer. */
class PendingRequests {
  readonly #ids = new Set<string | number>();
  #whenNone: (() => void) | null = null;

  /** To be called before the server connects: it keeps listeners that are there already. */
  follow(transport: Transport): void {
    transport.onmessage = (message) => this.#received(message);
    const send = transport.send.bind(transport);
    transport.send = async (message, options) => {
      await send(message, options);
      if ('id' in message && !('method' in message)) this.#answered(message.id);
    };
  }

  /** Resolves when no request waits any more. */
  none(): Promise<void> {
    return this.#ids.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#whenNone = resolve;
        });
  }

  #received(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) this.#ids.add(message.id);
    // A cancelled request gets no answer.
    const { requestId } = (message.params ?? {}) as { requestId?: string | number };
    if (message.method === 'notifications/cancelled') this.#answered(requestId);
  }

  #answered(id: string | number | undefined): void {
    if (id !== undefined) this.#ids.delete(id);
    if (this.#ids.size === 0) this.#whenNone?.();
  }
}
