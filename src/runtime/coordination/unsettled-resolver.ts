import { isTerminal, type Order } from '../../domain/order.ts';
import { fieldAt } from '../../domain/record-body.ts';
import { msBetween } from '../../domain/time.ts';
import { LONGEST_UNDER_WAY_MS } from '../../engine/planning/doubt.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { OrderDesk } from '../account/order-desk.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import { type EventLogger, JournalBrokenError } from '../journal/event-logger.ts';
import { planFrom } from '../plans/plan-revival.ts';
import { logDropped, logNoEffect, logObserved } from '../plans/step-journal.ts';
import type { UnsettledStep, UnsettledSteps } from '../plans/unsettled-steps.ts';
import type { DoubtfulStep, StepResender } from './step-resender.ts';
import type { SymbolLocks } from './symbol-locks.ts';

const STUCK = 'order_stuck';
/** A cancel may be sent again without harm, so one that left no trace is given up after this. */
const CANCEL_GIVEN_UP_MS = 30_000;
/** What is at work in the symbol ends first. */
const LOCK_TIMEOUT_MS = 1_000;

type Parts = {
  readonly state: PortfolioStateManager;
  readonly desk: OrderDesk;
  readonly unsettled: UnsettledSteps;
  readonly resender: StepResender;
  readonly locks: SymbolLocks;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
};

/**
 * Keeps after steps whose outcome is unknown, also those that an earlier process left behind:
 * looks for them, and then sends the same again where that may be. What is neither found nor
 * sent again stays unsettled, and a person is told: a miss is no proof that the broker did
 * not take it.
 */
export class UnsettledResolver {
  readonly #parts: Parts;
  readonly #pursued = new Set<string>();
  readonly #searched = new Set<string>();
  /** The instants at which steps are gone after once more, by their names. */
  readonly #dueAgain = new Map<string, number>();
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.state.onChange(() => this.#settleFromBook());
  }

  /** Sends nothing again from here on. */
  stop(): void {
    this.#stopped = true;
    this.#parts.resender.stop();
  }

