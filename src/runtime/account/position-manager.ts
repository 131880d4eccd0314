import type { Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { Position } from '../../domain/portfolio.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';

/** Tells what is held. It reads and never acts: only the coordinator changes orders. */
export class PositionManager {
  readonly #state: PortfolioStateManager;

  constructor(state: PortfolioStateManager) {
    this.#state = state;
  }

  /**
   * Reads the account anew.
   *
   * @returns what is held; as it was known before when the broker did not answer
   */
  async syncPositions(): Promise<readonly Position[]> {
    await this.#state.updateFromAlpaca();
    return this.#state.snapshot()?.positions ?? [];
  }

  /** A position with its live orders, legs flattened; null when nothing is held. */
  getPositionData(
    symbol: Ticker,
  ): { readonly position: Position; readonly orders: readonly Order[] } | null {
    return this.#state.getPositionWithOrders(symbol);
  }
}
