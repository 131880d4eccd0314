import { type AddressInfo, connect as connectSocket } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { newToken } from '../../src/adapters/system/token-file.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import {
  type Scope,
  type TokenEntry,
  textOfToken,
  tokenHash,
} from '../../src/server/access/tokens.ts';
import { modeOf } from '../../src/server/http/http-scope.ts';
import { HttpServer, type HttpServerParts } from '../../src/server/http/http-server.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';
import { callerOf } from './connect.ts';

export type Port = AddressInfo['port'];

/** Tokens of every scope, in a file that a test may change while the server runs. */
export function givenTokens() {
  const secrets = new Map<string, string>();
  let entries: readonly TokenEntry[] = [];
  const create = (name: string, scope: Scope): string => {
    const token = newToken();
    secrets.set(name, token);
    entries = [...entries, { name, scope, hash: tokenHash(token), createdAt: NOW }];
    return token;
  };
  const revoke = (name: string): void => {
    entries = entries.filter((entry) => entry.name !== name);
  };
  return {
    create,
    revoke,
    texts: () => entries.map(textOfToken),
    secrets: () => [...secrets.values()],
  };
}

/** Our HTTP server on a real loopback socket, before an MCP server that answers from `bigBrother`. */
export async function servedOverHttp(
  given: Partial<HttpServerParts> & {
    readonly bigBrother?: ToldAnswers;
    readonly clients?: NonNullable<Parameters<typeof listen>[0]['limits']>;
    /** That of a server that was there before. */
    readonly port?: Port;
    readonly tokens?: ReturnType<typeof givenTokens>;
  } = {},
) {
  const { bigBrother = new ToldAnswers(), clients, tokens = givenTokens(), ...parts } = given;
  const clock = new VirtualClock(NOW);
  const ids = new SeededIds(`http-${Math.random()}`);
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  let server: HttpServer | null = null;
  const listener = await listen({
    ...{ host: '127.0.0.1', port: given.port ?? 0 },
    ...(clients === undefined ? {} : { limits: clients }),
    onRequest: (request, response) => void server?.handle(request, response),
  });
  server = new HttpServer({
    ...{ names: [], clock, ids, log },
    readTokens: tokens.texts,
    whyNotReady: () => null,
    metrics: () => [],
    connect: async (host, scope) => {
      const mcp = createMcpServer({
        ...{ bigBrother, clock, ids, version: '0.0.0', secrets: [], log, atMost: modeOf(scope) },
      });
      await mcp.connect(host);
      return () => mcp.close();
    },
    ...parts,
    port: listener.port,
  });
  const { port } = listener;
  const close = async (): Promise<void> => {
    await server?.close();
    await listener.close();
  };
  onTestFinished(close);

  const url = `http://127.0.0.1:${port}`;
  const ask = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
  return { ...{ tokens, clock, logged, bigBrother, port, url, ask, close } };
}

/** The SDK's own client with a token, and with a person where one answers. */
export async function clientAt(
  url: string,
  token: string,
  person?: (question: string) => ElicitResult,
) {
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
    reconnectionOptions: {
      initialReconnectionDelay: 10,
      maxReconnectionDelay: 10,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 1,
    },
  });
  const capabilities = person === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: 'test-host', version: '0.0.0' }, { capabilities });
  if (person !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => person(params.message));
  }
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, transport, call: callerOf(client) };
}

export const MCP_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export const callOf = (name: string, args: Record<string, unknown> = {}, id = 7) => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } },
});

/** Bytes on a socket, and all that comes back until the other side ends it. */
export function raw(port: Port, ...pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connectSocket(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}
