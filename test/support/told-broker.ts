import type { Order } from '../../src/domain/order.ts';
import type { Position } from '../../src/domain/portfolio.ts';
import type { EmergencyBroker } from '../../src/ports/emergency-broker.ts';
import { account } from './given.ts';

/** The broker's side of a halt, told by a test what it holds and how it answers. */
export class ToldBroker implements EmergencyBroker {
  orders: readonly Order[] = [];
  positions: readonly Position[] = [];
  /** What each call meets before it does anything. */
  meets: () => void = () => {};
  /** False for a broker that takes a request and does nothing. */
  obeys = true;
  readonly asked: string[] = [];
  /** Since when orders that ended were asked for, look by look. */
  readonly lookedBackTo: number[] = [];

  async readAccount() {
    return account();
  }

  async readPositions() {
    this.meets();
    return this.positions;
  }

  async readOrders(endedSince: number) {
    this.lookedBackTo.push(endedSince);
    return this.orders;
  }

  async cancelOrder(id: string) {
    this.asked.push(`cancel ${id}`);
    this.meets();
    if (this.obeys) this.orders = this.orders.filter((each) => each.id !== id);
  }

  async closePosition(symbol: string) {
    this.asked.push(`close ${symbol}`);
    this.meets();
    if (this.obeys) this.positions = this.positions.filter((each) => each.symbol !== symbol);
  }
}
