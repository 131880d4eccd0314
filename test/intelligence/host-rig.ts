import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  type CreateMessageRequest,
  CreateMessageRequestSchema,
  type CreateMessageResult,
} from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import type { Running } from '../../src/compose.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { serveStdio } from '../../src/server/stdio.ts';
import { callerOf } from '../server/connect.ts';

export type Sampling = (
  params: CreateMessageRequest['params'],
  signal: AbortSignal,
) => Promise<CreateMessageResult>;

export const said = (text: string): CreateMessageResult => ({
  ...{ role: 'assistant', model: 'a model', stopReason: 'endTurn' },
  content: { type: 'text', text },
});

/** The SDK's own client, which speaks to the whole program through pipes, line by line. */
export async function hostOf(running: Running, sampling: Sampling | null) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { bigBrother, clock, ids, models } = running;
  const server = createMcpServer({
    ...{ bigBrother, clock, ids, models, version: '0.0.0', secrets: [] },
    log: () => {},
  });
  const serving = serveStdio(server, { stdin, stdout, stderr });
  const client = new Client(
    { name: 'test-host', version: '0.0.0' },
    { capabilities: sampling === null ? {} : { sampling: {} } },
  );
  if (sampling !== null) {
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }, { signal }) =>
      sampling(params, signal),
    );
  }
  await client.connect(new StdioServerTransport(stdout, stdin));
  await client.listTools();
  // The SDK's client takes a word that request 0 is cancelled for none.
  await server.server.ping();
  const leave = async (): Promise<void> => {
    await client.close();
    stdin.end();
    await serving;
  };
  onTestFinished(leave);
  return { client, call: callerOf(client), leave };
}
