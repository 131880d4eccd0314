import { decode, encode } from '@msgpack/msgpack';
import type { Clock } from '../../ports/clock.ts';
import {
  asObject,
  type Connection,
  closeCodes,
  jsonObject,
  mostBufferedBytes,
  type StreamSession,
} from './connection.ts';
import { type Channel, channelsOf, type DataMessage, type Publication } from './data-messages.ts';
import type { Market } from './rest/symbols.ts';

export type DataStreamParts = {
  readonly connection: Connection;
  readonly codec: 'msgpack' | 'json';
  readonly clock: Clock;
  readonly market: Market;
  /** Why this pair of keys may not use this feed now; null when it may. */
  readonly admit: (keyId: string, secretKey: string) => number | null;
  /** Most symbols over trades and quotes together. */
  readonly symbolLimit: number;
};

export const dataErrors = {
  400: 'invalid syntax',
  401: 'not authenticated',
  402: 'auth failed',
  403: 'already authenticated',
  404: 'auth timeout',
  405: 'symbol limit exceeded',
  406: 'connection limit exceeded',
  407: 'slow client',
  408: 'v2 not enabled',
  409: 'insufficient subscription',
  500: 'internal error',
} as const;

const authenticateWithinMs = 10_000;
const limited: readonly Channel[] = ['trades', 'quotes'];
/** They come with trades and are never asked for. */
const following: readonly Channel[] = ['corrections', 'cancelErrors'];

type Subscriptions = ReadonlyMap<Channel, ReadonlySet<string>>;

const nobody: ReadonlySet<string> = new Set();

/** One client of a data stream: it authenticates, subscribes, and is told what the market does. */
export class DataStreamSession implements StreamSession {
  readonly #parts: DataStreamParts;
  readonly #disarm: () => void;
  #state: 'greeting' | 'authenticated' | 'over' = 'greeting';
  #subscriptions: Subscriptions = new Map();
  #pending: DataMessage[] = [];

  constructor(parts: DataStreamParts) {
    this.#parts = parts;
    this.#disarm = parts.clock.after(authenticateWithinMs, () => this.#end(404));
    this.#send({ T: 'success', msg: 'connected' });
  }

  receive(data: string | Uint8Array): void {
    if (this.#state === 'over') return;
    const message = this.#decode(data);
    try {
      this.#obey(message);
    } catch (error) {
      // Our own fault ends this client, with the code for it, and nobody else.
      this.#end(500);
      throw error;
    }
  }

  #obey(message: DataMessage | null): void {
    switch (message?.action) {
      case 'auth':
        this.#authenticate(message);
        break;
      case 'subscribe':
      case 'unsubscribe':
        this.#change(message, message.action);
        break;
      default:
        this.#error(400);
    }
  }

  closed(): void {
    this.#disarm();
    this.#state = 'over';
    this.#pending = [];
  }

  /** Whether the client has asked for it; `*` asks for all symbols. */
  wants(channel: Channel, symbol: string): boolean {
    if (this.#state !== 'authenticated') return false;
    const wanted = this.#subscriptions.get(channel) ?? nobody;
    return wanted.has(symbol) || wanted.has('*');
  }

  publish({ channel, symbol, message }: Publication): void {
    if (!this.wants(channel, symbol)) return;
    if (this.#parts.connection.bufferedBytes() > mostBufferedBytes) this.#end(407);
    else this.#send(message);
  }

  #authenticate({ key, secret }: DataMessage): void {
    if (this.#state === 'authenticated') {
      this.#error(403);
      return;
    }
    const isPair = typeof key === 'string' && typeof secret === 'string';
    const refusal = isPair ? this.#parts.admit(key, secret) : 402;
    if (refusal !== null) {
      this.fail(refusal);
      return;
    }
    this.#disarm();
    this.#state = 'authenticated';
    this.#send({ T: 'success', msg: 'authenticated' });
  }

  #change(message: DataMessage, action: 'subscribe' | 'unsubscribe'): void {
    const changed = this.#state === 'authenticated' ? this.#changed(message, action) : 401;
    if (typeof changed === 'number') {
      this.#error(changed);
      return;
    }
    this.#subscriptions = changed;
    const lists = channelsOf[this.#parts.market].map(
      (channel) => [channel, [...(changed.get(channel) ?? nobody)]] as const,
    );
    this.#send({ T: 'subscription', ...Object.fromEntries(lists) });
  }

