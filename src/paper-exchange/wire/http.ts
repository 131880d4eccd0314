import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Answer, Outcome } from '../protocol/outcome.ts';
import type { RestRequest, RestResponse } from '../protocol/request.ts';
import type { Connection } from './connection.ts';
import { isStreamPath, type Streams } from './streams.ts';

// The types of node:http by way of ws: nothing here opens a socket, so nothing imports node:http.
type HandleUpgrade = Parameters<WebSocketServer['handleUpgrade']>;
type IncomingMessage = HandleUpgrade[0];
type Duplex = HandleUpgrade[1];

/** What is used of a server's response. */
type ServerResponse = {
  readonly destroyed: boolean;
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
  writeHead(status: number, headers: Record<string, string>): unknown;
  write(chunk: Buffer, flushed: () => void): unknown;
  end(body?: string): unknown;
  end(body: string, encoding: 'latin1' | 'utf8'): unknown;
};

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const mostBodyBytes = 1024 * 1024;
/** Of a body that is too large, so much is read and thrown away before the line is cut. */
const mostIgnoredBytes = 16 * mostBodyBytes;
const mostFrameBytes = 256 * 1024;

/** Answers HTTP requests. No request, however broken, ends the process. */
export function requestListener(answer: Answer): RequestListener {
  return (request, response) => {
    // The client is gone; there is nobody to answer.
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    withBody(request, response, (body) => {
      const asked = requestOf(request, body);
      if ('status' in asked) write(response, asked);
      else answer(asked, (outcome) => settle(request, response, outcome));
    });
  };
}

/** Goes on once the body has arrived; at once where none is announced. */
function withBody(
  request: IncomingMessage,
  response: ServerResponse,
  goOn: (body: string) => void,
): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (length === undefined && encoding === undefined) {
    request.resume();
    goOn('');
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostBodyBytes) chunks.push(chunk);
    // A client that goes on and on has been told already.
    else if (bytes > mostIgnoredBytes) request.socket.destroy();
    else if (bytes - chunk.length <= mostBodyBytes) write(response, tooLarge);
  });
  request.on('end', () => {
    if (bytes <= mostBodyBytes) goOn(Buffer.concat(chunks).toString('utf8'));
  });
}

const refusal = (status: number, message: string): RestResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

const { status, headers, body } = refusal(
  ...([413, `request body too large: at most ${mostBodyBytes} bytes`] as const),
);
const tooLarge = { status, headers: { ...headers, connection: 'close' }, body };

/** The request taken apart, or the refusal of one that cannot be. */
function requestOf(request: IncomingMessage, body: string): RestRequest | RestResponse {
  const target = targetOf(request.url ?? '/');
  if (target === null) return refusal(400, `${request.url} is no path`);
  return { method: request.method ?? 'GET', ...target, headers: singleHeaders(request), body };
}

/** Null for what is neither a path nor an address. */
function targetOf(target: string): Pick<RestRequest, 'path' | 'query'> | null {
  if (target.startsWith('/')) {
    // As it was sent: dots in a path lead nowhere.
    const mark = target.indexOf('?');
    if (mark === -1) return { path: target, query: new URLSearchParams() };
    return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark)) };
  }
  if (!URL.canParse(target)) return null;
  const { pathname, searchParams } = new URL(target);
  return { path: pathname, query: searchParams };
}

function singleHeaders({ headers }: IncomingMessage): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}

function settle(request: IncomingMessage, response: ServerResponse, outcome: Outcome): void {
  if (response.destroyed) return;
  switch (outcome.kind) {
    case 'answered':
      write(response, outcome.response);
      break;
    case 'cut': {
      const { status, headers, body } = outcome.response;
      const whole = Buffer.from(body);
      response.writeHead(status, { ...headers, 'content-length': String(whole.length) });
      response.write(whole.subarray(0, outcome.bytes), () => request.socket.destroy());
      break;
    }
    case 'closed':
      request.socket.destroy();
      break;
    case 'reset':
      request.socket.resetAndDestroy();
      break;
  }
}

function write(response: ServerResponse, { status, headers, body }: RestResponse): void {
  if (response.destroyed) return;
  if (status === 204 || body === '') {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  // With its length known, the body goes out together with the head.
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes) });
  // What is all ASCII is the same bytes either way, and goes out much faster as Latin-1.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

/** Opens a stream for each WebSocket that asks for one; refuses other upgrades with a 404. */
export function upgradeListener(streams: Streams): UpgradeListener {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Whether a ping is answered is a matter of the faults in force.
    autoPong: false,
    maxPayload: mostFrameBytes,
  });
  return (request, socket, head) => {
    const drop = (): unknown => socket.destroy();
    socket.on('error', drop);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (!isStreamPath(path)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => {
      socket.off('error', drop);
      serve(streams, path, request.headers['content-type'], client);
    });
  };
}

function serve(
  streams: Streams,
  path: string,
  contentType: string | undefined,
  client: WebSocket,
): void {
  const session = streams.open({ path, contentType }, connectionTo(client));
  client.on('message', (data, isBinary) => {
    const bytes = bytesOf(data);
    session.receive(isBinary ? bytes : bytes.toString('utf8'));
  });
  client.on('ping', (data) => {
    if (client.readyState === client.OPEN && streams.answersPing(path)) client.pong(data);
  });
  client.on('close', () => session.closed());
  // A frame against the protocol, or a cut line: ws itself closes with the fitting code.
  client.on('error', () => undefined);
}

function connectionTo(client: WebSocket): Connection {
  return {
    send: (data) => client.send(data),
    close: (code) => client.close(code),
    terminate: () => client.terminate(),
    bufferedBytes: () => client.bufferedAmount,
  };
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
