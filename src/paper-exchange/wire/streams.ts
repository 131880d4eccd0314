import type { Clock } from '../../ports/clock.ts';
import type { Bar, ExchangeEvent, Milliseconds, TradeUpdate, Venue } from '../core/basics/types.ts';
import { orderFacts } from '../faults/broker-faults.ts';
import { type Connection, closeCodes, type StreamSession } from './connection.ts';
import {
  barPublication,
  eventOf,
  marketOf,
  type Publication,
  publicationsOf,
} from './data-messages.ts';
import { DataStreamSession } from './data-stream.ts';
import { NO_STREAM_FAULTS, type StreamFaults } from './stream-faults.ts';
import { StreamLine } from './stream-lines.ts';
import { TestTicker } from './test-ticker.ts';
import { TradingStreamSession } from './trading-stream.ts';

export type StreamSettings = {
  /** Frames of the trading stream; Alpaca's paper host sends binary ones. */
  readonly tradingFrames: 'text' | 'binary';
  /**
   * Which trading streams of one account are told its updates. Nobody documents it; Lean's
   * adapter takes one for granted.
   */
  readonly tradingStreams: 'all_hear' | 'newest_hears';
  /** Whether an order of the trading stream shows when its cancel was asked for. */
  readonly cancelRequestedAt: boolean;
  /** Data streams that one account may have at once: 1 on Alpaca's free plan. */
  readonly dataConnections: number;
  /** Most symbols over trades and quotes in one data stream: 30 on Alpaca's free plan. */
  readonly symbolLimit: number;
  /** Data feeds that the accounts may use; the free plan has no `sip`. */
  readonly feeds: readonly string[];
  /** Whether the accounts may use version 2 of the data stream at all. */
  readonly isV2Enabled: boolean;
};

export const defaultStreamSettings: StreamSettings = {
  tradingFrames: 'binary',
  tradingStreams: 'all_hear',
  cancelRequestedAt: false,
  dataConnections: 1,
  symbolLimit: 30,
  feeds: ['iex', 'delayed_sip', 'test', 'crypto'],
  isV2Enabled: true,
};

export type StreamsParts = {
  readonly clock: Clock;
  /** What a client's handshake is timed by; `clock` when left out. */
  readonly handshakeClock?: Clock;
  readonly settings: StreamSettings;
  /** The account of a pair of keys; null when they open none. */
  readonly authenticate: (keyId: string, secretKey: string) => string | null;
  /** Where shares trade at an instant; in the day when left out. */
  readonly venueAt?: (at: Milliseconds) => Venue;
  /** Today's bar so far, for the daily bars; null when there is none. */
  readonly todayOf?: (symbol: string) => Bar | null;
  readonly faults?: StreamFaults;
  /** Told of every fault of our own. */
  readonly onFault?: (error: unknown, path: string) => void;
};

/** What a client asked for: a path, and how it wants data to be written. */
export type StreamRequest = { readonly path: string; readonly contentType: string | undefined };

const stockPath = /^\/v2\/(iex|sip|delayed_sip|test)$/;
const nightPath = /^\/v1beta1\/(boats|overnight)$/;
const cryptoPath = /^\/v1beta3\/crypto\/(us|us-1|us-2|eu-1|bs-1)$/;
const DELAYED_BY_MS = 15 * 60_000;

export const isStreamPath = (path: string): boolean => path === '/stream' || feedOf(path) !== null;

function feedOf(path: string): string | null {
  if (cryptoPath.test(path)) return 'crypto';
  return (stockPath.exec(path) ?? nightPath.exec(path))?.[1] ?? null;
}

type Data = {
  readonly line: StreamLine;
  readonly feed: string;
  /** Once it has authenticated. */
  accountId: string | null;
};

