import type { TradeUpdate } from '../core/basics/types.ts';
import {
  asObject,
  type Connection,
  closeCodes,
  jsonObject,
  mostBufferedBytes,
  type StreamSession,
} from './connection.ts';
import { tradeUpdateJson } from './rest/trade-update-json.ts';

export type TradingStreamParts = {
  readonly connection: Connection;
  /** The account of a pair of keys; null when they open none. */
  readonly authenticate: (keyId: string, secretKey: string) => string | null;
  /** Alpaca's paper host sends its JSON in binary frames. */
  readonly frames: 'text' | 'binary';
  /** Whether an order shows when its cancel was asked for. */
  readonly showsCancelRequest: boolean;
};

const knownStreams: ReadonlySet<string> = new Set(['trade_updates']);
const utf8 = new TextEncoder();

/** One client of `/stream`: it authenticates, listens, and is told what becomes of its orders. */
export class TradingStreamSession implements StreamSession {
  readonly #parts: TradingStreamParts;
  #accountId: string | null = null;
  #streams: ReadonlySet<string> = new Set();
  #isOpen = true;

  constructor(parts: TradingStreamParts) {
    this.#parts = parts;
  }

  receive(data: string | Uint8Array): void {
    if (!this.#isOpen) return;
    const message = jsonObject(data);
    switch (message?.action) {
      case 'authenticate':
      case 'auth':
        this.#authenticate(message);
        break;
      case 'listen':
        this.#listen(message);
        break;
      default:
        this.#refuse('a frame holds one JSON object with action auth, authenticate or listen');
    }
  }

  closed(): void {
    this.#isOpen = false;
  }

  /** The account that it serves; null until it has authenticated and after its end. */
  get accountId(): string | null {
    return this.#isOpen ? this.#accountId : null;
  }

  /** Whether the client is told what becomes of this account's orders. */
  hears(accountId: string): boolean {
    return this.accountId === accountId && this.#streams.has('trade_updates');
  }

  onTradeUpdate(update: TradeUpdate): void {
    if (!this.hears(update.accountId)) return;
    if (this.#parts.connection.bufferedBytes() > mostBufferedBytes) {
      this.#parts.connection.terminate();
      return;
    }
    this.#send({
      stream: 'trade_updates',
      data: tradeUpdateJson(update, this.#parts.showsCancelRequest),
    });
  }

  /** Takes `{data: {key_id, secret_key}}` and the newer `{key, secret}`. */
  #authenticate(message: Readonly<Record<string, unknown>>): void {
    const data = asObject(message.data);
    const keyId = data?.key_id ?? message.key;
    const secretKey = data?.secret_key ?? message.secret;
    const isPair = typeof keyId === 'string' && typeof secretKey === 'string';
    this.#accountId = isPair ? this.#parts.authenticate(keyId, secretKey) : null;
    const status = this.#accountId === null ? 'unauthorized' : 'authorized';
    this.#send({ stream: 'authorization', data: { status, action: 'authenticate' } });
    if (this.#accountId !== null) return;
    this.closed();
    this.#parts.connection.close(closeCodes.policyViolation);
  }

  /** Replaces the whole set of streams. */
  #listen(message: Readonly<Record<string, unknown>>): void {
    const streams = asObject(message.data)?.streams;
    if (this.#accountId === null) {
      this.#send({
        stream: 'authorization',
        data: { status: 'unauthorized', action: 'listen' },
      });
    } else if (Array.isArray(streams)) {
      this.#streams = new Set(streams.filter((stream) => knownStreams.has(stream)));
      this.#send({ stream: 'listening', data: { streams: [...this.#streams] } });
    } else {
      this.#refuse('listen needs data.streams, an array');
    }
  }

  #refuse(problem: string): void {
    this.#send({ action: 'error', data: { error_message: problem } });
  }

  #send(message: unknown): void {
    const text = JSON.stringify(message);
    const { connection, frames } = this.#parts;
    connection.send(frames === 'text' ? text : utf8.encode(text));
  }
}
