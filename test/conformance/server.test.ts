import { readFileSync } from 'node:fs';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../src/adapters/system/http-listener.ts';
import { RandomIds } from '../../src/adapters/system/random-ids.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { newToken } from '../../src/adapters/system/token-file.ts';
import { HTTP_LIMITS } from '../../src/server/access/http-words.ts';
import { textOfToken, tokenHash } from '../../src/server/access/tokens.ts';
import { modeOf } from '../../src/server/http/http-scope.ts';
import { HttpServer } from '../../src/server/http/http-server.ts';
import { createMcpServer } from '../../src/server/mcp-server.ts';
import { ToldAnswers } from '../tools/face.ts';
import { registerFixtures } from './fixtures.ts';
import { runSuite } from './suite.ts';

/** A hang guard for a suite that takes some twenty seconds. */
const LONGEST_MS = 120_000;

/**
 * The server that `bigbrother serve` runs, on a real socket. The suite knows no tokens, so one is
 * put into each request on its way in.
 */
async function served(prepare: (server: McpServer) => void) {
  const [clock, ids, token] = [new SystemClock(), new RandomIds(), newToken()];
  const entry = { name: 'suite', scope: 'execute', hash: tokenHash(token), createdAt: 0 } as const;
  let server: HttpServer | null = null;
  const listener = await listen({
    ...{ host: '127.0.0.1', port: 0 },
    onRequest: (request, response) => {
      request.headers.authorization ??= `Bearer ${token}`;
      void server?.handle(request, response);
    },
  });
  const log = () => undefined;
  server = new HttpServer({
    ...{ names: [], clock, ids, log, port: listener.port },
    readTokens: () => [textOfToken(entry)],
    whyNotReady: () => null,
    metrics: () => [],
    // The suite is thirty hosts in ten seconds behind one token.
    limits: { ...HTTP_LIMITS, burst: 1_000, sessionsPerToken: HTTP_LIMITS.sessions },
    connect: async (host, scope) => {
      const mcp = createMcpServer({
        ...{ bigBrother: new ToldAnswers(), clock, ids, log, atMost: modeOf(scope) },
        ...{ version: '0.0.0', secrets: [], onRecord: () => () => undefined },
      });
      prepare(mcp);
      await mcp.connect(host);
      return () => mcp.close();
    },
  });
  const close = async () => {
    await server?.close();
    await listener.close();
  };
  return { url: `http://127.0.0.1:${listener.port}/mcp`, close };
}

const scenariosAt = (url: string) => runSuite(['server', '--url', url, '--suite', 'all']);

describe('the official conformance suite, over our own HTTP', () => {
  let close = async (): Promise<void> => undefined;
  let scenarios: ReadonlyMap<string, readonly string[]> = new Map();

  beforeAll(async () => {
    const server = await served(registerFixtures);
    close = server.close;
    scenarios = await scenariosAt(server.url);
  }, LONGEST_MS);
  afterAll(() => close());

  it('has 32 scenarios for servers, and all of them pass', () => {
    const failed = [...scenarios].filter(([, failures]) => failures.length > 0);
    expect(failed).toEqual([]);
    expect(scenarios.size).toBe(32);
  });
});

/** What only a server with the suite's own fixtures can pass. */
const NEEDS_FIXTURES = readFileSync('test/conformance/expected-failures.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('the official conformance suite, without fixtures', () => {
  it(
    'fails where it asks for its fixtures, and nowhere else',
    async () => {
      const server = await served(() => undefined);
      const scenarios = await scenariosAt(server.url);
      await server.close();
      const failed = [...scenarios].filter(([, failures]) => failures.length > 0);
      expect(failed.map(([scenario]) => scenario).sort()).toEqual(NEEDS_FIXTURES);
    },
    LONGEST_MS,
  );
});
