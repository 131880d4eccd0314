import type { OrderId } from '../../domain/ids.ts';
import type { Order, Payment, RecordedExecution } from '../../domain/order.ts';
import type { Account, Position } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Broker, Lane } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { RuntimeSettings } from '../settings/settings.ts';

export type AccountReading = {
  /** When it was asked for: nothing in it is older. */
  readonly at: EpochMs;
  readonly account: Account;
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
};

/** Reads the account, each call within its time; what it waits for its turn does not count. */
export class AccountReader {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;

  constructor(parts: {
    readonly broker: Broker;
    readonly clock: Clock;
    readonly settings: RuntimeSettings;
  }) {
    this.#broker = parts.broker;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
  }

  /**
   * Three requests, whatever the number of positions.
   *
   * @throws BrokerError when one of them fails or takes too long: half a picture is none
   */
  async read(): Promise<AccountReading> {
    const at = this.#clock.now();
    const since = at - this.#settings.orderLookbackMs;
    const [orders, positions, account] = await Promise.all([
      this.#inTime('reconcile', 'the orders', () => this.#broker.readOrders(since, 'reconcile')),
      this.#inTime('reconcile', 'the positions', () => this.#broker.readPositions('reconcile')),
      this.#inTime('reconcile', 'the account', () => this.#broker.readAccount('reconcile')),
    ]);
    return { at, account, positions, orders };
  }

  /** What was executed after `since`, oldest first. @throws BrokerError */
  readExecutions(since: EpochMs, lane: Lane = 'reconcile'): Promise<readonly RecordedExecution[]> {
    const call = () => this.#broker.readExecutions(since, lane);
    return this.#inTime(lane, 'what was executed', call);
  }

  /** Money paid in or out since, oldest first. @throws BrokerError */
  readPayments(since: EpochMs): Promise<readonly Payment[]> {
    return this.#inTime('read', 'payments', () => this.#broker.readPayments(since));
  }

  /** @throws BrokerError */
  readOrder(id: OrderId): Promise<Order | null> {
    return this.#inTime('protect', `order ${id}`, () => this.#broker.readOrder(id, 'protect'));
  }

  /** A miss is no proof that there is no such order. @throws BrokerError */
  findOrder(clientOrderId: string): Promise<Order | null> {
    const what = `the order with id ${clientOrderId}`;
    return this.#inTime('protect', what, () => this.#broker.findOrder(clientOrderId, 'protect'));
  }

  #inTime<Answer>(lane: Lane, what: string, call: () => Promise<Answer>): Promise<Answer> {
    const timeoutMs = this.#settings.callTimeoutMs + this.#broker.longestWaitMs(lane);
    return withDeadline({ clock: this.#clock, timeoutMs, what: `reading ${what}`, call });
  }
}
