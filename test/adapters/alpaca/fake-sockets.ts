import { decode, encode } from '@msgpack/msgpack';
import type { WsFactory } from '../../../src/adapters/alpaca/client.ts';

type Listener = (...args: unknown[]) => void;

/** The far end of a socket that the SDK opened: the test plays the exchange on it. */
export class FakeSocket {
  readonly url: string;
  readonly sent: Record<string, unknown>[] = [];
  readonly readyState = 1;
  isClosed = false;
  readonly #codec: 'msgpack' | 'json';
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string, codec: 'msgpack' | 'json') {
    this.url = url;
    this.#codec = codec;
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  send(data: string | Uint8Array): void {
    const frame: unknown = typeof data === 'string' ? JSON.parse(data) : decode(data);
    this.sent.push({ ...(frame as Record<string, unknown>) });
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.#emit('open');
  }

  says(frame: unknown): void {
    const json = Buffer.from(JSON.stringify(frame));
    this.#emit('message', this.#codec === 'json' ? json : Buffer.from(encode(frame)));
  }

  saysBytes(bytes: string): void {
    this.#emit('message', Buffer.from(bytes));
  }

  fails(message: string): void {
    this.#emit('error', new Error(message));
    this.ends();
  }

  ends(): void {
    this.#emit('close', 1006);
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }
}

export function fakeSockets(): { readonly sockets: FakeSocket[]; readonly wsFactory: WsFactory } {
  const sockets: FakeSocket[] = [];
  const wsFactory: WsFactory = (url, codec) => {
    const socket = new FakeSocket(url, codec);
    sockets.push(socket);
    return socket;
  };
  return { sockets, wsFactory };
}
