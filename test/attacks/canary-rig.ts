import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Stands between the program and the exchange, and is as talkative as a broker at its worst:
 * every refusal says what it was asked with, keys and all.
 */
export async function talkative(target: URL) {
  let refusals = 0;
  const refuse = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    refusals += 1;
    const { headers } = incoming;
    const keys = [headers['apca-api-key-id'], headers['apca-api-secret-key']].join(' with ');
    const message = `refused for ${keys}: ${JSON.stringify(headers)}`;
    outgoing.writeHead(403, { 'content-type': 'application/json', 'x-echo': keys });
    outgoing.end(JSON.stringify({ code: 40310000, message }));
  };
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming;
    const isRefused = method !== 'GET' || url.includes('activities');
    // One order in two gets through, so that both ways are gone.
    if (isRefused && refusals % 2 === 0) return refuse(incoming, outgoing);
    if (isRefused) refusals += 1;
    const onward = request({
      host: target.hostname,
      port: target.port,
      method,
      path: url,
      headers,
    });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('upgrade', ({ method, url, rawHeaders }, socket, head) => {
    const onward = connect(Number(target.port), target.hostname, () => {
      const lines = rawHeaders.flatMap((name, index) =>
        index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
      );
      onward.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, refusals: () => refusals };
}

/** Everything that lies in a directory, however it is written there. */
export const everythingIn = (directory: string): readonly (readonly [string, string])[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'latin1')] as const);
