import { isTerminal, type Order } from '../domain/order.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLogger } from './event-logger.ts';
import type { OrderDesk } from './order-desk.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';
import { logObserved } from './step-journal.ts';
import type { UnsettledStep, UnsettledSteps } from './unsettled-steps.ts';

/** A cancel may be sent again without harm, so one that left no trace is given up after this. */
const CANCEL_GIVEN_UP_MS = 30_000;

/**
 * Keeps looking for what became of steps whose outcome is unknown. An order that is not
 * found stays unsettled: a miss is no proof that the broker did not take it.
 */
export class UnsettledResolver {
  readonly #state: PortfolioStateManager;
  readonly #desk: OrderDesk;
  readonly #unsettled: UnsettledSteps;
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  #resolving = false;

  constructor(parts: {
    readonly state: PortfolioStateManager;
    readonly desk: OrderDesk;
    readonly unsettled: UnsettledSteps;
    readonly logger: EventLogger;
    readonly clock: Clock;
  }) {
    this.#state = parts.state;
    this.#desk = parts.desk;
    this.#unsettled = parts.unsettled;
    this.#logger = parts.logger;
    this.#clock = parts.clock;
    parts.state.onChange(() => this.#settleFromBook());
  }

  /** Looks once for each unsettled step; never throws, and never runs twice at a time. */
  async resolve(): Promise<void> {
    if (this.#resolving) return;
    this.#resolving = true;
    try {
      await Promise.all(this.#unsettled.list().map((step) => this.#lookFor(step)));
      this.#settleFromBook();
    } finally {
      this.#resolving = false;
    }
  }

  async #lookFor(step: UnsettledStep): Promise<void> {
    if (step.orderId !== null) {
      await this.#desk.lookAt(step.orderId);
      const successor = this.#desk.find(step.orderId)?.replacedBy ?? null;
      if (successor !== null) await this.#desk.lookAt(successor);
    }
    if (step.clientOrderId !== null) await this.#desk.lookAtClientOrder(step.clientOrderId);
  }

  #settleFromBook(): void {
    for (const step of this.#unsettled.list()) this.#settle(step);
  }

  #settle(step: UnsettledStep): void {
    const placed = step.clientOrderId && this.#desk.findClientOrder(step.clientOrderId);
    if (placed) {
      logObserved(this.#logger, step.planId, placed);
      this.#state.reconsider(step.symbol);
      return;
    }
    const changed = step.orderId === null ? null : this.#desk.find(step.orderId);
    if (changed === null || !this.#changedNothing(step, changed)) return;
    this.#logger.log({
      type: 'step_answered',
      actor: 'system',
      symbol: step.symbol,
      planId: step.planId,
      orderId: step.orderId,
      body: {
        clientOrderId: step.clientOrderId,
        outcome: 'rejected',
        orderId: null,
        rejection: 'order_state',
        status: null,
        code: null,
        because: `order ${step.orderId} is ${changed.status}, so its ${step.kind} changed nothing`,
      },
    });
    this.#state.reconsider(step.symbol);
  }

  /** True when it is proven that the step had no effect, or that it does not matter any more. */
  #changedNothing(step: UnsettledStep, changed: Order): boolean {
    if (step.kind === 'cancel') {
      return isTerminal(changed.status) || this.#clock.now() - step.since >= CANCEL_GIVEN_UP_MS;
    }
    if (changed.status !== 'replaced') return isTerminal(changed.status);
    // Replaced, but perhaps by somebody else.
    const successor = changed.replacedBy === null ? null : this.#desk.find(changed.replacedBy);
    return successor !== null && successor.clientOrderId !== step.clientOrderId;
  }
}
