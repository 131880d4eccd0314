import type { Account } from './account.ts';
import type { Decimal } from './decimal.ts';
import { draw } from './duration.ts';
import { type Interference, NO_INTERFERENCE } from './interference.ts';
import { SymbolMarket } from './market.ts';
import type { OrderRecord } from './order-record.ts';
import { OrderStore } from './order-store.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import type { Task } from './tasks.ts';
import {
  type Asset,
  type Calendar,
  defaultLatencies,
  defaultSwitches,
  type ExchangeCoreOptions,
  type ExchangeEvent,
  type ExchangeListener,
  type Execution,
  type Jitter,
  type Latencies,
  type Milliseconds,
  type Order,
  type Session,
  type Switches,
  type TradeUpdateName,
  type TradingDay,
} from './types.ts';

export type Locatable = { readonly availableQty: number; readonly feePerShare: Decimal };

const DEFAULT_TICKS_KEPT = 5_000;

/** What all parts of the exchange share: the time, the books, the queue of what comes next. */
export class Kernel {
  now: Milliseconds;
  session: Session;
  /** When the session began; an older quote executes nothing. */
  sessionSince: Milliseconds;
  /** The trading day that a regular order entered now belongs to. */
  orderDay: TradingDay;
  readonly calendar: Calendar;
  readonly switches: Switches;
  readonly latencies: Latencies;
  readonly #jitter: Jitter;
  readonly ids: Random;
  readonly draws: Random;
  readonly delays: Random;
  readonly scheduler = new Scheduler();
  readonly orders = new OrderStore();
  readonly accounts: Account[] = [];
  readonly assets = new Map<string, Asset>();
  /** What the broker could locate, by symbol. */
  readonly locatable = new Map<string, Locatable>();
  interference: Interference = NO_INTERFERENCE;
  readonly #ticksKept: number;
  readonly #markets = new Map<string, SymbolMarket>();
  readonly #ready: Task[] = [];
  readonly #outbox: ExchangeEvent[] = [];
  readonly #listeners = new Set<ExchangeListener>();
  readonly #perform: (kernel: Kernel, task: Task) => void;
  #delivering = false;

  constructor(options: ExchangeCoreOptions, perform: (kernel: Kernel, task: Task) => void) {
    this.#perform = perform;
    this.now = options.startAt;
    this.calendar = options.calendar;
    this.#ticksKept = options.ticksKept ?? DEFAULT_TICKS_KEPT;
    this.switches = { ...defaultSwitches, ...options.switches };
    this.latencies = { ...defaultLatencies, ...options.latencies };
    this.#jitter = options.jitter ?? {};
    this.ids = new Random(`${options.seed} ids`);
    this.draws = new Random(`${options.seed} draws`);
    this.delays = new Random(`${options.seed} delays`);
    this.session = this.calendar.sessionAt(this.now);
    const date = this.calendar.dateOf(this.now);
    const today = this.calendar.tradingDay(date);
    const isOver = today === null || this.now >= today.closeAt;
    this.orderDay = isOver ? this.calendar.tradingDayAfter(date) : today;
    this.sessionSince = sessionStart(this.session, today, this.now);
  }

  get markets(): Iterable<SymbolMarket> {
    return this.#markets.values();
  }

  market(symbol: string): SymbolMarket {
    const known = this.#markets.get(symbol);
    if (known !== undefined) return known;
    const market = new SymbolMarket(symbol, this.#ticksKept);
    this.#markets.set(symbol, market);
    return market;
  }

  subscribe(listener: ExchangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How long a step takes this time: its latency and what its jitter adds. */
  delay(step: keyof Latencies): number {
    return this.latencies[step] + draw(this.#jitter[step] ?? 0, this.delays);
  }

  /** Whether a step may take any time at all. */
  isDelayed(step: keyof Latencies): boolean {
    return this.latencies[step] > 0 || this.#jitter[step] !== undefined;
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
    else this.scheduler.at(this.now + streamMs, { kind: 'tell', event });
  }

  /** Puts an event before the listeners, after those that wait already. */
  tell(event: ExchangeEvent): void {
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
  if (session === 'pre') return day.preOpenAt;
  return session === 'regular' ? day.openAt : day.closeAt;
}
