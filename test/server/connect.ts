import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { onTestFinished } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { createMcpServer, type McpServerDeps } from '../../src/server/mcp-server.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';

export type Answer = {
  readonly isError: boolean;
  readonly json: Record<string, unknown>;
  readonly text: string;
};

/** The SDK's own client, connected in memory to a server that answers from `bigBrother`. */
export async function connected(given: Partial<McpServerDeps> = {}) {
  const logged: string[] = [];
  const clock = new VirtualClock(NOW);
  const server = createMcpServer({
    bigBrother: new ToldAnswers(),
    clock,
    ids: new SeededIds('mcp'),
    version: '0.0.0',
    secrets: [],
    log: (line) => logged.push(line),
    ...given,
  });
  const [hostSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const client = new Client({ name: 'test-host', version: '0.0.0' });
  await client.connect(hostSide);
  onTestFinished(() => client.close());
  // The client checks answers against the schemas only of tools it has listed.
  const { tools } = await client.listTools();
  return { client, tools, logged, clock, call: callerOf(client) };
}

export const callerOf =
  (client: Client) =>
  async (name: string, args: Record<string, unknown> = {}): Promise<Answer> => {
    const result = await client.callTool({ name, arguments: args });
    const [first] = result.content as { type: string; text: string }[];
    return {
      isError: result.isError === true,
      json: result.structuredContent as Record<string, unknown>,
      text: first?.text ?? '',
    };
  };
