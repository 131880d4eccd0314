import { PassThrough, Writable } from 'node:stream';
import type { createMcpServer } from '../../src/server/mcp-server.ts';
import { serveStdio } from '../../src/server/stdio.ts';

export type Message = Readonly<Record<string, unknown>>;
/** What the host's end does with a question for its person; null leaves it unanswered. */
export type Elicited = (params: Message) => Message | null;

/** Hears lines; what is no line of the protocol is kept for who wants to complain. */
class Lines extends Writable {
  readonly #hear: (line: string) => void;
  #rest = '';

  constructor(hear: (line: string) => void) {
    super();
    this.#hear = hear;
  }

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    const lines = (this.#rest + String(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#hear(line);
    done();
  }
}

/**
 * A host's end of the wire, on the streams that the server is really given: it says what it
 * likes, well-formed or not, and hears all that comes back.
 */
export class HostLine {
  readonly #stdin = new PassThrough();
  readonly #waiting = new Map<number, (reply: Message) => void>();
  readonly #elicited: Elicited;
  readonly over: Promise<void>;
  #id = 0;
  /** Lines that are no JSON-RPC: stdout belongs to the protocol. */
  readonly strayLines: string[] = [];
  readonly errors: Message[] = [];

  constructor(server: ReturnType<typeof createMcpServer>, elicited: Elicited) {
    this.#elicited = elicited;
    const stdout = new Lines((line) => this.#hear(line));
    const stderr = new Lines(() => {});
    this.over = serveStdio(server, { stdin: this.#stdin, stdout, stderr });
  }

  /** A line as it is, whatever it may be. */
  sayRaw(line: string): void {
    this.#stdin.write(`${line}\n`);
  }

  say(message: Message): void {
    this.sayRaw(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  /** The number that the next request will have. */
  get nextId(): number {
    return this.#id + 1;
  }

  request(method: string, params: unknown): Promise<Message> {
    this.#id += 1;
    const id = this.#id;
    const reply = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.say({ id, method, params });
    return reply;
  }

  async introduce(capabilities: Message): Promise<void> {
    const clientInfo = { name: 'hijacked-host', version: '0' };
    const params = { protocolVersion: '2025-06-18', capabilities, clientInfo };
    await this.request('initialize', params);
    this.say({ method: 'notifications/initialized' });
  }

  hangUp(): void {
    this.#stdin.end();
  }

  #hear(line: string): void {
    const message = parsed(line);
    if (message === null || message.jsonrpc !== '2.0') {
      this.strayLines.push(line);
      return;
    }
    if (typeof message.method === 'string') {
      this.#asked(message);
      return;
    }
    if ('error' in message) this.errors.push(message);
    const resolve = this.#waiting.get(Number(message.id));
    this.#waiting.delete(Number(message.id));
    resolve?.(message);
  }

  #asked({ id, method, params }: Message): void {
    if (id === undefined) return;
    const answer = method === 'elicitation/create' ? this.#elicited(params as Message) : {};
    if (answer === null) return;
    this.say('error' in answer ? { id, error: answer.error } : { id, result: answer });
  }
}

function parsed(line: string): Message | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Message) : null;
  } catch {
    return null;
  }
}
