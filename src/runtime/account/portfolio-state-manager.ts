import type { NakedTime, SystemStatus } from '../../domain/answers.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type {
  PortfolioSnapshot,
  Position,
  PositionContext,
  PositionSide,
} from '../../domain/portfolio.ts';
import { entryContextFor } from '../../engine/account/entry-context.ts';
import type { MarketEvent, Streams } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import { AccountPicture } from './account-picture.ts';
import type { AccountReader } from './account-reader.ts';
import type { EpisodeKeeper } from './episode-keeper.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { MarketFeed } from './market-feed.ts';
import type { NakedMeters } from './naked-meters.ts';
import type { OrderBook } from './order-book.ts';
import type { OrderDesk } from './order-desk.ts';
import type { PassedStops } from './passed-stops.ts';
import type { SessionCalendar } from './session-calendar.ts';
import type { StreamTrust } from './stream-trust.ts';
import type { TradingStateLevels } from './trading-state.ts';

/** Prices that take longer than this to read hold up neither a cycle nor a plan. */
const PRICES_WAIT_MS = 1_500;
const UNREADABLE = 'account_unreadable';
/** Without a reason an error is made for each, with the stack that nobody looks at. */
const CAME = 'the prices came';

type Parts = {
  readonly reader: AccountReader;
  readonly orders: OrderBook;
  readonly desk: OrderDesk;
  readonly stream: StreamTrust;
  readonly streams: Streams;
  readonly market: MarketFeed;
  readonly passed: PassedStops;
  readonly calendar: SessionCalendar;
  readonly episodes: EpisodeKeeper;
  readonly ledger: IntentLedger;
  readonly meters: NakedMeters;
  readonly tradingState: TradingStateLevels;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
  /** The broker's clock less ours, as far as it is surely off. */
  readonly brokerAheadMs: () => number;
};

/**
 * Keeps the one picture of the account: read from the broker every cycle, kept current by its
 * streams in between, handed out as immutable snapshots.
 */
