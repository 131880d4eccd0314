import { ApprovedPlan } from '../../domain/approved-plan.ts';
import type { AccountConfiguration, AssetFacts } from '../../domain/control-facts.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { Order, Payment, RecordedExecution } from '../../domain/order.ts';
import type { CancelStep, ReplaceStep, Step, SubmitStep } from '../../domain/plan.ts';
import type { Account, Position } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import {
  type Broker,
  BrokerError,
  type Lane,
  type TradingDay,
  type Turn,
} from '../../ports/broker.ts';
import type { AlpacaClient } from './client.ts';
import { ExecutionReader } from './execution-reader.ts';
import type { OrderFamilies } from './families.ts';
import {
  accountFrom,
  assetFrom,
  configurationFrom,
  isGuarded,
  orderFrom,
  positionFrom,
  tradingDayFrom,
} from './mapping.ts';
import { OrderReader } from './order-reader.ts';
import { changeBody, orderBody } from './requests.ts';
import type { AlpacaTransport } from './transport.ts';
import {
  calendarAnswer,
  parseBody,
  positionsAnswer,
  wireAccount,
  wireAsset,
  wireClock,
  wireConfiguration,
  wireOrder,
} from './wire.ts';

/**
 * The account at Alpaca, or at a paper exchange that speaks like it. Account, positions and
 * orders cost one request each, whatever their number.
 *
 * Options are neither read nor touched.
 */
export class AlpacaBroker implements Broker {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;
  readonly #families: OrderFamilies;
  readonly #orders: OrderReader;
  readonly #executions: ExecutionReader;

  constructor(client: AlpacaClient, transport: AlpacaTransport, families: OrderFamilies) {
    this.#client = client;
    this.#transport = transport;
    this.#families = families;
    this.#orders = new OrderReader(client, transport, families);
    this.#executions = new ExecutionReader(client, transport);
  }

