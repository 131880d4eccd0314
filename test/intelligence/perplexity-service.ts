import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the service does with one question. */
export type Reply =
  | { readonly text: string; readonly urls?: readonly string[] }
  | { readonly status: number; readonly body: string }
  | 'silence'
  | 'half'
  | 'huge';

type Asked = { readonly headers: IncomingMessage['headers']; readonly body: unknown };

/** Speaks as the Perplexity API does to its MCP server: one answer, streamed as events. */
export async function perplexityService(reply: (body: unknown) => Reply) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      if (request.url !== '/v1/agent') return response.writeHead(404).end();
      const body: unknown = JSON.parse(text);
      asked.push({ headers: request.headers, body });
      return answer(response, reply(body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

function answer(response: ServerResponse, reply: Reply): unknown {
  if (reply === 'silence') return undefined;
  if (typeof reply === 'object' && 'status' in reply) {
    return response.writeHead(reply.status).end(reply.body);
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const say = (type: string, fields: object): void => {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  };
  say('response.created', { response: { id: 'resp-1', output: [] } });
  say('response.reasoning.search_queries', { queries: ['AAPL news'] });
  if (reply === 'half') return response.end();
  const { text, urls = [] } = reply === 'huge' ? { text: 'x'.repeat(3_000_000) } : reply;
  const results = urls.map((url, index) => ({ id: index + 1, url, title: 'a page' }));
  const output = [
    { type: 'search_results', results },
    { type: 'message', content: [{ type: 'output_text', text }] },
  ];
  say('response.completed', { response: { id: 'resp-1', status: 'completed', output } });
  return response.end();
}
