import type { Decimal } from '../basics/decimal.ts';
import { draw } from '../basics/duration.ts';
import { PlaceIndex } from '../basics/place-index.ts';
import { Random } from '../basics/random.ts';
import {
  type Asset,
  type Calendar,
  type CorporateAction,
  defaultLatencies,
  defaultSwitches,
  type ExchangeCoreOptions,
  type ExchangeEvent,
  type ExchangeListener,
  type Execution,
  type Jitter,
  type JsonValue,
  type Latencies,
  type Milliseconds,
  type NonTradeActivity,
  type Order,
  type Session,
  type Switches,
  type TradeUpdateName,
  type TradingDay,
} from '../basics/types.ts';
import { Account } from './account.ts';
import { ActivityLog } from './activity-log.ts';
import { BarSeries } from './bar-series.ts';
import { EquityHistory } from './equity-history.ts';
import { type Interference, NO_INTERFERENCE } from './interference.ts';
import { SymbolMarket } from './market.ts';
import { NewsDesk } from './news-desk.ts';
import { ObjectGraph } from './object-graph.ts';
import { OrderArchive } from './order-archive.ts';
import { OrderRecord } from './order-record.ts';
import { OrderStore } from './order-store.ts';
import { PriceLadder } from './price-ladder.ts';
import { Scheduler } from './scheduler.ts';
import type { Task } from './tasks.ts';
import { TickHistory } from './tick-history.ts';

export type Locatable = { readonly availableQty: number; readonly feePerShare: Decimal };

/** A dividend that somebody is to receive, or to pay for a short. */
export type OwedDividend = {
  readonly account: Account;
  readonly action: CorporateAction;
  readonly qty: Decimal;
  readonly rate: Decimal;
};

type BookEntry = Omit<
  NonTradeActivity,
  'kind' | 'id' | 'accountId' | 'at' | 'date' | 'cusip' | 'status'
>;

const DEFAULT_TICKS_KEPT = 5_000;

/** The classes of everything that is reached from the kernel's fields. */
const SAVED_OBJECTS = new ObjectGraph({
  Account,
  ActivityLog,
  BarSeries,
  EquityHistory,
  NewsDesk,
  OrderArchive,
  OrderRecord,
  OrderStore,
  PlaceIndex,
  PriceLadder,
  Random,
  Scheduler,
  SymbolMarket,
  TickHistory,
});

/**
 * What all parts of the exchange share: the time, the books, the queue of what comes next.
 * Every field is saved but those with a private name.
 */
export class Kernel {
  now: Milliseconds;
  session: Session;
  /** When the session began; an older quote executes nothing. */
  sessionSince: Milliseconds;
  /** The trading day that a regular order entered now belongs to. */
  orderDay: TradingDay;
  switches: Switches;
  latencies: Latencies;
  private readonly jitter: Jitter;
  readonly ids: Random;
  readonly draws: Random;
  readonly delays: Random;
  /** Every corporate action there was or is to be, as announced. */
  readonly corporateActions: CorporateAction[] = [];
  awaitedActions: readonly CorporateAction[] = [];
  owedDividends: readonly OwedDividend[] = [];
  readonly newsDesk = new NewsDesk();
  readonly scheduler = new Scheduler();
  readonly orders = new OrderStore();
  readonly accounts: Account[] = [];
  readonly assets = new Map<string, Asset>();
  /** What the broker could locate, by symbol. */
  readonly locatable = new Map<string, Locatable>();
  private readonly oldPairNames = new Map<string, string>();
  private readonly ticksKept: number;
  private readonly marketsBySymbol = new Map<string, SymbolMarket>();
  readonly #calendar: Calendar;
  #interference: Interference = NO_INTERFERENCE;
  readonly #ready: Task[] = [];
  readonly #outbox: ExchangeEvent[] = [];
  readonly #listeners = new Set<ExchangeListener>();
  readonly #perform: (kernel: Kernel, task: Task) => void;
  #delivering = false;

  constructor(options: ExchangeCoreOptions, perform: (kernel: Kernel, task: Task) => void) {
    this.#perform = perform;
    this.now = options.startAt;
    this.#calendar = options.calendar;
    this.ticksKept = options.ticksKept ?? DEFAULT_TICKS_KEPT;
    this.switches = { ...defaultSwitches, ...options.switches };
    this.latencies = { ...defaultLatencies, ...options.latencies };
    this.jitter = options.jitter ?? {};
    this.ids = new Random(`${options.seed} ids`);
    this.draws = new Random(`${options.seed} draws`);
    this.delays = new Random(`${options.seed} delays`);
    this.session = this.calendar.sessionAt(this.now);
    const date = this.calendar.dateOf(this.now);
    const today = this.calendar.tradingDay(date);
    const isOver = today === null || this.now >= today.closeAt;
    this.orderDay = isOver ? this.calendar.tradingDayAfter(date) : today;
    this.sessionSince = sessionStart(this.session, this.calendar.tradingDayAt(this.now), this.now);
  }

  get calendar(): Calendar {
    return this.#calendar;
  }

  get interference(): Interference {
    return this.#interference;
  }

  interfere(interference: Interference): void {
    this.#interference = interference;
  }

