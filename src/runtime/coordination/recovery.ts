import type { Clock } from '../../ports/clock.ts';
import type { MissedFills } from '../account/missed-fills.ts';
import type { OrderDesk } from '../account/order-desk.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { TradingStateLevels } from '../account/trading-state.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { UnsettledSteps } from '../plans/unsettled-steps.ts';

const CAUSE = 'recovering';

type Parts = {
  readonly state: PortfolioStateManager;
  readonly missed: MissedFills;
  readonly unsettled: UnsettledSteps;
  readonly desk: OrderDesk;
  readonly tradingState: TradingStateLevels;
  readonly logger: EventLogger;
  readonly clock: Clock;
};

/**
 * The time in which nobody here knows what happened at the broker: from the start of the
 * process, or from when it was found to have slept, until the account was read and every order
 * in doubt was looked for. Nothing is sent meanwhile, by nobody but the halt.
 *
 * It changes nothing itself, so one that is cut short is simply begun again.
 */
export class Recovery {
  readonly #parts: Parts;
  readonly #listeners: (() => void)[] = [];
  #lookFirst: () => void = () => {};
  #because: string | null = null;
  #begun = 0;
  #attempt: Promise<string | null> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isRecovering(): boolean {
    return this.#because !== null;
  }

  /**
   * Has `look` called each time before it is said whether something may be sent, in each
   * cycle, and before a recovery ends.
   */
  lookFirst(look: () => void): void {
    this.#lookFirst = look;
  }

  /** Has everybody look who could hold something back. */
  look(): void {
    this.#lookFirst();
  }

  /** In words, why nothing may be sent yet; null when all is known. */
  whyNotReady(): string | null {
    this.look();
    return this.#because === null ? null : `nothing is sent until it is over: ${this.#because}`;
  }

  /** Called when a recovery has ended: what stands still may go on. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Nothing is sent from here on, until `attempt` has succeeded. */
  begin(because: string): void {
    this.#begun += 1;
    this.#because = `BigBrother recovers, because ${because}`;
    this.#parts.tradingState.raise({
      state: 'halted',
      code: CAUSE,
      because: this.#because,
      clearedBy: 'the account being read and every order in doubt looked for',
    });
  }

  /**
   * Tries to end the recovery; one attempt runs at a time. Does nothing where there is none.
   *
   * @returns null when all is known now, or in words why it is not
   */
  attempt(): Promise<string | null> {
    this.#attempt ??= this.#tryOnce().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  async #tryOnce(): Promise<string | null> {
    while (this.isRecovering) {
      const begun = this.#begun;
      const failure = await this.#lookAround();
      if (failure !== null) return failure;
      this.look();
      // What was read may be older than what has made it begin again.
      if (begun === this.#begun) this.#end();
    }
    return null;
  }

  async #lookAround(): Promise<string | null> {
    const { state, missed, unsettled, desk } = this.#parts;
    const failure = (await missed.find()) ?? (await state.updateFromAlpaca());
    if (failure !== null) return failure;
    missed.writeDown();
    for (const { clientOrderId, orderId } of unsettled.list()) {
      if (orderId !== null) await desk.lookAt(orderId);
      if (clientOrderId !== null && desk.findClientOrder(clientOrderId) === null) {
        await desk.lookAtClientOrder(clientOrderId);
      }
    }
    return null;
  }

  #end(): void {
    this.#because = null;
    this.#parts.tradingState.clear(CAUSE);
    for (const listener of this.#listeners) listener();
  }
}
