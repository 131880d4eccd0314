import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
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

/**
 * The server that `bigbrother serve` runs, on a real socket. The suite knows no tokens, so one is
 * put into each request on its way in.
 */
export async function served(prepare: (server: McpServer) => void) {
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