  get markets(): Iterable<SymbolMarket> {
    return this.marketsBySymbol.values();
  }

  market(symbol: string): SymbolMarket {
    const known = this.marketsBySymbol.get(symbol);
    if (known !== undefined) return known;
    const isAroundTheClock = this.assets.get(symbol)?.class === 'crypto';
    const market = new SymbolMarket(symbol, isAroundTheClock, this.ticksKept);
    this.marketsBySymbol.set(symbol, market);
    return market;
  }

  /** By symbol; of a pair also by its old name without the slash. */
  assetOf(symbol: string): Asset | undefined {
    return this.assets.get(symbol) ?? this.assets.get(this.oldPairNames.get(symbol) ?? '');
  }

  /** Lists an asset or changes what is listed. */
  list(asset: Asset): void {
    this.assets.set(asset.symbol, asset);
    if (asset.symbol.includes('/')) {
      this.oldPairNames.set(asset.symbol.replace('/', ''), asset.symbol);
    }
    for (const account of this.accounts) account.setMarginable(asset.symbol, asset.marginable);
  }

  /** Lists an asset under another symbol; its market goes with it. */
  renameAsset(symbol: string, newSymbol: string): Asset {
    const asset = this.assets.get(symbol);
    if (asset === undefined) throw new Error(`no asset ${symbol} is listed`);
    const renamed = { ...asset, symbol: newSymbol };
    this.assets.delete(symbol);
    this.assets.set(newSymbol, renamed);
    const market = this.marketsBySymbol.get(symbol);
    if (market !== undefined) {
      this.marketsBySymbol.delete(symbol);
      market.symbol = newSymbol;
      this.marketsBySymbol.set(newSymbol, market);
    }
    return renamed;
  }

  /** Moves cash or tells of shares that no execution moved. */
  book(account: Account, entry: BookEntry): void {
    account.cash += entry.netAmount;
    account.activities.push({
      kind: 'non_trade',
      id: this.ids.uuid(),
      accountId: account.id,
      at: this.now,
      date: this.calendar.dateOf(this.now),
      cusip: this.assets.get(entry.symbol)?.cusip ?? null,
      status: 'executed',
      ...entry,
    });
  }

  /** @throws within a listener or a command: then what is under way would be lost */
  save(): JsonValue {
    if (this.#delivering || this.#ready.length > 0) {
      throw new Error('the exchange cannot be saved from within one of its listeners');
    }
    return SAVED_OBJECTS.write({ ...this });
  }

  restore(state: JsonValue): void {
    Object.assign(this, SAVED_OBJECTS.read(state));
  }

  subscribe(listener: ExchangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How long a step takes this time: its latency and what its jitter adds. */
  delay(step: keyof Latencies): number {
    return this.latencies[step] + draw(this.jitter[step] ?? 0, this.delays);
  }

  /** Whether a step may take any time at all. */
  isDelayed(step: keyof Latencies): boolean {
    return this.latencies[step] > 0 || this.jitter[step] !== undefined;
  }

  /** Does `task` after `delayMs`; without delay right after what runs now. */
  later(delayMs: number, task: Task): void {
    if (delayMs > 0) this.scheduler.at(this.now + delayMs, task);
    else this.#ready.push(task);
  }

  /** Runs what was put off to "right after", and what that puts off in turn. */
  settle(): void {
    for (let next = 0; next < this.#ready.length; next += 1) {
      const task = this.#ready[next];
      if (task !== undefined) this.#perform(this, task);
    }
    this.#ready.length = 0;
    this.orders.tidy();
  }

  emit(event: ExchangeEvent): void {
    const streamMs = this.delay('streamMs');
    if (streamMs === 0) this.#outbox.push(event);
    else this.scheduler.at(this.now + streamMs, { kind: 'publish', event });
  }

  /** Puts an event before the listeners, after those that wait already. */
  publish(event: ExchangeEvent): void {
    this.#outbox.push(event);
  }

  tradeUpdate(record: OrderRecord, name: TradeUpdateName, execution: Execution | null = null) {
    this.emit({
      kind: 'trade_update',
      at: this.now,
      eventId: this.ids.ulid(this.now),
      accountId: record.account.id,
      event: name,
      order: record.order,
      legs: this.orders.legsOf(record.order),
      execution,
    });
  }

  /** Makes the next state of an order. */
  change(record: OrderRecord, change: Partial<Order>): void {
    record.order = { ...record.order, ...change, updatedAt: this.now };
  }

  /** Hands the events to the listeners. One that gives a new command adds to the same queue. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = 0; next < this.#outbox.length; next += 1) {
        const event = this.#outbox[next];
        const more = this.#outbox.length - next - 1;
        if (event !== undefined) for (const listener of this.#listeners) listener(event, more);
      }
    } finally {
      this.#outbox.length = 0;
      this.#delivering = false;
    }
  }
}

function sessionStart(session: Session, day: TradingDay | null, now: Milliseconds): Milliseconds {
  if (day === null || session === 'closed') return now;
  const { overnightOpenAt, preOpenAt, openAt, closeAt } = day;
  return { overnight: overnightOpenAt, pre: preOpenAt, regular: openAt, post: closeAt }[session];
}
