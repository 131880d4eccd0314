import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

// Longer than a client's idle time, or a reused connection is closed under its next request.
const KEEP_ALIVE_MS = 75_000;

export type ListenOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** For a listener that strangers may reach: how slow and how many they may be. */
  readonly limits?: ClientLimits;
};

type ClientLimits = {
  /** A client that takes longer for its headers, or for its whole request, is let go. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connections: number;
};

/** How often slow clients are looked for, as a part of what they are given. */
const LOOKS_PER_TIMEOUT = 4;
const MOST_HEADER_BYTES = 16_384;

export type HttpListener = {
  readonly host: string;
  readonly port: number;
  /** Resolves when every connection, upgraded ones included, is closed. */
  close(): Promise<void>;
};

/** No listener could be opened; the message names the address, the cause and a way out. */
export class ListenError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ListenError';
  }
}

/**
 * Opens the only kind of socket this product listens on.
 *
 * @throws ListenError when the port is in use or may not be used
 */
export function listen(options: ListenOptions): Promise<HttpListener> {
  const { host, port, onRequest, onUpgrade, limits } = options;
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, ...(limits === undefined ? {} : serverLimits(limits)) },
    onRequest,
  );
  if (limits !== undefined) server.maxConnections = limits.connections;
  if (onUpgrade !== undefined) server.on('upgrade', onUpgrade);

  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });

  return new Promise<HttpListener>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ host, port: taken, close });
    });
  }).catch((error: unknown) => {
    throw new ListenError(whyNot(error, host, port), error);
  });
}

const serverLimits = ({ headersTimeoutMs, requestTimeoutMs }: ClientLimits) => ({
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  connectionsCheckingInterval: Math.ceil(headersTimeoutMs / LOOKS_PER_TIMEOUT),
  maxHeaderSize: MOST_HEADER_BYTES,
});

function whyNot(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE')
    return `port ${where} is in use: stop its owner or choose another port`;
  if (code === 'EACCES') return `port ${where} may not be used by this user: choose one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is no address of this machine: use 127.0.0.1`;
  }
  return `cannot listen on ${where}: ${error instanceof Error ? error.message : String(error)}`;
}
