import type { OrderId, Ticker } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { Account, Position } from '../domain/portfolio.ts';
import type { EpochMs } from '../domain/time.ts';

/**
 * What the kill switch needs of a brokerage account: a client and a request budget of its own,
 * so that it waits for nobody. It can take orders away and close positions, and place nothing
 * else.
 *
 * @throws BrokerError when the broker says no, or when nobody can tell what it did
 */
export interface EmergencyBroker {
  readAccount(): Promise<Account>;
  readPositions(): Promise<readonly Position[]>;
  /** Live orders and those that changed since `since`, legs flattened, every page. */
  readOrders(since: EpochMs): Promise<readonly Order[]>;
  /** Resolves when the broker took the request; the order may still fill. */
  cancelOrder(id: OrderId): Promise<void>;
  /** Sells or buys back, at the market, what is held in that instant by the broker's own count. */
  closePosition(symbol: Ticker): Promise<void>;
}
