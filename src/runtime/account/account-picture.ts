import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { Trade } from '../../domain/market.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type {
  Account,
  Incoherence,
  PortfolioSnapshot,
  Position,
  PositionContext,
} from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import { contextFor } from '../../engine/account/context.ts';
import { isHalfHeard } from '../../engine/account/groups.ts';
import { flatContextFor } from '../../engine/decision/orphans.ts';
import type { OrderUpdate } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import { logObserved } from '../plans/step-journal.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { AccountReading } from './account-reader.ts';
import { CoherenceWatch } from './coherence-watch.ts';
import { EpisodeCarrier } from './episode-carrier.ts';
import type { EpisodeKeeper } from './episode-keeper.ts';
import { FlatWatch } from './flat-watch.ts';
import type { IntentLedger } from './intent-ledger.ts';
import type { MarketFeed } from './market-feed.ts';
import { growthOf, type OrderBook, type OrderChange } from './order-book.ts';
import { logFill, logOrderUpdate } from './order-journal.ts';
import { withoutFuture } from './order-times.ts';
import { PositionBook } from './position-book.ts';
import { RenameWatch } from './rename-watch.ts';
import type { SessionCalendar } from './session-calendar.ts';
import { SnapshotMaker } from './snapshot-maker.ts';
import type { TradingStateLevels } from './trading-state.ts';

type Parts = {
  readonly orders: OrderBook;
  readonly market: MarketFeed;
  readonly calendar: SessionCalendar;
  readonly episodes: EpisodeKeeper;
  readonly ledger: IntentLedger;
  readonly tradingState: TradingStateLevels;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
  /** The broker's clock less ours: its orders bear its own times. */
  readonly brokerAheadMs: () => number;
};

/**
 * What is true of the account, as far as it was told: takes in whole readings and single
 * words about orders, writes down what they tell, and hands out snapshots. It asks nobody.
 */
