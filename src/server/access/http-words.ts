import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

type Handled = Parameters<StreamableHTTPServerTransport['handleRequest']>;
export type HttpRequest = Handled[0];
export type HttpResponse = Handled[1];

export type HttpLimits = {
  /** Sessions of all tokens together, and of one token. */
  readonly sessions: number;
  readonly sessionsPerToken: number;
  /** A session that nobody used for so long is ended. */
  readonly idleMs: number;
  /** What a token may ask: so many at once, and so many for each second that passes. */
  readonly burst: number;
  readonly perSecond: number;
  readonly bodyBytes: number;
};

export const HTTP_LIMITS: HttpLimits = {
  // Each session is one who attaches to the owner, and that takes 32.
  sessions: 16,
  sessionsPerToken: 8,
  idleMs: 30 * 60_000,
  burst: 60,
  perSecond: 20,
  bodyBytes: 1_000_000,
};

/** For every answer: nothing is loaded, framed, guessed, kept or told on. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"],
  ['cache-control', 'no-store'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
];

export function secure(response: HttpResponse): void {
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
}

/** A no, as HTTP and in the form that MCP clients read. */
export type HttpRefusal = {
  readonly status: number;
  readonly because: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An error of JSON-RPC itself; without it one of this server. */
  readonly code?: number;
  /** True when what is left of the request is not read any more. */
  readonly closes?: boolean;
};

const SERVER_ERROR = -32_000;

export function refuse(response: HttpResponse, refusal: HttpRefusal): void {
  const { status, because, headers = {}, code = SERVER_ERROR, closes = false } = refusal;
  const body = { jsonrpc: '2.0', error: { code, message: because }, id: null };
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...headers,
      ...(closes ? { connection: 'close' } : {}),
    })
    .end(JSON.stringify(body));
}

export const tell = (response: HttpResponse, status: number, text: string): void => {
  response
    .writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    .end(text);
};

/** Of a header that may come once. */
export function headerOf({ headers }: HttpRequest, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

const withMethod = z.object({
  method: z.string(),
  params: z.object({ name: z.unknown() }).partial().optional(),
});

/** What a message asks for; null for an answer, and for what is no message. */
export const askedIn = (json: unknown): z.infer<typeof withMethod> | null =>
  withMethod.safeParse(json).data ?? null;

export type ReadBody =
  | { readonly outcome: 'read'; readonly json: unknown; readonly text: string }
  | { readonly outcome: 'refused'; readonly refusal: HttpRefusal };

/** @throws when the connection ends before the body does */
export async function readBody(request: HttpRequest, mostBytes: number): Promise<ReadBody> {
  const tooLong: ReadBody = {
    outcome: 'refused',
    refusal: { status: 413, because: `a message has at most ${mostBytes} bytes`, closes: true },
  };
  if (Number(headerOf(request, 'content-length') ?? 0) > mostBytes) return tooLong;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) return tooLong;
    chunks.push(part);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return { outcome: 'read', json: JSON.parse(text), text };
  } catch {
    const because = 'the body is no JSON';
    return { outcome: 'refused', refusal: { status: 400, because, code: -32_700 } };
  }
}
