import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SeededIds } from '../../src/adapters/system/seeded-ids.ts';
import { VirtualClock } from '../../src/adapters/system/virtual-clock.ts';
import { SHOWS_PAGES } from '../../src/server/app/shows-pages.ts';
import { greeterOf, isAnswered } from '../../src/server/greeting/greeting.ts';
import { messageSchema } from '../../src/server/line-transport.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { prepareGreeting } from '../../src/server/prepare-greeting.ts';
import { NOW } from '../support/given.ts';
import { ToldAnswers } from '../tools/face.ts';
import { initialize } from './introduction.ts';

const parts = () => ({ clock: new VirtualClock(NOW), ids: new SeededIds('mcp'), version: '0.0.0' });

type Answer = { readonly result?: unknown; readonly error?: { readonly code: number } };

const serverOf = (mode: 'observe' | 'execute') =>
  createMcpServer({
    ...{ ...parts(), bigBrother: new ToldAnswers({ mode, environment: 'paper' }) },
    ...{ secrets: [], log: () => undefined, onRecord: () => () => undefined },
  });

async function answerTo(
  server: ReturnType<typeof serverOf>,
  request: JSONRPCMessage,
): Promise<Answer> {
  const [host, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const answered = new Promise<JSONRPCMessage>((resolve) => {
    host.onmessage = resolve;
  });
  await host.start();
  await host.send(request);
  return (await answered) as Answer;
}

async function answerOfServer(
  mode: 'observe' | 'execute',
  request: Record<string, unknown>,
): Promise<unknown> {
  const { result } = await answerTo(serverOf(mode), { ...initialize, ...request });
  return result ?? null;
}

describe('what a host is told before there is an account', () => {
  const introductions = [
    ['the newest protocol', {}],
    ['an older one', { protocolVersion: '2024-11-05' }],
    ['one that is unknown', { protocolVersion: '2026-07-28' }],
    ['no capabilities', { capabilities: undefined }],
    ['no name', { clientInfo: {} }],
    ['no version of the protocol', { protocolVersion: undefined }],
  ] as const;
  it.each(introductions)('is what the server itself says, asked with %s', async (_, changed) => {
    const greeting = await prepareGreeting({ ...parts(), page: null });
    for (const mode of ['observe', 'execute'] as const) {
      const params = JSON.parse(JSON.stringify({ ...initialize.params, ...changed }));
      const greeter = greeterOf(greeting, { environment: 'paper', mode });
      expect(greeter({ ...initialize, params })).toEqual(await answerOfServer(mode, { params }));
    }
  });

  it.each([
    ...['initialize', 'ping', 'tools/list', 'tools/call', 'prompts/list', 'prompts/get'],
    ...['resources/list', 'resources/templates/list', 'resources/read', 'resources/subscribe'],
    ...['resources/unsubscribe', 'completion/complete', 'logging/setLevel', 'server/discover'],
    ...['tasks/list', 'tasks/get', 'roots/list', 'sampling/createMessage', 'no/such'],
  ])('knows of %s whether it is answered at all', async (method) => {
    const server = serverOf('execute');
    const { error } = await answerTo(server, { jsonrpc: '2.0', id: 1, method, params: {} });
    expect(error?.code !== -32_601).toBe(isAnswered({ jsonrpc: '2.0', id: 1, method }));
  });

  it.each([
    ['execute', SHOWS_PAGES],
    ['observe', {}],
  ])(
    'does not change with the account, in mode %s',
    async (mode, capabilities) => {
      const directory = mkdtempSync(join(tmpdir(), 'bigbrother-greeting-'));
      const env = { BIGBROTHER_DATA_DIR: directory, BIGBROTHER_MODE: mode };
      const transport = new StdioClientTransport({
        ...{ command: process.execPath, args: ['dist/bigbrother.js', 'mcp'], stderr: 'ignore' },
        env: { PATH: process.env.PATH ?? '', ...env },
      });
      const client = new Client({ name: 'test-host', version: '0.0.0' }, { capabilities });
      onTestFinished(async () => {
        await client.close();
        rmSync(directory, { recursive: true, force: true });
      });
      await client.connect(transport);
      const lists = async () => ({
        tools: await client.listTools(),
        prompts: await client.listPrompts(),
        resources: await client.listResources(),
        templates: await client.listResourceTemplates(),
      });
      const before = await lists();
      const hasPage = JSON.stringify(before).includes('ui://');
      expect(hasPage).toBe(mode === 'execute');
      // Only who owns the account answers this.
      await client.setLoggingLevel('warning');
      expect(await lists()).toEqual(before);
    },
    60_000,
  );
});

describe('a line from a host', () => {
  const id = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null));
  const token = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean());
  const task = fc.oneof(fc.record({ taskId: fc.oneof(fc.string(), fc.integer()) }), fc.string());
  const meta = fc.record(
    { progressToken: token, 'io.modelcontextprotocol/related-task': task, other: fc.string() },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.record({ _meta: fc.oneof(meta, fc.string()), name: fc.string() }, { requiredKeys: [] }),
    fc.string(),
    fc.array(fc.integer()),
    fc.constant(null),
  );
  const code = fc.oneof(fc.integer(), fc.double());
  const error = fc.oneof(
    fc.record(
      { code, message: fc.oneof(fc.string(), fc.integer()), data: fc.anything() },
      { requiredKeys: ['code'] },
    ),
    fc.string(),
  );
  const jsonrpc = fc.constantFrom('2.0', '2.0', '2.0', '1.0');
  const method = fc.oneof(fc.string(), fc.integer());
  const shaped = (fields: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(fields, { requiredKeys: ['jsonrpc'] });
  const message = fc.oneof(
    shaped({ jsonrpc, id, method, params: body }),
    shaped({ jsonrpc, method, params: body }),
    shaped({ jsonrpc, id, result: body }),
    shaped({ jsonrpc, id, error }),
    shaped({ jsonrpc, id, method, params: body, result: body, error, extra: fc.boolean() }),
  );

  it('is a message to us exactly where it is one to the SDK', () => {
    let taken = 0;
    const isTaken = (json: unknown): boolean => {
      const ours = messageSchema.safeParse(json);
      expect(ours.success).toBe(JSONRPCMessageSchema.safeParse(json).success);
      taken += ours.success ? 1 : 0;
      return ours.success;
    };
    fc.assert(
      fc.property(message, (json) => {
        isTaken(json);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
