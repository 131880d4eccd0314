import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { expect, it, onTestFinished } from 'vitest';
import { connectAdvisor } from '../../../src/adapters/advisors/connect.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';

/** A server at an address that looks like Sequential Thinking, and answers with so much text. */
async function serverAt(text: string, redirected = false): Promise<string> {
  const listener = createServer((request, response) => {
    if (redirected) return response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    const server = new McpServer({ name: 'other', version: '1.0' });
    server.registerTool('sequentialthinking', { description: 'counts' }, async () => ({
      content: [{ type: 'text', text }],
    }));
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => void transport.close());
    return server
      .connect(transport as never)
      .then(() => transport.handleRequest(request, response));
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    listener.closeAllConnections();
    listener.close();
  });
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
}

function advisorAt(url: string, toolsHash: string | null) {
  const clock = new SystemClock();
  const start = () => {
    throw new Error('an address starts no process');
  };
  const given = { env: {}, directory: '/nowhere', toolsHash, start, clock };
  const advisor = connectAdvisor('thinking', { kind: 'url', url }, given);
  if (advisor === null) throw new Error('an address is always there');
  onTestFinished(() => advisor.close());
  return { advisor, ask: () => advisor.call('sequentialthinking', {}, 5_000) };
}

it('a server at an address is asked once its tools are trusted, and disabled until then', async () => {
  const url = await serverAt('one thought');
  const unknown = advisorAt(url, null);
  await expect(unknown.ask()).rejects.toThrow(/set its toolsHash to [0-9a-f]{64}/);
  const { toolsHash } = unknown.advisor.status();
  const trusted = advisorAt(url, toolsHash);
  expect((await trusted.ask()).text).toBe('one thought');
  expect(trusted.advisor.status()).toMatchObject({ status: 'ready', version: '1.0', toolsHash });
});

it('a server at an address leads nowhere else, and is not read without end', async () => {
  const elsewhere = advisorAt(await serverAt('', true), null);
  await expect(elsewhere.ask()).rejects.toThrow(/cannot be read/);
  const hash = advisorAt(await serverAt(''), null);
  await hash.ask().catch(() => undefined);
  const endless = advisorAt(await serverAt('x'.repeat(3_000_000)), hash.advisor.status().toolsHash);
  await expect(endless.ask()).rejects.toThrow(/cannot be read|did not answer/);
});
