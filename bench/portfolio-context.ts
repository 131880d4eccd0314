import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { getEncoding } from 'js-tiktoken';
import { z } from 'zod';
import { SeededIds } from '../src/adapters/system/seeded-ids.ts';
import { createMcpServer } from '../src/server/mcp-server.ts';
import { loopedAccount, settle } from '../test/support/guarded-account.ts';
import type { Row } from './harness.ts';
import { compare } from './harness.ts';

const CALLS = 300;
const MOST_TOKENS = 2_000;

/**
 * `get_portfolio_context` over a guarded account on the paper exchange, against a tool of
 * the same SDK that does nothing; both over the SDK's in-memory transport.
 */
export async function portfolioContext(positionCount: number): Promise<Row> {
  const guarded = await loopedAccount({
    positions: Array.from({ length: positionCount }, (_, index) => ({
      symbol: `S${String(index).padStart(3, '0')}`,
      qty: '10',
      averageEntryPrice: '100',
    })),
  });
  // Alpaca takes 200 requests a minute, so 500 first stops take minutes of the exchange's time.
  await guarded.clock.advanceBy(600_000);
  const { bigBrother, clock, broker } = guarded;
  const server = createMcpServer({
    bigBrother,
    clock,
    ids: new SeededIds('bench'),
    version: '0.0.0',
    secrets: [],
    log: () => undefined,
  });
  const ours = await clientOf(server);
  const noop = await clientOf(noopServer());
  const ask = () => ours.callTool({ name: 'get_portfolio_context', arguments: {} });
  const idle = () => noop.callTool({ name: 'noop', arguments: {} });

  const callsBefore = broker.calls.length;
  const answer = await ask();
  const tokens = tokensOf(answer);
  const brokerCalls = broker.calls.length - callsBefore;
  const covered = (answer.structuredContent as { cover: { covered: number } }).cover.covered;

  const row = await compare({
    name: `get_portfolio_context, ${positionCount} positions, summary`,
    peer: 'no-op tool of the same SDK, in memory',
    aim: `0 broker calls, under ${MOST_TOKENS} tokens, p50 within 2x`,
    note: `${tokens} cl100k tokens, ${brokerCalls} broker calls, ${covered} covered`,
    gate: () => {
      if (tokens > MOST_TOKENS) throw new Error(`${tokens} tokens are more than ${MOST_TOKENS}`);
      if (brokerCalls !== 0) throw new Error(`${brokerCalls} broker calls for one answer`);
      if (covered !== positionCount) throw new Error(`only ${covered} positions are covered`);
    },
    ours: () => repeat(ask),
    theirs: () => repeat(idle),
    oursUnits: CALLS,
    theirsUnits: CALLS,
    unit: 'calls',
  });
  await Promise.all([ours.close(), noop.close()]);
  // Its streams keep the process alive otherwise.
  await settle(clock, guarded.stop());
  guarded.exchange.stop();
  return row;
}

async function repeat(call: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < CALLS; count += 1) await call();
}

async function clientOf(server: McpServer): Promise<Client> {
  const [hostSide, serverSide] = InMemoryTransport.createLinkedPair();
  await server.connect(serverSide);
  const client = new Client({ name: 'bench', version: '0.0.0' });
  await client.connect(hostSide);
  await client.listTools(); // From here on the client checks answers against the schemas.
  return client;
}

function noopServer(): McpServer {
  const server = new McpServer({ name: 'noop', version: '0.0.0' });
  server.registerTool(
    'noop',
    { inputSchema: z.strictObject({}), outputSchema: z.object({ ok: z.boolean() }) },
    () => ({ content: [{ type: 'text', text: '{"ok":true}' }], structuredContent: { ok: true } }),
  );
  return server;
}

/** Tokens of the text that a host shows its model, in the cl100k encoding. */
function tokensOf(answer: Awaited<ReturnType<Client['callTool']>>): number {
  const [first] = answer.content as { readonly text: string }[];
  return getEncoding('cl100k_base').encode(first?.text ?? '').length;
}