  /** Goes after each unsettled step; one that is being gone after is left to that. */
  async resolve(): Promise<void> {
    const steps = this.#parts.unsettled.list();
    for (const step of steps) this.#pursueWhenOverdue(step);
    await Promise.all(steps.map((step) => this.#pursue(step)));
    this.#settleFromBook();
    this.#clearAlerts();
  }

  /** Bare shares do not wait for the next cycle when the step that holds them is overdue. */
  #pursueWhenOverdue(step: UnsettledStep): void {
    const { clock } = this.#parts;
    const name = nameOf(step);
    const dueAt = step.since + LONGEST_UNDER_WAY_MS + 1;
    if (this.#dueAgain.get(name) === dueAt || dueAt <= clock.now()) return;
    this.#dueAgain.set(name, dueAt);
    clock.after(dueAt - clock.now(), () => {
      if (this.#dueAgain.get(name) !== dueAt) return;
      this.#dueAgain.delete(name);
      const open = this.#find(name);
      if (open !== null && !this.#stopped) void this.#pursue(open);
    });
  }

  async #pursue(step: UnsettledStep): Promise<void> {
    const name = nameOf(step);
    const { locks, state } = this.#parts;
    // Whoever sent it still holds the lock, and looks by itself.
    if (this.#pursued.has(name) || locks.isBusy(step.symbol)) return;
    this.#pursued.add(name);
    try {
      await this.#lookFor(step);
      this.#settleFromBook();
      if (!this.#isOpen(step) || this.#stopped) return;
      const locked = await locks.acquire([step.symbol], LOCK_TIMEOUT_MS);
      if (locked.outcome === 'busy') return;
      try {
        if (this.#isOpen(step)) await this.#sendAgain(step);
      } finally {
        for (const giveBack of locked.release.values()) giveBack();
      }
      state.reconsider(step.symbol);
    } catch (fault) {
      // A broken journal halts everything by itself.
      if (!(fault instanceof JournalBrokenError)) state.halt(reasonOf(fault));
    } finally {
      this.#pursued.delete(name);
    }
  }

  async #sendAgain(step: UnsettledStep): Promise<void> {
    const { resender, logger } = this.#parts;
    const doubtful = this.#doubtful(step);
    if (doubtful === null) {
      this.#tellStuck(step, 'its plan is not in the journal');
      return;
    }
    const again = await resender.resend(doubtful);
    this.#settleFromBook();
    if (again.outcome === 'gone') logDropped(logger, step, again.because);
    if (again.outcome !== 'held_back' || !this.#isOpen(step)) return;
    if (this.#isOutlived(step, doubtful)) logDropped(logger, step, again.because);
    else this.#tellStuck(step, again.because);
  }

  /**
   * True for what does not fit any more and has left no trace for longer than any request is
   * under way, where it does no harm if it should arrive after all. Protection never does, since
   * the broker lets only one order have the shares; nor does a change, which concerns the shares
   * of its own order, nor the exit of a whole position, which another one takes the place of, nor
   * an entry: it brings its stop along, and what it fills is guarded like everything held. The
   * sale of a part does none once a stop has every share.
   */
  #isOutlived(step: UnsettledStep, { part, stepIndex }: DoubtfulStep): boolean {
    if (msBetween(this.#parts.clock.now(), step.since) <= LONGEST_UNDER_WAY_MS) return false;
    const changed = step.orderId === null ? null : this.#parts.desk.find(step.orderId);
    if (changed?.status === 'pending_replace') return false;
    const purpose = part.steps[stepIndex]?.purpose;
    if (step.kind === 'replace' || purpose === 'protect') return true;
    if (purpose === 'exit' || purpose === 'open') return true;
    const context = this.#parts.state.getCompleteContext(step.symbol);
    return step.kind === 'submit' && context?.cover.nakedQuantity.eq('0') === true;
  }

  /** The plan of a step as it stands in the journal, which outlives the process. */
  #doubtful({ planId, symbol, stepIndex, basis }: UnsettledStep): DoubtfulStep | null {
    if (planId === null || stepIndex === null) return null;
    const { records } = this.#parts.logger.getHistory({
      planId,
      types: ['plan_proposed'],
      limit: 1,
    });
    const proposed = records[0] === undefined ? undefined : fieldAt(records[0].body, 'plan');
    const plan = proposed === undefined ? null : planFrom(proposed);
    const part = plan?.parts.find((each) => each.symbol === symbol);
    return plan === null || part?.steps[stepIndex] === undefined
      ? null
      : { plan, part, stepIndex, basis };
  }

  #isOpen(step: UnsettledStep): boolean {
    return this.#find(nameOf(step)) !== null;
  }

  #find(name: string): UnsettledStep | null {
    return this.#parts.unsettled.list().find((each) => nameOf(each) === name) ?? null;
  }

  #tellStuck(step: UnsettledStep, why: string): void {
    const { symbol, kind, clientOrderId, orderId } = step;
    const what = clientOrderId === null ? `order ${orderId}` : `client order id ${clientOrderId}`;
    const because =
      `nobody can tell what became of a ${kind} (${what}), and it is not sent again: ${why}. ` +
      `Look for it at the broker and cancel it there if it is live; until it is known nothing ` +
      `is sent in ${symbol}, so guard the position by hand. Every cycle looks for it again`;
    this.#parts.alerts.raise({ code: STUCK, symbol, because });
  }

  #clearAlerts(): void {
    const { alerts, unsettled } = this.#parts;
    for (const { code, symbol } of alerts.alerts()) {
      if (code === STUCK && !unsettled.list().some((step) => step.symbol === symbol)) {
        alerts.clear({ code, symbol });
      }
    }
  }

  async #lookFor(step: UnsettledStep): Promise<void> {
    const { desk } = this.#parts;
    if (step.orderId !== null) {
      await desk.lookAt(step.orderId);
      const successor = desk.find(step.orderId)?.replacedBy ?? null;
      if (successor !== null) await desk.lookAt(successor);
    }
    if (step.clientOrderId === null) return;
    this.#settleFromBook();
    if (!this.#isOpen(step)) return;
    await desk.lookAtClientOrder(step.clientOrderId);
    // Afterwards one look a cycle will do.
    if (this.#searched.has(step.clientOrderId)) return;
    this.#searched.add(step.clientOrderId);
    await desk.search(step.clientOrderId, step.since);
  }

  #settleFromBook(): void {
    // What cannot be written down any more settles nothing: the step stays in doubt.
    if (this.#parts.logger.brokenBecause !== null) return;
    for (const step of this.#parts.unsettled.list()) this.#settle(step);
  }

  #settle(step: UnsettledStep): void {
    const placed = step.clientOrderId && this.#parts.desk.findClientOrder(step.clientOrderId);
    if (placed) {
      logObserved(this.#parts.logger, step.planId, placed);
      this.#tellSettled(step);
      return;
    }
    const changed = step.orderId === null ? null : this.#parts.desk.find(step.orderId);
    if (changed === null || !this.#changedNothing(step, changed)) return;
    const because = `order ${step.orderId} is ${changed.status}, so its ${step.kind} changed nothing`;
    logNoEffect(this.#parts.logger, step, because);
    this.#tellSettled(step);
  }

  /** What could not be written down is not settled, and to tell of it would begin this anew. */
  #tellSettled(step: UnsettledStep): void {
    if (!this.#isOpen(step)) this.#parts.state.reconsider(step.symbol);
  }

  /** True when it is proven that the step had no effect, or that it does not matter any more. */
  #changedNothing(step: UnsettledStep, changed: Order): boolean {
    if (step.kind === 'cancel') {
      return (
        isTerminal(changed.status) ||
        msBetween(this.#parts.clock.now(), step.since) >= CANCEL_GIVEN_UP_MS
      );
    }
    if (changed.status !== 'replaced') return isTerminal(changed.status);
    // Replaced, but perhaps by somebody else.
    const successor =
      changed.replacedBy === null ? null : this.#parts.desk.find(changed.replacedBy);
    return successor !== null && successor.clientOrderId !== step.clientOrderId;
  }
}

const nameOf = ({ clientOrderId, orderId }: UnsettledStep): string =>
  clientOrderId ?? `cancel ${orderId}`;