  /** The subscriptions after a request, or why it is refused as a whole. */
  #changed(message: DataMessage, action: 'subscribe' | 'unsubscribe'): Subscriptions | 400 | 405 {
    const changed = new Map(this.#subscriptions);
    for (const channel of channelsOf[this.#parts.market]) {
      const asked = message[channel];
      if (asked === undefined || following.includes(channel)) continue;
      if (!isSymbols(asked)) return 400;
      const held = [...(changed.get(channel) ?? nobody)];
      const left = held.filter((symbol) => !asked.includes(symbol));
      changed.set(channel, new Set(action === 'subscribe' ? [...held, ...asked] : left));
    }
    for (const channel of following) changed.set(channel, changed.get('trades') ?? nobody);
    return this.#countLimited(changed) > this.#parts.symbolLimit ? 405 : changed;
  }

  /** Everything counts as more than any limit. */
  #countLimited(subscriptions: Subscriptions): number {
    const all = limited.some((channel) => subscriptions.get(channel)?.has('*'));
    if (all) return Number.isFinite(this.#parts.symbolLimit) ? Number.POSITIVE_INFINITY : 0;
    return limited.reduce((sum, channel) => sum + (subscriptions.get(channel)?.size ?? 0), 0);
  }

  /** Tells an error and hangs up, whatever the client did. */
  fail(code: number): void {
    const known = Object.entries(dataErrors).find(([one]) => Number(one) === code);
    this.#finish(code, known?.[1] ?? 'internal error');
  }

  #error(code: keyof typeof dataErrors): void {
    this.#send({ T: 'error', code, msg: dataErrors[code] });
  }

  #end(code: keyof typeof dataErrors): void {
    this.#finish(code, dataErrors[code]);
  }

  #finish(code: number, msg: string): void {
    if (this.#state === 'over') return;
    this.#send({ T: 'error', code, msg });
    this.#flush();
    this.closed();
    this.#parts.connection.close(closeCodes.policyViolation);
  }

  /** Sent at the end of the moment, with what else is to be told then. */
  #send(message: DataMessage): void {
    this.#pending.push(message);
    if (this.#pending.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const messages = this.#pending;
    this.#pending = [];
    const { codec, connection } = this.#parts;
    for (const frame of framesOf(messages)) {
      connection.send(codec === 'json' ? JSON.stringify(frame) : encode(frame));
    }
  }

  #decode(data: string | Uint8Array): DataMessage | null {
    if (this.#parts.codec === 'json' || typeof data === 'string') return jsonObject(data);
    try {
      return asObject(decode(data));
    } catch {
      return null;
    }
  }
}

const answers: ReadonlySet<unknown> = new Set(['success', 'subscription', 'error']);

/**
 * Prices of one moment share a frame. Each answer has its own, as in "Real-time Stock Data":
 * SDK 3 reads no further than the first message of a frame that begins with one.
 */
function framesOf(messages: readonly DataMessage[]): readonly (readonly DataMessage[])[] {
  const frames: DataMessage[][] = [];
  for (const message of messages) {
    const last = frames.at(-1);
    const isAlone = answers.has(message.T) || answers.has(last?.[0]?.T);
    if (last === undefined || isAlone) frames.push([message]);
    else last.push(message);
  }
  return frames;
}

const isSymbols = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((symbol) => typeof symbol === 'string' && symbol !== '');
