import type { NakedTime, SystemStatus } from '../domain/answers.ts';
import type { OrderId, Ticker } from '../domain/ids.ts';
import { isTerminal, type Order } from '../domain/order.ts';
import type {
  Account,
  Incoherence,
  PortfolioSnapshot,
  Position,
  PositionContext,
} from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';
import type { MarketEvent, OrderUpdate, Streams } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { AccountReader, AccountReading } from './account-reader.ts';
import { CoherenceWatch } from './coherence-watch.ts';
import { reasonOf } from './deadline.ts';
import type { EpisodeKeeper } from './episode-keeper.ts';
import type { EventLogger } from './event-logger.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { MarketFeed } from './market-feed.ts';
import type { NakedMeters } from './naked-meters.ts';
import { growthOf, type OrderBook, type OrderChange } from './order-book.ts';
import type { OrderDesk } from './order-desk.ts';
import { logFill, logOrderUpdate } from './order-journal.ts';
import { PositionBook } from './position-book.ts';
import type { SessionCalendar } from './session-calendar.ts';
import type { RuntimeSettings } from './settings.ts';
import { SnapshotMaker } from './snapshot-maker.ts';
import { logObserved } from './step-journal.ts';
import type { StreamTrust } from './stream-trust.ts';
import type { TradingStateLevels } from './trading-state.ts';

/** Prices that take longer than this to read do not hold up a cycle. */
const PRICES_WAIT_MS = 1_500;