export class PortfolioStateManager {
  readonly #parts: Parts;
  readonly #picture: AccountPicture;
  readonly #stream: StreamTrust;
  readonly #listeners: ((symbol: Ticker) => void)[] = [];
  readonly #readingListeners: (() => void)[] = [];
  #watched: readonly Ticker[] = [];
  #reachable = false;
  #reading: Promise<string | null> | null = null;
  #queued: Promise<string | null> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#picture = new AccountPicture(parts);
    this.#stream = parts.stream;
    parts.desk.onNews((order) => this.#spread(this.#picture.takeOrder(order)));
    parts.tradingState.onChange(() => this.#picture.touch());
    parts.passed.onPassed((symbol) => {
      // A plan would read the account to be refused: what clears it up is looked at by itself.
      if (!this.#picture.isContradicted(symbol)) this.reconsider(symbol);
    });
  }

  /** Begins to listen to both streams. */
  listen(): void {
    const { streams, market } = this.#parts;
    streams.openTrading({
      onEvent: (update) => this.#spread(this.#picture.takeUpdate(update)),
      onState: (state, because) => {
        this.#stream.changed(state, because);
        // What was missed while it was down is not repeated: read before trusting it again.
        if (state === 'live') void this.updateFromAlpaca();
      },
    });
    streams.openMarket({
      onEvent: (event) => this.#applyPrice(event),
      onState: (state, because) => market.changed(state, because),
    });
  }

  /** Called with each symbol in which something happened that calls for a new look. */
  onChange(listener: (symbol: Ticker) => void): void {
    this.#listeners.push(listener);
  }

  /** Called after each reading of the whole account. */
  onReading(listener: () => void): void {
    this.#readingListeners.push(listener);
  }

  reconsider(symbol: Ticker): void {
    for (const listener of this.#listeners) listener(symbol);
  }

  /**
   * Reads account, positions and orders anew: three requests, whatever the number of
   * positions. The read begins after the call, so that it holds what happened before; calls
   * that come while one is running share the next.
   *
   * @returns null, or in words why the account could not be read; then all stays as it was
   */
  updateFromAlpaca(): Promise<string | null> {
    if (this.#reading === null) return this.#beginReading();
    this.#queued ??= this.#reading.then(() => {
      this.#queued = null;
      return this.#beginReading();
    });
    return this.#queued;
  }

  /** The picture now; null until the account was read for the first time. */
  snapshot(): PortfolioSnapshot | null {
    return this.#picture.snapshot();
  }

  symbols(): readonly Ticker[] {
    return this.#picture.symbols();
  }

  /** All that a policy may see of one symbol; null when nothing is held. */
  getCompleteContext(symbol: Ticker): PositionContext | null {
    return this.#picture.contextOf(symbol);
  }

  /** Symbols that are surely flat although orders still rest in them. */
  flatSymbols(): readonly Ticker[] {
    return this.#picture.flatSymbols();
  }

  /** A flat symbol with exits of ours as a position of no shares; null for any other. */
  getFlatContext(symbol: Ticker): PositionContext | null {
    return this.#picture.flatContextOf(symbol);
  }

  /** A symbol before something is opened on this side; null where nothing can be said of it. */
  getEntryContext(symbol: Ticker, side: PositionSide): PositionContext | null {
    const snapshot = this.snapshot();
    return snapshot === null ? null : entryContextFor(snapshot, symbol, side);
  }

  /** Learns the prices and the range of symbols in which something may be opened, as of those held. */
  async follow(symbols: readonly Ticker[]): Promise<void> {
    const { market } = this.#parts;
    market.follow(symbols);
    this.#watchSymbols();
    await this.#waitForPrices(Promise.all([market.updateRanges(symbols), market.freshen(symbols)]));
  }

  /** A position with its live orders, legs flattened; null when nothing is held. */
  getPositionWithOrders(
    symbol: Ticker,
  ): { readonly position: Position; readonly orders: readonly Order[] } | null {
    const context = this.getCompleteContext(symbol);
    return context === null ? null : { position: context.position, orders: context.orders };
  }

  nakedTime(symbol: Ticker): NakedTime {
    return this.#parts.meters.nakedTime(symbol, this.#parts.clock.now());
  }

  streams(): SystemStatus['streams'] {
    return { trading: this.#stream.inWords(), market: this.#parts.market.state };
  }

  /** True when `symbols` were read from the broker within `maxAgeMs` and no fill came since. */
  isFresh(symbols: readonly Ticker[], maxAgeMs: number): boolean {
    return this.#picture.isFresh(symbols, maxAgeMs);
  }

  /**
   * True when the account was read within `maxAgeMs`, and the stream has surely told of all that
   * happened to the symbol's shares since.
   */
  isTold(symbol: Ticker, maxAgeMs: number): boolean {
    return this.#stream.isTrusted() && this.#picture.isTold(symbol, maxAgeMs);
  }

  /** Asks for new prices of those symbols whose quote is stale; late ones hold up nobody. */
  freshenQuotes(symbols: readonly Ticker[]): Promise<void> {
    return this.#waitForPrices(this.#parts.market.freshen(symbols));
  }

  /** The order once `until` holds for it; null when that took longer than `timeoutMs`. */
  waitForOrder(
    id: OrderId,
    until: (order: Order) => boolean,
    timeoutMs: number,
  ): Promise<Order | null> {
    return this.#parts.desk.waitFor(id, until, timeoutMs);
  }

  /** A fault of our own: trading is halted until a restart. */
  halt(because: string): void {
    this.#parts.tradingState.halt(because);
  }

  #beginReading(): Promise<string | null> {
    this.#reading = this.#readOnce().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<string | null> {
    const { reader, calendar, tradingState, logger } = this.#parts;
    const mark = this.#picture.mark();
    const trust = this.#stream.beginReading();
    try {
      const [reading, because] = await Promise.all([reader.read(), calendar.update()]);
      if (because !== null)
        logger.log({ type: 'cycle_failed', actor: 'system', body: { because } });
      const changed = this.#picture.takeReading(reading, mark);
      this.#reachable = true;
      tradingState.clear(UNREADABLE);
      this.#watchSymbols();
      this.#parts.desk.notify();
      for (const symbol of changed) this.reconsider(symbol);
      for (const id of this.#picture.missingFrom(reading)) void this.#parts.desk.lookAt(id);
      this.#stream.trust(trust);
      for (const listener of this.#readingListeners) listener();
    } catch (error) {
      this.#reachable = false;
      this.#measure(this.symbols());
      const because = reasonOf(error);
      tradingState.raise({
        state: 'reducing',
        code: UNREADABLE,
        because: `the account cannot be read: ${because}`,
        clearedBy: 'the next reading that succeeds',
      });
      return because;
    }
    await this.#updatePrices();
    this.#measure([...this.symbols(), ...this.#parts.meters.nakedSymbols()]);
    return null;
  }

  #applyPrice(event: MarketEvent): void {
    const { market, passed } = this.#parts;
    const isFirst = this.#isFirstPrice(event);
    if (!market.apply(event)) return;
    this.#picture.touch();
    const { lastTrade } = market.of(event.symbol);
    if (event.kind === 'trade' && lastTrade !== null) {
      this.#picture.takeTrade(event.symbol, lastTrade);
    }
    if (event.kind === 'status' || isFirst) this.reconsider(event.symbol);
    // Shares under a stop-limit that has triggered are bare from here on, whoever looks when.
    if (this.#picture.holds(event.symbol) && passed.see(event.symbol))
      this.#measure([event.symbol]);
  }

  /** True for the session's first price of a symbol: stops that live for a day waited for it. */
  #isFirstPrice({ symbol }: MarketEvent): boolean {
    const { market, calendar, clock } = this.#parts;
    const { openAt } = calendar.sessionAt(clock.now());
    if (openAt === null) return false;
    const { quote, lastTrade } = market.of(symbol);
    return Math.max(quote?.at ?? 0, lastTrade?.at ?? 0) < openAt;
  }

  /** Those who wait for orders or watch symbols hear that something happened there. */
  #spread(symbols: readonly Ticker[]): void {
    if (symbols.length === 0) return;
    this.#measure(symbols);
    this.#parts.desk.notify();
    for (const symbol of symbols) this.reconsider(symbol);
  }

  #measure(symbols: readonly Ticker[]): void {
    const { meters, clock, market } = this.#parts;
    const at = clock.now();
    if (this.snapshot() === null) return;
    const isStreamed = market.state === 'live';
    for (const symbol of symbols) {
      const context = this.getCompleteContext(symbol);
      if (context === null) meters.close(symbol, at);
      else meters.look(context, at, this.#reachable, isStreamed);
    }
  }

  #updatePrices(): Promise<void> {
    const { market } = this.#parts;
    const symbols = this.#priced();
    return this.#waitForPrices(
      Promise.all([market.updateRanges(symbols), market.fillGaps(symbols)]),
    );
  }

  async #waitForPrices(asked: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const prices = asked.then(() => {
      this.#picture.touch();
      done.abort(CAME);
    });
    await Promise.race([prices, this.#parts.clock.sleep(PRICES_WAIT_MS, done.signal)]);
  }

  #priced(): readonly Ticker[] {
    return [...new Set([...this.symbols(), ...this.#parts.market.followed()])];
  }

  #watchSymbols(): void {
    const symbols = this.#priced();
    const isSame =
      symbols.length === this.#watched.length &&
      symbols.every((symbol, index) => symbol === this.#watched[index]);
    if (isSame) return;
    this.#watched = symbols;
    this.#parts.streams.watch(symbols);
  }
}
