import type { OrderId, Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { Account, Position } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EmergencyBroker } from '../../ports/emergency-broker.ts';
import { AlpacaBroker } from './broker.ts';
import { type AlpacaClient, type AlpacaClientOptions, createAlpacaClient } from './client.ts';
import { OrderFamilies } from './families.ts';
import { RateLimiter, type RateLimits } from './rate-limiter.ts';
import { AlpacaTransport } from './transport.ts';

/** Beside the 190 that the rest may use, and of Alpaca's 200 all when the rest is still. */
const EMERGENCY_LIMITS: RateLimits = {
  burst: 100,
  perMinute: 190,
  reserved: { kill: 0, protect: 0, reconcile: 0, read: 0 },
  queueLimit: 1_000,
  patienceMs: 2_000,
};
/** One that hangs is asked again sooner than elsewhere. */
const TIMEOUT_MS = 4_000;

/** The kill switch's own way to Alpaca: nothing of it is shared with the client that trades. */
export function connectEmergency(options: AlpacaClientOptions, clock: Clock): EmergencyBroker {
  const client = createAlpacaClient(options);
  const limiter = new RateLimiter(clock, EMERGENCY_LIMITS);
  const transport = new AlpacaTransport({ clock, limiter, timeoutMs: TIMEOUT_MS });
  return new AlpacaEmergencyBroker(client, transport);
}

class AlpacaEmergencyBroker implements EmergencyBroker {
  readonly #client: AlpacaClient;
  readonly #transport: AlpacaTransport;
  readonly #account: AlpacaBroker;

  constructor(client: AlpacaClient, transport: AlpacaTransport) {
    this.#client = client;
    this.#transport = transport;
    this.#account = new AlpacaBroker(client, transport, new OrderFamilies());
  }

  readAccount(): Promise<Account> {
    return this.#account.readAccount('kill');
  }

  readPositions(): Promise<readonly Position[]> {
    return this.#account.readPositions('kill');
  }

  readOrders(since: EpochMs): Promise<readonly Order[]> {
    return this.#account.readOrders(since, 'kill');
  }

  cancelOrder(id: OrderId): Promise<void> {
    return this.#transport.change('cancel', {
      what: `DELETE /v2/orders/${id}`,
      lane: 'kill',
      send: (init) => this.#client.trading.orders.deleteOrderByOrderIDRaw({ orderId: id }, init),
      parse: () => undefined,
    });
  }

  /** The broker counts the shares, so that an outdated list of positions cannot oversell. */
  closePosition(symbol: Ticker): Promise<void> {
    return this.#transport.change('submit', {
      what: `DELETE /v2/positions/${symbol}`,
      lane: 'kill',
      send: (init) =>
        this.#client.trading.positions.deleteOpenPositionRaw({ symbolOrAssetId: symbol }, init),
      parse: () => undefined,
    });
  }
}