  readAccount(lane: Lane = 'read'): Promise<Account> {
    return this.#transport.read({
      what: 'GET /v2/account',
      lane,
      send: (init) => this.#client.trading.account.getAccountRaw(init),
      parse: (body) => accountFrom(parseBody(wireAccount, body)),
    });
  }

  readPositions(lane: Lane = 'read'): Promise<readonly Position[]> {
    return this.#transport.read({
      what: 'GET /v2/positions',
      lane,
      send: (init) => this.#client.trading.positions.getAllOpenPositionsRaw(init),
      parse: (body) => parseBody(positionsAnswer, body).filter(isGuarded).map(positionFrom),
    });
  }

  readOrders(since: EpochMs, lane: Lane = 'read'): Promise<readonly Order[]> {
    return this.#orders.read(since, lane);
  }

  readExecutions(since: EpochMs, lane: Lane = 'reconcile'): Promise<readonly RecordedExecution[]> {
    return this.#executions.read(since, lane);
  }

  readPayments(since: EpochMs): Promise<readonly Payment[]> {
    return this.#executions.readPayments(since);
  }

  readConfiguration(): Promise<Omit<AccountConfiguration, 'at'>> {
    return this.#transport.read({
      what: 'GET /v2/account/configurations',
      lane: 'read',
      send: (init) => this.#client.trading.accountConfigurations.getAccountConfigRaw(init),
      parse: (body) => configurationFrom(parseBody(wireConfiguration, body)),
    });
  }

  readAsset(symbol: Ticker): Promise<AssetFacts | null> {
    return nullWhenAbsent(
      this.#transport.read({
        what: `GET /v2/assets/${symbol}`,
        lane: 'read',
        send: (init) =>
          this.#client.trading.assets.getV2AssetsSymbolOrAssetIdRaw(
            { symbolOrAssetId: symbol },
            init,
          ),
        parse: (body) => assetFrom(parseBody(wireAsset, body)),
      }),
    );
  }

  readOrder(id: OrderId, lane: Lane = 'reconcile'): Promise<Order | null> {
    return nullWhenAbsent(
      this.#transport.read({
        what: `GET /v2/orders/${id}`,
        lane,
        send: (init) =>
          this.#client.trading.orders.getOrderByOrderIDRaw({ orderId: id, nested: true }, init),
        parse: (body) => this.#orderOf(body),
      }),
    );
  }

  findOrder(clientOrderId: string, lane: Lane = 'reconcile'): Promise<Order | null> {
    return nullWhenAbsent(
      this.#transport.read({
        what: `GET /v2/orders:by_client_order_id ${clientOrderId}`,
        lane,
        send: (init) =>
          this.#client.trading.orders.getOrderByClientOrderIdRaw({ clientOrderId }, init),
        parse: (body) => this.#orderOf(body),
      }),
    );
  }

  readCalendar(from: EpochMs, to: EpochMs): Promise<readonly TradingDay[]> {
    return this.#transport.read({
      what: 'GET /v2/calendar',
      // No reading of the account is taken in before it is known whether the market is open.
      lane: 'reconcile',
      send: (init) =>
        this.#client.trading.calendar.legacyCalendarRaw(
          { start: new Date(from), end: new Date(to) },
          init,
        ),
      parse: (body) => parseBody(calendarAnswer, body).map(tradingDayFrom),
    });
  }

  readClock(): Promise<{ readonly at: EpochMs; readonly isOpen: boolean }> {
    return this.#transport.read({
      what: 'GET /v2/clock',
      lane: 'read',
      send: (init) => this.#client.trading.clock.legacyClockRaw(init),
      parse: (body) => {
        const { timestamp, is_open } = parseBody(wireClock, body);
        return { at: Date.parse(timestamp), isOpen: is_open };
      },
    });
  }

  awaitTurn(maxWaitMs: number): Promise<Turn> {
    return this.#transport.awaitTurn('protect', maxWaitMs);
  }

  longestWaitMs(lane: Lane, requests?: number): number {
    return this.#transport.longestWaitMs(lane, requests);
  }

  async submit(approved: ApprovedPlan, step: SubmitStep, turn?: Turn): Promise<Order> {
    assertApproved(approved, step);
    return this.#transport.change('submit', {
      what: `POST /v2/orders ${step.clientOrderId}`,
      lane: 'protect',
      turn,
      send: (init) =>
        this.#client.trading.orders.postOrderRaw({ postOrderRequest: orderBody(step) }, init),
      parse: (body) => this.#orderOf(body),
    });
  }

  async replace(approved: ApprovedPlan, step: ReplaceStep, turn?: Turn): Promise<Order> {
    assertApproved(approved, step);
    return this.#transport.change('replace', {
      what: `PATCH /v2/orders/${step.orderId} ${step.clientOrderId}`,
      lane: 'protect',
      turn,
      send: (init) =>
        this.#client.trading.orders.patchOrderByOrderIdRaw(
          { orderId: step.orderId, patchOrderRequest: changeBody(step) },
          init,
        ),
      parse: (body) => this.#orderOf(body),
    });
  }

  async cancel(approved: ApprovedPlan, step: CancelStep, turn?: Turn): Promise<void> {
    assertApproved(approved, step);
    return this.#transport.change('cancel', {
      what: `DELETE /v2/orders/${step.orderId}`,
      lane: 'protect',
      turn,
      send: (init) =>
        this.#client.trading.orders.deleteOrderByOrderIDRaw({ orderId: step.orderId }, init),
      parse: () => undefined,
    });
  }

  #orderOf(body: string): Order {
    const wire = parseBody(wireOrder, body);
    this.#families.learn(wire);
    return orderFrom(wire, this.#families);
  }
}

/** A plan from a cast or from another plan is our own fault, never a refusal. */
function assertApproved(approved: ApprovedPlan, step: Step): void {
  if (!ApprovedPlan.covers(approved, step)) {
    throw new TypeError(`this ${step.kind} of ${step.symbol} is not part of an approved plan`);
  }
}

async function nullWhenAbsent<Answer>(reading: Promise<Answer>): Promise<Answer | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof BrokerError && error.rejection === 'not_found') return null;
    throw error;
  }
}
