import type { Clock } from '../../ports/clock.ts';
import type { ExchangeEvent } from '../core/types.ts';
import { type Connection, closeCodes, type StreamSession } from './connection.ts';
import { publicationOf } from './data-messages.ts';
import { DataStreamSession } from './data-stream.ts';
import { TradingStreamSession } from './trading-stream.ts';

export type StreamSettings = {
  /** Frames of the trading stream; Alpaca's paper host sends binary ones. */
  readonly tradingFrames: 'text' | 'binary';
  /** Most symbols over trades and quotes in one data stream: 30 on Alpaca's free plan. */
  readonly symbolLimit: number;
  /** Data feeds that the accounts may use; the free plan has no `sip`. */
  readonly feeds: readonly string[];
};

export const defaultStreamSettings: StreamSettings = {
  tradingFrames: 'binary',
  symbolLimit: 30,
  feeds: ['iex', 'delayed_sip', 'test'],
};

export type StreamsParts = {
  readonly clock: Clock;
  readonly settings: StreamSettings;
  /** The account of a pair of keys; null when they open none. */
  readonly authenticate: (keyId: string, secretKey: string) => string | null;
};

/** What a client asked for: a path, and how it wants data to be written. */
export type StreamRequest = { readonly path: string; readonly contentType: string | undefined };

const dataPath = /^\/v2\/(iex|sip|delayed_sip|test)$/;

export const isStreamPath = (path: string): boolean => path === '/stream' || dataPath.test(path);

/** Every open stream of the exchange: it opens sessions and tells each what concerns it. */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #connections = new Map<StreamSession, Connection>();
  readonly #trading = new Set<TradingStreamSession>();
  /** Each with the account that it serves, once it has authenticated. */
  readonly #data = new Map<DataStreamSession, string | null>();

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  /** @throws when the path names no stream: ask `isStreamPath` first */
  open(request: StreamRequest, connection: Connection): StreamSession {
    const session =
      request.path === '/stream'
        ? this.#openTrading(connection)
        : this.#openData(request, connection);
    this.#connections.set(session, connection);
    return {
      receive: (data) => session.receive(data),
      closed: () => {
        session.closed();
        this.#forget(session);
      },
    };
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'trade_update') {
      for (const session of this.#trading) session.onTradeUpdate(event);
      return;
    }
    if (this.#data.size === 0) return;
    const publication = publicationOf(event);
    if (publication === null) return;
    for (const session of this.#data.keys()) session.publish(publication);
  }

  /** Cuts every line without a goodbye, as a failing network does. */
  drop(): void {
    for (const connection of [...this.#connections.values()]) connection.terminate();
  }

  close(): void {
    for (const connection of [...this.#connections.values()])
      connection.close(closeCodes.goingAway);
  }

  #openTrading(connection: Connection): TradingStreamSession {
    const { authenticate, settings } = this.#parts;
    const session = new TradingStreamSession({
      connection,
      authenticate,
      frames: settings.tradingFrames,
    });
    this.#trading.add(session);
    return session;
  }

  #openData({ path, contentType }: StreamRequest, connection: Connection): DataStreamSession {
    const feed = dataPath.exec(path)?.[1];
    if (feed === undefined) throw new Error(`${path} is no stream`);
    const { clock, settings, authenticate } = this.#parts;
    const session: DataStreamSession = new DataStreamSession({
      connection,
      codec: contentType === 'application/msgpack' ? 'msgpack' : 'json',
      clock,
      symbolLimit: settings.symbolLimit,
      admit: (keyId, secretKey) => {
        const accountId = authenticate(keyId, secretKey);
        if (accountId === null) return 402;
        if (!settings.feeds.includes(feed)) return 409;
        // One data connection for each account.
        if ([...this.#data.values()].includes(accountId)) return 406;
        this.#data.set(session, accountId);
        return null;
      },
    });
    this.#data.set(session, null);
    return session;
  }

  #forget(session: StreamSession): void {
    this.#connections.delete(session);
    if (session instanceof TradingStreamSession) this.#trading.delete(session);
    if (session instanceof DataStreamSession) this.#data.delete(session);
  }
}