export class AccountPicture {
  readonly #parts: Parts;
  readonly #orders: OrderBook;
  readonly #positions = new PositionBook();
  readonly #coherence = new CoherenceWatch();
  readonly #flat = new FlatWatch();
  readonly #renames = new RenameWatch();
  readonly #snapshots: SnapshotMaker;
  readonly #carrier: EpisodeCarrier;
  #account: Account | null = null;
  #confirmedAt: EpochMs = 0;
  #incoherences: readonly Incoherence[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#orders = parts.orders;
    this.#snapshots = new SnapshotMaker(parts);
    this.#carrier = new EpisodeCarrier({ ...parts, positions: this.#positions });
  }

  /** Says that something changed which shows in a snapshot. */
  touch(): void {
    this.#snapshots.touch();
  }

  symbols(): readonly Ticker[] {
    return this.#positions.list().map(({ symbol }) => symbol);
  }

  holds(symbol: Ticker): boolean {
    return this.#positions.get(symbol) !== null;
  }

  /** Null until the account was read for the first time. */
  snapshot(): PortfolioSnapshot | null {
    if (this.#account === null) return null;
    return this.#snapshots.make({
      account: this.#account,
      positions: this.#positions.list(),
      orders: this.#orders.list(),
      incoherences: this.#incoherences,
      confirmedAt: this.#confirmedAt,
    });
  }

  /**
   * A trade was printed; it may be the best price of an episode. Out of hours it is none:
   * prices are thin there, and around a split on either scale, so that no stop follows them.
   */
  takeTrade(symbol: Ticker, trade: Trade): void {
    const { calendar, episodes } = this.#parts;
    if (calendar.isTradedAt(symbol, trade.at) && episodes.noteTrade(symbol, trade)) this.touch();
  }

  /** Null when nothing is held. */
  contextOf(symbol: Ticker): PositionContext | null {
    const snapshot = this.snapshot();
    return snapshot === null ? null : contextFor(snapshot, symbol);
  }

  /** Symbols that are surely flat although orders still rest in them. */
  flatSymbols(): readonly Ticker[] {
    return this.#flat.list().filter((symbol) => this.#isFlat(symbol));
  }

  /** A flat symbol with exits of ours as a position of no shares; null for any other. */
  flatContextOf(symbol: Ticker): PositionContext | null {
    const snapshot = this.snapshot();
    return snapshot !== null && this.#isFlat(symbol) ? flatContextFor(snapshot, symbol) : null;
  }

  #isFlat(symbol: Ticker): boolean {
    return (
      this.#flat.isFlat(symbol) &&
      this.#positions.get(symbol) === null &&
      this.#positions.isConfirmed(symbol) &&
      !this.isContradicted(symbol)
    );
  }

  /**
   * True when `symbols` were read from the broker within `maxAgeMs`, no fill came since, and
   * no price that their shares may not fit.
   */
  isFresh(symbols: readonly Ticker[], maxAgeMs: number): boolean {
    return (
      this.#parts.clock.now() - this.#confirmedAt <= maxAgeMs &&
      symbols.every((symbol) => this.#positions.isConfirmed(symbol) && !this.#hasJumped(symbol))
    );
  }

  /**
   * True when the account was read within `maxAgeMs`, agrees with itself in `symbol`, and neither
   * a price came since that its shares may not fit nor the end of half a group: then the fills
   * that were heard of tell the rest.
   */
  isTold(symbol: Ticker, maxAgeMs: number): boolean {
    return (
      this.#parts.clock.now() - this.#confirmedAt <= maxAgeMs &&
      !this.#incoherences.some((one) => isAbout(one, symbol) && one.isLag !== true) &&
      !this.#hasJumped(symbol) &&
      !isHalfHeard(this.#orders.of(symbol), this.#confirmedAt + this.#parts.brokerAheadMs())
    );
  }

  #hasJumped(symbol: Ticker): boolean {
    const { episodes, market } = this.#parts;
    const { lastTrade } = market.of(symbol);
    const isNews = lastTrade !== null && lastTrade.at >= this.#confirmedAt;
    return isNews && episodes.hasJumped(symbol, lastTrade.price);
  }

  /** To be asked before a reading begins; given to `takeReading` with its answer. */
  mark(): number {
    return this.#positions.mark();
  }

  /** @returns symbols that call for a new look; none after the first reading */
  takeReading(read: AccountReading, mark: number): readonly Ticker[] {
    const { tradingState, settings, episodes } = this.#parts;
    const reading = { ...read, positions: this.#positions.recognized(read.positions) };
    const isFirst = this.#account === null;
    const changes = this.#merge(reading.orders);
    const traded = new Set<Ticker>();
    for (const change of changes) {
      this.#noteOrder(change);
      const growth = growthOf(change, null);
      if (growth === null || (isFirst && change.before === null)) continue;
      traded.add(change.after.symbol);
      if (change.before !== null) logFill(this.#parts.logger, growth, null);
    }
    this.#orders.prune(reading.at - settings.orderLookbackMs);
    const doubtedBefore = this.#incoherences;
    const flatBefore = new Set(this.flatSymbols());
    const aheadMs = this.#parts.brokerAheadMs();
    const at = reading.at + aheadMs;
    this.#incoherences = this.#coherence.judge(
      { ...reading, at, isClockOff: aheadMs !== 0, orders: this.#orders.list() },
      (symbol) => this.#positions.get(symbol),
    );
    const unsure = this.symbols().filter((symbol) => !this.#positions.isConfirmed(symbol));
    const behind = this.#incoherences.flatMap(({ symbol, isLag }) =>
      symbol !== null && isLag === true ? [symbol] : [],
    );
    const doubted = this.#doubted(reading.positions);
    this.#positions.confirm(reading.positions, mark, doubted, new Set(behind));
    this.#flat.read(reading.at, new Set(this.symbols()), this.#orders.liveSymbols());
    this.#account = reading.account;
    this.#carrier.look(reading);
    this.#confirmedAt = reading.at;
    tradingState.judgeAccount(reading.account);
    const known = new Set([...this.symbols(), ...episodes.open().keys()]);
    this.touch();
    this.#carrier.carryOn(known, traded, this.#coherence.splits);
    const { openAt } = this.#parts.calendar.sessionAt(reading.at);
    const doubts = [
      ...episodes.scaleDoubts(this.#positions.list(), reading.at, openAt),
      ...this.#renames.judge(reading.positions, traded),
      ...this.#renames.leaving((symbol) => this.#positions.isConfirmed(symbol)),
    ];
    if (doubts.length > 0) this.#incoherences = [...this.#incoherences, ...doubts];
    if (isFirst) return [];
    // What nobody could act on as long as it contradicted itself.
    const cleared = doubtedBefore.flatMap(({ symbol }) => symbol ?? []);
    // A fill alone tells of the price that it was paid at, which may be nobody's market.
    const sure = unsure.filter((symbol) => this.#positions.isConfirmed(symbol));
    return [
      ...new Set([
        ...symbolsOf(changes),
        ...cleared.filter((each) => !this.isContradicted(each)),
        ...sure,
        // What rests there can only open a position, and nobody else asks for the symbol.
        ...this.flatSymbols().filter((each) => !flatBefore.has(each)),
      ]),
    ];
  }

  /** True while positions, orders and prices do not agree, so that nothing is sent in the symbol. */
  isContradicted(symbol: Ticker): boolean {
    return this.#incoherences.some((one) => isAbout(one, symbol));
  }

  /**
   * Orders that count as live and that a reading younger than they should have shown: they
   * ended, or another took their place, and nobody heard of it.
   */
  missingFrom({ at, orders }: AccountReading): readonly OrderId[] {
    const shown = new Set(orders.map(({ id }) => id));
    const before = at + this.#parts.brokerAheadMs();
    return this.#orders
      .list()
      .filter(
        ({ id, status, updatedAt }) => !isTerminal(status) && updatedAt < before && !shown.has(id),
      )
      .map(({ id }) => id);
  }

  /**
   * Takes in an event of the trading stream.
   *
   * @returns the symbols it changed; none when it was heard before
   */
  takeUpdate(update: OrderUpdate): readonly Ticker[] {
    const changes = this.#merge([update.order]);
    if (changes.length === 0) return [];
    logOrderUpdate(this.#parts.logger, update);
    return this.#takeChanges(changes, update);
  }

  /** Takes in an order that was asked for by itself. @returns the symbols it changed */
  takeOrder(order: Order): readonly Ticker[] {
    return this.#takeChanges(this.#merge([order]), null);
  }

  #merge(orders: readonly Order[]): OrderChange[] {
    const { clock, brokerAheadMs } = this.#parts;
    const now = clock.now() + brokerAheadMs();
    return this.#orders.merge(withoutFuture(orders, now, (id) => this.#orders.get(id)));
  }

  /**
   * What orders heard of singly filled is not in the positions read last, and an order that
   * no read has shown is younger than that read.
   */
  #takeChanges(changes: readonly OrderChange[], update: OrderUpdate | null): readonly Ticker[] {
    const execution = update?.execution ?? null;
    const toldOf = (id: OrderId) => (execution?.orderId === id ? execution : null);
    const traded = new Set<Ticker>();
    for (const change of changes) {
      this.#noteOrder(change);
      this.#noteRename(change.after);
      const told = toldOf(change.after.id);
      const growth = growthOf(change, told?.price ?? null);
      if (growth === null) continue;
      traded.add(change.after.symbol);
      this.#positions.fill(growth);
      // What came with executions that were lost on the way is not this one's alone.
      const isWhole = told?.quantity.eq(growth.shares) === true;
      logFill(this.#parts.logger, growth, isWhole ? told.executionId : null);
    }
    const symbols = symbolsOf(changes);
    this.touch();
    this.#carrier.carryOn(symbols, traded);
    return symbols;
  }

  #noteOrder({ before, after }: OrderChange): void {
    const { ledger, logger } = this.#parts;
    this.touch();
    ledger.observe(after);
    const hasEnded = isTerminal(after.status) && (before === null || !isTerminal(before.status));
    // Who starts anew sees every end again.
    if (hasEnded && ledger.knows(after.clientOrderId) && !ledger.hasObserved(after)) {
      logObserved(logger, ledger.planOf(after.clientOrderId), after);
    }
  }

  /** The stream tells of a rename by its orders, before any reading shows where the shares are. */
  #noteRename(order: Order): void {
    const old = order.replaces === null ? null : this.#orders.get(order.replaces);
    if (old === null || old.symbol === order.symbol) return;
    this.#positions.doubt(old.symbol);
    this.#incoherences = [...this.#incoherences, this.#renames.noteSuccessor(old, order)];
  }

  /** Symbols that have vanished from the list although nothing explains it. */
  #doubted(positions: readonly Position[]): ReadonlySet<Ticker> {
    const listed = new Set(positions.map(({ symbol }) => symbol));
    return new Set(
      this.#incoherences.flatMap(({ symbol }) =>
        symbol === null || listed.has(symbol) ? [] : [symbol],
      ),
    );
  }
}

const isAbout = (one: Incoherence, symbol: Ticker): boolean =>
  one.symbol === null || one.symbol === symbol;

const symbolsOf = (changes: readonly OrderChange[]): readonly Ticker[] => [
  ...new Set(changes.map(({ after }) => after.symbol)),
];
