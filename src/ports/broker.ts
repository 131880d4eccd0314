import type { ApprovedPlan } from '../domain/approved-plan.ts';
import type { AccountConfiguration, AssetFacts } from '../domain/control-facts.ts';
import type { OrderId, Ticker } from '../domain/ids.ts';
import type { Bar } from '../domain/market.ts';
import type { Execution, Order, Payment, RecordedExecution } from '../domain/order.ts';
import type { CancelStep, ReplaceStep, SubmitStep } from '../domain/plan.ts';
import type { Account, Position } from '../domain/portfolio.ts';
import type { RejectionClass } from '../domain/report.ts';
import type { EpochMs } from '../domain/time.ts';

/** Lower lanes wait for higher ones: a kill never queues behind a read. */
export type Lane = 'kill' | 'protect' | 'reconcile' | 'read';

/** Leave to send one request now. Only the broker that gave it can tell what it is worth. */
export type Turn = { readonly lane: Lane };

/** One trading day of the exchange's calendar, in UTC. */
export type TradingDay = { readonly openAt: EpochMs; readonly closeAt: EpochMs };

/**
 * A brokerage account in our words. Reads may be retried inside; a mutation is sent once.
 *
 * Every mutation takes the approval it rests on and refuses a step the approval does not
 * hold.
 *
 * @throws BrokerError when the broker says no, or when nobody can tell what it did
 */
export interface Broker {
  readAccount(lane?: Lane): Promise<Account>;
  readPositions(lane?: Lane): Promise<readonly Position[]>;
  /** Live orders and those submitted since `since`, legs flattened, every page. */
  readOrders(since: EpochMs, lane?: Lane): Promise<readonly Order[]>;
  readOrder(id: OrderId, lane?: Lane): Promise<Order | null>;
  /** A miss is no proof that the order was not accepted. */
  findOrder(clientOrderId: string, lane?: Lane): Promise<Order | null>;
  /** What was executed after `since`, oldest first, every page, as the account's record has it. */
  readExecutions(since: EpochMs, lane?: Lane): Promise<readonly RecordedExecution[]>;
  /** Money paid in or out on the day of `since` or after it, oldest first. */
  readPayments(since: EpochMs): Promise<readonly Payment[]>;
  /** The account's own limits at the broker. */
  readConfiguration(): Promise<Omit<AccountConfiguration, 'at'>>;
  /** What the broker says of a symbol; null where it knows none of that name. */
  readAsset(symbol: Ticker): Promise<AssetFacts | null>;
  /** Trading days from the exchange's own calendar, ascending, both ends included. */
  readCalendar(from: EpochMs, to: EpochMs): Promise<readonly TradingDay[]>;
  /** The broker's own clock: for skew, and for whether the session is open. */
  readClock(): Promise<{ readonly at: EpochMs; readonly isOpen: boolean }>;

  /**
   * Waits until one change may be sent. With its turn a change leaves at once; without one it
   * waits inside, where nobody can tell the wait from an answer that does not come.
   *
   * @throws BrokerError `throttled` when that takes longer than `maxWaitMs`; nothing was sent
   */
  awaitTurn(maxWaitMs: number): Promise<Turn>;
  /** The longest that the last of so many requests, asked for now, waits to be sent. */
  longestWaitMs(lane: Lane, requests?: number): number;

  submit(approved: ApprovedPlan, step: SubmitStep, turn?: Turn): Promise<Order>;
  /** Answers with the successor, which has a new id. */
  replace(approved: ApprovedPlan, step: ReplaceStep, turn?: Turn): Promise<Order>;
  /** Resolves when the broker took the request; the order may still fill. */
  cancel(approved: ApprovedPlan, step: CancelStep, turn?: Turn): Promise<void>;
}

/** Prices from outside; its numbers become exact decimals in the mapping. */
export interface MarketData {
  /** Daily bars, oldest first, at most `limit` for each symbol. */
  readDailyBars(
    symbols: readonly Ticker[],
    until: EpochMs,
    limit: number,
  ): Promise<ReadonlyMap<Ticker, readonly Bar[]>>;
  /** The newest quote and trade of each symbol: the fallback when the stream is silent. */
  readLatest(symbols: readonly Ticker[]): Promise<readonly MarketEvent[]>;
}

export type MarketEvent =
  | {
      readonly kind: 'quote';
      readonly symbol: Ticker;
      readonly bid: string;
      readonly ask: string;
      readonly at: EpochMs;
    }
  | {
      readonly kind: 'trade';
      readonly symbol: Ticker;
      readonly price: string;
      readonly at: EpochMs;
    }
  | {
      readonly kind: 'status';
      readonly symbol: Ticker;
      readonly halted: boolean;
      readonly at: EpochMs;
    };

/** What the trading stream tells; `execution` is set on a fill. */
export type OrderUpdate = {
  readonly event: string;
  readonly order: Order;
  readonly execution: Execution | null;
  readonly at: EpochMs;
};

export type StreamState = 'connecting' | 'live' | 'disconnected';

export type StreamListener<Event> = {
  onEvent(event: Event): void;
  /** After `live` the reader must re-read by REST: what was missed is not replayed. */
  onState(state: StreamState, because: string): void;
};

/** Both live feeds. Listeners only enqueue; they never throw. */
export interface Streams {
  openTrading(listener: StreamListener<OrderUpdate>): void;
  openMarket(listener: StreamListener<MarketEvent>): void;
  /** Replaces the set of symbols the market feed carries. */
  watch(symbols: readonly Ticker[]): void;
  close(): Promise<void>;
}

/**
 * The broker's no (`rejected`) or its silence (`unknown`). Only a definite 4xx is a no;
 * everything else on a mutation is unknown.
 */
export class BrokerError extends Error {
  readonly outcome: 'rejected' | 'unknown';
  readonly rejection: RejectionClass | null;
  readonly status: number | null;
  readonly code: number | null;
  /** The refusal's own fields: held_for_orders, related_orders, market_price, ... */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    parts: {
      readonly outcome: 'rejected' | 'unknown';
      readonly rejection?: RejectionClass | null;
      readonly status?: number | null;
      readonly code?: number | null;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: parts.cause });
    this.name = 'BrokerError';
    this.outcome = parts.outcome;
    this.rejection = parts.rejection ?? null;
    this.status = parts.status ?? null;
    this.code = parts.code ?? null;
    this.details = parts.details ?? {};
  }
}
