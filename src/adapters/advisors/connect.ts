import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Advisor, StartChild } from '../../ports/advisor.ts';
import type { Clock } from '../../ports/clock.ts';
import { ChildTransport, LONGEST_LINE } from './child-transport.ts';
import { pinOf, programOf, type ServerName } from './known-servers.ts';
import { McpAdvisor } from './mcp-advisor.ts';

/** Where a server is. `installed` is the one that we pinned, out of its package. */
export type ServerPlace =
  | { readonly kind: 'installed'; readonly node: string }
  | { readonly kind: 'command'; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'url'; readonly url: string };

/**
 * An advisor that starts when it is asked; null where its package is not installed.
 *
 * @param given `env` is all that a process sees of ours; `directory` is its own; `toolsHash` is
 *   what the owner trusts of a server that is not the installed one
 */
export function connectAdvisor(
  server: ServerName,
  place: ServerPlace,
  given: {
    readonly env: Readonly<Record<string, string>>;
    readonly directory: string;
    readonly toolsHash: string | null;
    readonly start: StartChild;
    readonly clock: Clock;
  },
): Advisor | null {
  const { env, directory, toolsHash, start, clock } = given;
  if (place.kind === 'url') {
    const url = new URL(place.url);
    const open = () => new StreamableHTTPClientTransport(url, { fetch: boundedFetch });
    return new McpAdvisor({ pin: pinOf(server, toolsHash), open, clock });
  }
  if (place.kind === 'command') {
    const [command, ...args] = place.command;
    const open = () => new ChildTransport({ command, args, env, directory }, start);
    return new McpAdvisor({ pin: pinOf(server, toolsHash), open, clock });
  }
  const program = programOf(server);
  if (program === null) return null;
  const child = { command: place.node, args: [program], env, directory };
  return new McpAdvisor({
    pin: pinOf(server),
    open: () => new ChildTransport(child, start),
    clock,
  });
}

/** An address is followed nowhere else, and nothing that is too long to be an answer is read. */
async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: 'error' });
  if (response.body === null) return response;
  let read = 0;
  const bounded = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.byteLength;
        if (read > LONGEST_LINE) controller.error(new Error('the answer is too long'));
        else controller.enqueue(chunk);
      },
    }),
  );
  const { status, statusText, headers } = response;
  return new Response(bounded, { status, statusText, headers });
}