/** Every open stream of the exchange: it opens sessions and tells each what concerns it. */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #faults: StreamFaults;
  readonly #connections = new Map<StreamSession, Connection>();
  readonly #trading = new Map<TradingStreamSession, StreamLine>();
  readonly #data = new Map<DataStreamSession, Data>();
  readonly #testTicker: TestTicker;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
    this.#faults = parts.faults ?? NO_STREAM_FAULTS;
    this.#testTicker = new TestTicker(parts.clock, (publication) =>
      this.#publish(publication, (feed) => feed === 'test'),
    );
  }

  /** @throws when the path names no stream: ask `isStreamPath` first */
  open(request: StreamRequest, connection: Connection): StreamSession {
    const isTrading = request.path === '/stream';
    if (this.#faults.refusesConnection(isTrading ? 'trading' : 'data')) {
      connection.terminate();
      return { receive: () => undefined, closed: () => undefined };
    }
    const session = isTrading ? this.#openTrading(connection) : this.#openData(request, connection);
    this.#connections.set(session, connection);
    return {
      receive: (data) => {
        try {
          session.receive(data);
        } catch (error) {
          // Our own fault costs this client its line, and nobody else anything.
          this.#parts.onFault?.(error, request.path);
          connection.close(closeCodes.internalError);
        }
      },
      closed: () => {
        session.closed();
        this.#forget(session);
      },
    };
  }

  /** Whether a ping on a stream of this path is answered. */
  answersPing(path: string): boolean {
    return this.#faults.answersPing(path === '/stream' ? 'trading' : 'data');
  }

  onEvent(event: ExchangeEvent): void {
    if (event.kind === 'trade_update') {
      this.#sendTradeUpdate(event);
      return;
    }
    if (this.#data.size === 0) return;
    const venue = this.#venueOf(event);
    for (const publication of publicationsOf(event)) this.#spread(publication, venue);
    if (event.kind !== 'bar' || event.bar.durationMs >= 86_400_000) return;
    const { symbol } = event.bar;
    // A day is put together from all its bars: not for nobody.
    if (![...this.#data.keys()].some((session) => session.wants('dailyBars', symbol))) return;
    const today = this.#parts.todayOf?.(symbol) ?? null;
    if (today !== null && venue !== 'night') {
      this.#spread(barPublication('dailyBars', today), 'day');
    }
  }

  /** How many clients are connected, to each kind of stream. */
  get counts(): { readonly trading: number; readonly data: number } {
    return { trading: this.#trading.size, data: this.#data.size };
  }

  /** Cuts every line without a goodbye, as a failing network does. */
  drop(): void {
    for (const connection of [...this.#connections.values()]) connection.terminate();
  }

  close(): void {
    this.#testTicker.stop();
    for (const connection of [...this.#connections.values()])
      connection.close(closeCodes.goingAway);
  }

  #sendTradeUpdate(update: TradeUpdate): void {
    if (this.#trading.size === 0) return;
    const hearing = [...this.#trading].filter(([session]) => session.hears(update.accountId));
    const { tradingStreams } = this.#parts.settings;
    for (const [session, line] of tradingStreams === 'all_hear' ? hearing : hearing.slice(-1)) {
      const names = this.#faults.namesOf(update.accountId);
      const firings = this.#faults.onMessage('trading', () =>
        orderFacts(update.order, update.event, names),
      );
      line.deliver(() => session.onTradeUpdate(update), this.#faults.onLine(firings));
    }
  }

  /** Where a price comes from; null for what all feeds tell. */
  #venueOf(event: Exclude<ExchangeEvent, TradeUpdate>): Venue | null {
    const { venueAt } = this.#parts;
    switch (event.kind) {
      case 'quote':
      case 'trade':
        return venueAt?.(event.at) ?? 'day';
      case 'bar':
        return venueAt?.(event.bar.at) ?? 'day';
      case 'status':
      case 'notice':
        return null;
    }
  }

  /** The delayed feed tells the same, a quarter of an hour later. */
  #spread(publication: Publication, venue: Venue | null): void {
    const market = marketOf(publication.symbol);
    if (market === 'crypto') {
      this.#publish(publication, (feed) => feed === 'crypto');
      return;
    }
    if (venue !== 'day') {
      this.#publish(publication, (feed) => feed === 'boats' || feed === 'overnight');
      if (venue === 'night') return;
    }
    this.#publish(publication, (feed) => feed === 'iex' || feed === 'sip');
    if (![...this.#data.values()].some(({ feed }) => feed === 'delayed_sip')) return;
    this.#parts.clock.after(DELAYED_BY_MS, () =>
      this.#publish(publication, (feed) => feed === 'delayed_sip'),
    );
  }

  #publish(publication: Publication, isMeant: (feed: string) => boolean): void {
    const { channel, symbol, message } = publication;
    for (const [session, { line, feed, accountId }] of this.#data) {
      if (!isMeant(feed) || !session.wants(channel, symbol)) continue;
      const firings = this.#faults.onMessage('data', () => ({
        stream: 'data',
        symbols: [symbol],
        account: accountId === null ? [] : this.#faults.namesOf(accountId),
        event: eventOf[channel],
      }));
      const shown = firings.length === 0 ? message : this.#faults.shown(message, firings);
      if (shown === null) continue;
      const changed = { ...publication, message: shown };
      line.deliver(() => session.publish(changed), this.#faults.onLine(firings));
    }
  }

  #openTrading(connection: Connection): TradingStreamSession {
    const { authenticate, clock, settings } = this.#parts;
    const session = new TradingStreamSession({
      connection,
      authenticate: (keyId, secretKey) => {
        const accountId = authenticate(keyId, secretKey);
        if (accountId === null) return null;
        return this.#faults.onAuthentication('trading', accountId) === null ? accountId : null;
      },
      frames: settings.tradingFrames,
      showsCancelRequest: settings.cancelRequestedAt,
    });
    this.#trading.set(session, new StreamLine(connection, clock));
    return session;
  }

  #openData({ path, contentType }: StreamRequest, connection: Connection): DataStreamSession {
    const feed = feedOf(path);
    if (feed === null) throw new Error(`${path} is no stream`);
    const { clock, settings } = this.#parts;
    const data: Data = { line: new StreamLine(connection, clock), feed, accountId: null };
    const session: DataStreamSession = new DataStreamSession({
      connection,
      codec: contentType === 'application/msgpack' ? 'msgpack' : 'json',
      market: feed === 'crypto' ? 'crypto' : 'stocks',
      clock: this.#parts.handshakeClock ?? clock,
      symbolLimit: settings.symbolLimit,
      admit: (keyId, secretKey) => this.#admit(data, keyId, secretKey),
    });
    this.#data.set(session, data);
    if (feed === 'test') this.#testTicker.start();
    return session;
  }

  #admit(data: Data, keyId: string, secretKey: string): number | null {
    const { authenticate, settings } = this.#parts;
    const accountId = authenticate(keyId, secretKey);
    if (accountId === null) return 402;
    const fault = this.#faults.onAuthentication('data', accountId);
    if (fault !== null) return fault;
    if (!settings.isV2Enabled) return 408;
    if (!settings.feeds.includes(data.feed)) return 409;
    const open = [...this.#data.values()].filter((one) => one.accountId === accountId);
    if (open.length >= settings.dataConnections) return 406;
    data.accountId = accountId;
    return null;
  }

  #forget(session: StreamSession): void {
    this.#connections.delete(session);
    if (session instanceof TradingStreamSession) this.#trading.delete(session);
    if (session instanceof DataStreamSession) this.#data.delete(session);
    if (![...this.#data.values()].some(({ feed }) => feed === 'test')) this.#testTicker.stop();
  }
}
