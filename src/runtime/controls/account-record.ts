import { type Decimal, decimal, larger, text, ZERO } from '../../domain/decimal.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { RecordedExecution } from '../../domain/order.ts';
import { textAt } from '../../domain/record-body.ts';
import type { EpochMs } from '../../domain/time.ts';
import { type Broker, BrokerError } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccountReader } from '../account/account-reader.ts';
import type { SessionCalendar } from '../account/session-calendar.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { ControlMemory } from './control-memory.ts';

const LOOK_EVERY_MS = 25_000;
/** While the market is closed little can be executed, unless somebody asks or doubts. */
const CLOSED_LOOK_EVERY_MS = 10 * 60_000;
/** Payments are rare, and each look at them is a request. */
const PAYMENTS_EVERY_MS = 120_000;
/** For executions that are recorded late, and clocks that differ. */
const OVERLAP_MS = 120_000;
/** Payments are told of late as well; a day's loss reaches back to the last close. */
const PAYMENTS_BACK_MS = 5 * 24 * 3_600_000;
const CODE = 'record_differs';
const LEVEL = { code: CODE, symbol: null };

type Parts = {
  readonly broker: Pick<Broker, 'longestWaitMs'>;
  readonly reader: AccountReader;
  readonly memory: ControlMemory;
  readonly tradingState: TradingStateLevels;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly calendar: Pick<SessionCalendar, 'sessionAt'>;
};

/**
 * The second channel, beside the stream and the orders: the account's own record of
 * executions and payments. Where it tells of other shares for an order than were heard of, at
 * two looks in a row, nothing is entered until both agree.
 */
export class AccountRecord {
  readonly #parts: Parts;
  #since: EpochMs = 0;
  #lookedAt: EpochMs = 0;
  /** Executions until then were compared. */
  #comparedAt: EpochMs = 0;
  #agreedAt: EpochMs | null = null;
  #paymentsReadAt: EpochMs | null = null;
  #doubts: ReadonlySet<string> = new Set();
  /** Takes the next look back; null while none is set. */
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** When both agreed the last time; null before the first. */
  agreedAt(): EpochMs | null {
    return this.#agreedAt;
  }

  paymentsReadAt(): EpochMs | null {
    return this.#paymentsReadAt;
  }

  /** Looks from now on; what was executed before is not compared. */
  start(): void {
    this.#since = this.#parts.clock.now();
    this.#lookedAt = this.#since;
    this.#comparedAt = this.#since;
    this.#next(LOOK_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Somebody wants to go by it: one that is older than in open hours is compared at once. */
  freshen(): void {
    if (this.#cancel === null || this.#parts.clock.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#cancel();
    this.#next(0);
  }

  #next(inMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.clock.after(inMs, () => {
      this.#cancel = null;
      void this.#look().then(() => this.#next(this.#pauseMs()));
    });
  }

  /** At the open it is compared anew, before anything is entered on its word. */
  #pauseMs(): number {
    const now = this.#parts.clock.now();
    const { isOpen, nextOpenAt } = this.#parts.calendar.sessionAt(now);
    if (isOpen || this.#doubts.size > 0) return LOOK_EVERY_MS;
    return Math.min(CLOSED_LOOK_EVERY_MS, nextOpenAt - now);
  }

  /** Compares once. A record that cannot be read agrees with nothing: its age tells. */
  async #look(): Promise<void> {
    const { broker, reader, clock } = this.#parts;
    this.#lookedAt = clock.now();
    // Protection comes first: what this finds only ever holds entries back.
    if (broker.longestWaitMs('protect') > 0) return;
    const now = clock.now();
    try {
      const from = Math.max(this.#since, this.#comparedAt - OVERLAP_MS);
      this.#judge(await reader.readExecutions(from, 'read'), now);
      this.#comparedAt = now;
      const readAt = this.#paymentsReadAt;
      if (readAt !== null && now - readAt < PAYMENTS_EVERY_MS) return;
      const payments = await reader.readPayments(now - PAYMENTS_BACK_MS);
      for (const payment of payments) this.#takePayment(payment);
      this.#paymentsReadAt = now;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
    }
  }

  #judge(executions: readonly RecordedExecution[], now: EpochMs): void {
    const { alerts, tradingState } = this.#parts;
    const differing = this.#differences(executions);
    const lasting = [...differing].filter((one) => this.#doubts.has(one));
    this.#doubts = differing;
    if (lasting.length > 0) {
      const because = `the account's record and what was heard of executions differ: ${lasting.join('; ')}`;
      alerts.raise({ ...LEVEL, because });
      const clearedBy = 'two records of executions that agree';
      tradingState.raise({ state: 'reducing', code: CODE, because, clearedBy });
      return;
    }
    if (differing.size > 0) return;
    this.#agreedAt = now;
    alerts.clear(LEVEL);
    tradingState.clear(CODE);
  }

  #differences(executions: readonly RecordedExecution[]): ReadonlySet<string> {
    const recorded = new Map<OrderId, Decimal>();
    for (const { orderId, filledQuantity } of executions) {
      recorded.set(orderId, larger(recorded.get(orderId) ?? ZERO, filledQuantity));
    }
    const found = new Set<string>();
    for (const [orderId, shares] of recorded) {
      const heard = this.#heardOf(orderId);
      if (!heard.eq(shares)) {
        found.add(`order ${orderId}: ${text(shares)} recorded, ${text(heard)} heard of`);
      }
    }
    return found;
  }

  #heardOf(orderId: OrderId): Decimal {
    const query = { types: ['fill_received' as const], orderId, limit: 1 };
    const [last] = this.#parts.logger.getHistory(query).records;
    return decimal((last && textAt(last.body, 'filledQuantity')) ?? '0');
  }

  #takePayment({ id, at, amount }: { id: string; at: EpochMs; amount: Decimal }): void {
    const { memory, logger } = this.#parts;
    if (memory.hasPayment(id)) return;
    const body = { id, at, amount: text(amount) };
    logger.log({ type: 'cash_moved', actor: 'broker', body });
  }
}