type Parts = {
  readonly reader: AccountReader;
  readonly orders: OrderBook;
  readonly desk: OrderDesk;
  readonly stream: StreamTrust;
  readonly streams: Streams;
  readonly market: MarketFeed;
  readonly calendar: SessionCalendar;
  readonly episodes: EpisodeKeeper;
  readonly ledger: IntentLedger;
  readonly meters: NakedMeters;
  readonly tradingState: TradingStateLevels;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * The one picture of the account: read from the broker every cycle, kept current by its
 * streams in between, handed out as immutable snapshots.
 */
export class PortfolioStateManager {
  readonly #parts: Parts;
  readonly #orders: OrderBook;
  readonly #positions = new PositionBook();
  readonly #coherence = new CoherenceWatch();
  readonly #stream: StreamTrust;
  readonly #snapshots: SnapshotMaker;
  readonly #listeners: ((symbol: Ticker) => void)[] = [];
  #account: Account | null = null;
  #confirmedAt: EpochMs = 0;
  #incoherences: readonly Incoherence[] = [];
  #watched: readonly Ticker[] = [];
  #reachable = false;
  #reading: Promise<string | null> | null = null;
  #queued: Promise<string | null> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#orders = parts.orders;
    this.#stream = parts.stream;
    parts.desk.onNews((order) => this.#absorbNews(this.#orders.merge([order]), null));
    this.#snapshots = new SnapshotMaker(parts);
    parts.tradingState.onChange(() => this.#snapshots.touch());
  }

  /** Begins to listen to both streams. */
  listen(): void {
    const { streams, market } = this.#parts;
    streams.openTrading({
      onEvent: (update) => this.#applyUpdate(update),
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
    if (this.#account === null) return null;
    const news = this.#parts.episodes.news();
    if (news.length > 0) this.#carryEpisodesOn(news);
    return this.#snapshots.make({
      account: this.#account,
      positions: this.#positions.list(),
      orders: this.#orders.list(),
      ordersOf: (symbol) => this.#orders.of(symbol),
      incoherences: this.#incoherences,
      confirmedAt: this.#confirmedAt,
    });
  }

  symbols(): readonly Ticker[] {
    return this.#positions.list().map(({ symbol }) => symbol);
  }

  /** All that a policy may see of one symbol; null when nothing is held. */
  getCompleteContext(symbol: Ticker): PositionContext | null {
    return this.snapshot() === null ? null : this.#snapshots.contextOf(symbol);
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
    return { trading: this.#stream.state, market: this.#parts.market.state };
  }

  /** True when `symbols` were read from the broker within `maxAgeMs` and no fill came since. */
  isFresh(symbols: readonly Ticker[], maxAgeMs: number): boolean {
    return (
      this.#parts.clock.now() - this.#confirmedAt <= maxAgeMs &&
      symbols.every((symbol) => this.#positions.isConfirmed(symbol))
    );
  }

  /** Asks for new prices of those symbols whose quote is stale. */
  async freshenQuotes(symbols: readonly Ticker[]): Promise<void> {
    await this.#parts.market.freshen(symbols);
    this.#snapshots.touch();
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
    const { reader, calendar, logger } = this.#parts;
    const mark = this.#positions.mark();
    const trust = this.#stream.beginReading();
    try {
      const [reading, because] = await Promise.all([reader.read(), calendar.update()]);
      if (because !== null)
        logger.log({ type: 'cycle_failed', actor: 'system', body: { because } });
      this.#absorbReading(reading, mark);
      this.#stream.trust(trust);
    } catch (error) {
      this.#reachable = false;
      this.#measure(this.symbols());
      return reasonOf(error);
    }
    await this.#updatePrices();
    this.#measure([...this.symbols(), ...this.#parts.meters.nakedSymbols()]);
    return null;
  }

  #absorbReading(reading: AccountReading, mark: number): void {
    const { tradingState, settings } = this.#parts;
    const isFirst = this.#account === null;
    const changes = this.#orders.merge(reading.orders);
    for (const change of changes) {
      this.#noteOrder(change);
      const growth = change.before === null ? null : growthOf(change, null);
      if (growth !== null) logFill(this.#parts.logger, growth, null);
    }
    this.#orders.prune(reading.at - settings.orderLookbackMs);
    this.#incoherences = this.#coherence.judge({ ...reading, orders: this.#orders.list() });
    const listed = new Set(reading.positions.map(({ symbol }) => symbol));
    const doubted = this.#incoherences.flatMap(({ symbol }) =>
      symbol === null || listed.has(symbol) ? [] : [symbol],
    );
    this.#positions.confirm(reading.positions, mark, new Set(doubted));
    this.#account = reading.account;
    this.#confirmedAt = reading.at;
    this.#reachable = true;
    tradingState.judgeAccount(reading.account);
    this.#carryEpisodesOn(new Set([...this.symbols(), ...this.#parts.episodes.open().keys()]));
    this.#watchSymbols();
    this.#parts.desk.notify();
    if (!isFirst) for (const symbol of symbolsOf(changes)) this.reconsider(symbol);
  }

  #applyPrice(event: MarketEvent): void {
    const { market, episodes } = this.#parts;
    if (!market.apply(event)) return;
    this.#snapshots.touch();
    const { lastTrade } = market.of(event.symbol);
    if (event.kind === 'trade' && lastTrade !== null) episodes.noteTrade(event.symbol, lastTrade);
    if (event.kind === 'status') this.reconsider(event.symbol);
  }

  #applyUpdate(update: OrderUpdate): void {
    const changes = this.#orders.merge([update.order]);
    if (changes.length === 0) return; // Heard before.
    logOrderUpdate(this.#parts.logger, update);
    this.#absorbNews(changes, update);
  }

  /**
   * Orders heard of singly: what they filled is not in the positions read last, and an order
   * that no read has shown is younger than that read.
   */
  #absorbNews(changes: readonly OrderChange[], update: OrderUpdate | null): void {
    if (changes.length === 0) return;
    const execution = update?.execution ?? null;
    for (const change of changes) {
      this.#noteOrder(change);
      const told = execution?.orderId === change.after.id ? execution : null;
      const growth = growthOf(change, told?.price ?? null);
      if (growth === null) continue;
      this.#positions.fill(growth);
      logFill(this.#parts.logger, growth, told?.executionId ?? null);
    }
    this.#carryEpisodesOn(symbolsOf(changes));
    this.#measure(symbolsOf(changes));
    this.#parts.desk.notify();
    for (const symbol of symbolsOf(changes)) this.reconsider(symbol);
  }

  #noteOrder({ before, after }: OrderChange): void {
    const { ledger, logger } = this.#parts;
    this.#snapshots.touch();
    ledger.observe(after);
    const hasEnded = isTerminal(after.status) && (before === null || !isTerminal(before.status));
    if (hasEnded && ledger.knows(after.clientOrderId)) {
      logObserved(logger, ledger.planOf(after.clientOrderId), after);
    }
  }

  #carryEpisodesOn(symbols: Iterable<Ticker>): void {
    const { episodes, clock } = this.#parts;
    this.#snapshots.touch();
    if (this.#account === null) return;
    episodes.carryOn(symbols, this.#account.accountNumber, clock.now(), (symbol) => ({
      position: this.#positions.get(symbol),
      orders: this.#orders.of(symbol),
    }));
  }

  #measure(symbols: readonly Ticker[]): void {
    const { meters, clock } = this.#parts;
    const at = clock.now();
    const snapshot = this.snapshot();
    if (snapshot === null) return;
    const counts = snapshot.session.isOpen && this.#reachable;
    for (const symbol of symbols) {
      const context = this.#snapshots.contextOf(symbol);
      if (context === null) meters.close(symbol, at);
      else meters.look(context, at, counts);
    }
  }

  async #updatePrices(): Promise<void> {
    const { market, clock } = this.#parts;
    const symbols = this.symbols();
    const done = new AbortController();
    const prices = Promise.all([market.updateRanges(symbols), market.fillGaps(symbols)]).then(
      () => {
        this.#snapshots.touch();
        done.abort();
      },
    );
    await Promise.race([prices, clock.sleep(PRICES_WAIT_MS, done.signal)]);
  }

  #watchSymbols(): void {
    const symbols = this.symbols();
    const isSame =
      symbols.length === this.#watched.length &&
      symbols.every((symbol, index) => symbol === this.#watched[index]);
    if (isSame) return;
    this.#watched = symbols;
    this.#parts.streams.watch(symbols);
  }
}

const symbolsOf = (changes: readonly OrderChange[]): readonly Ticker[] => [
  ...new Set(changes.map(({ after }) => after.symbol)),
];
