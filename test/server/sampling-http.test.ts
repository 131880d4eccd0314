import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, it, onTestFinished } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { ConnectedModels } from '../../src/intelligence/host-models.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';
import { servedOverHttp } from './http-rig.ts';

it('a host on another machine is asked for its model over its own stream, until it leaves', async () => {
  const hostModels = new ConnectedModels();
  const { url, tokens } = await servedOverHttp({
    connect: async (host) => {
      const mcp = createMcpServer({
        ...{ bigBrother: new ToldAnswers(), clock: new VirtualClock(NOW), models: hostModels },
        ...{ ids: new SeededIds('sampling'), version: '0.0.0', secrets: [], log: () => {} },
      });
      await mcp.connect(host);
      return () => mcp.close();
    },
  });
  const authorization = `Bearer ${tokens.create('a host', 'propose')}`;
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization } },
  });
  const host = new Client({ name: 'h', version: '0' }, { capabilities: { sampling: {} } });
  host.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
    model: 'a model',
    role: 'assistant',
    content: { type: 'text', text: `of "${params.systemPrompt}": too early` },
  }));
  await host.connect(transport);
  onTestFinished(() => host.close());

  await expect.poll(() => hostModels.latest()).not.toBeNull();
  const question = { instructions: 'judge', text: 'exit or hold', maxTokens: 50 };
  const { signal } = new AbortController();
  // What is asked before the host has opened its stream is lost, and asked again another time.
  const answer = () => hostModels.latest()?.ask(question, 200, signal).catch(String);
  await expect.poll(answer, { timeout: 10_000 }).toBe('of "judge": too early');
  await transport.terminateSession();
  await expect.poll(() => hostModels.latest()).toBeNull();
});
