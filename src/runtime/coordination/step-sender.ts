import type { ApprovedPlan } from '../../domain/approved-plan.ts';
import type { Order } from '../../domain/order.ts';
import type { PartBasis, PlanPart, Step } from '../../domain/plan.ts';
import { type Broker, BrokerError, type Turn } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { OrderDesk } from '../account/order-desk.ts';
import type { HaltWatch } from '../halt/halt-watch.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import { logAnswered, logIntended, type StepAnswer } from '../plans/step-journal.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { Recovery } from './recovery.ts';

type Sending = {
  readonly approved: ApprovedPlan;
  readonly part: PlanPart;
  readonly stepIndex: number;
  readonly step: Step;
  /** What the step is sent into; null when the symbol is not known. */
  readonly basis: PartBasis | null;
  readonly turn: Turn;
  /** True when the same was sent before and nobody knows what became of it. */
  readonly isRepeat: boolean;
};

/** Sends one step once: the intent before, the answer after, both in the journal. */
export class StepSender {
  readonly #broker: Broker;
  readonly #desk: OrderDesk;
  readonly #recovery: Recovery;
  readonly #halts: HaltWatch;
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;

  constructor(parts: {
    readonly broker: Broker;
    readonly desk: OrderDesk;
    readonly recovery: Recovery;
    readonly halts: HaltWatch;
    readonly logger: EventLogger;
    readonly clock: Clock;
    readonly settings: RuntimeSettings;
  }) {
    this.#broker = parts.broker;
    this.#desk = parts.desk;
    this.#recovery = parts.recovery;
    this.#halts = parts.halts;
    this.#logger = parts.logger;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
  }

  /** @returns leave to send; or why there was none in time, or may be none: nothing was sent then */
  async awaitTurn(step: Step, part: PlanPart): Promise<Turn | BrokerError> {
    try {
      const turn = await this.#broker.awaitTurn(this.#settings.longestTurnWaitMs);
      const because = this.#recovery.whyNotReady() ?? this.#halts.whyBlocked(step, part);
      return because === null ? turn : new BrokerError(because, { outcome: 'rejected' });
    } catch (error) {
      if (error instanceof BrokerError) return error;
      throw error;
    }
  }

  /**
   * Never throws for what the broker does. A no to a repeat counts only when the broker does
   * not know the order either: the first copy may be the reason for the no.
   *
   * @throws JournalBrokenError when the intent cannot be written; nothing was sent then
   */
  async send(sending: Sending): Promise<StepAnswer> {
    const { approved, part, stepIndex, step, basis, isRepeat } = sending;
    const { id } = approved.plan;
    logIntended(this.#logger, id, part, stepIndex, step, basis);
    try {
      const first = await this.#ask(sending);
      const isDoubtful = isRepeat && first.outcome === 'rejected' && step.kind !== 'cancel';
      const answer = isDoubtful
        ? await this.#confirmNo(step.clientOrderId, first)
        : this.#unlessTaken(step, first);
      logAnswered(this.#logger, id, step, answer);
      if (answer.order !== null) this.#desk.applyAnswer(answer.order);
      return answer;
    } catch (fault) {
      // Our own fault; whether the request left before it is not known.
      logAnswered(this.#logger, id, step, unknownAfter(fault));
      throw fault;
    }
  }

  async #ask({ approved, part, step, turn, isRepeat }: Sending): Promise<StepAnswer> {
    // The last instant in which it can be kept back: from here the request is on its way.
    const blocked = this.#halts.whyBlocked(step, part);
    if (blocked !== null) return notSent(isRepeat ? 'unknown' : 'rejected', blocked);
    try {
      const order = await withDeadline({
        clock: this.#clock,
        timeoutMs: this.#settings.callTimeoutMs,
        what: `the broker's ${step.kind}`,
        call: () => this.#call(approved, step, turn),
        onLate: (late) => {
          if (late !== null) this.#desk.applyAnswer(late);
        },
      });
      const because = `the broker took the ${step.kind}`;
      return { outcome: 'acknowledged', order, rejection: null, status: null, code: null, because };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const { rejection, status, code, message } = error;
      // The id is taken: an order of exactly this meaning got there before.
      const landed = rejection === 'duplicate_client_order_id';
      const outcome = landed ? 'unknown' : error.outcome;
      return { outcome, order: null, rejection, status, code, because: message };
    }
  }

  #call(approved: ApprovedPlan, step: Step, turn: Turn): Promise<Order | null> {
    switch (step.kind) {
      case 'submit':
        return this.#broker.submit(approved, step, turn);
      case 'replace':
        return this.#broker.replace(approved, step, turn);
      case 'cancel':
        return this.#broker.cancel(approved, step, turn).then(() => null);
    }
  }

  /** A no, perhaps cut short, to an order that the stream has told of says that it is there. */
  #unlessTaken(step: Step, answer: StepAnswer): StepAnswer {
    if (answer.outcome !== 'rejected' || step.kind === 'cancel') return answer;
    const order = this.#desk.findClientOrder(step.clientOrderId);
    if (order === null || order.status === 'rejected') return answer;
    return { ...answer, outcome: 'acknowledged', order, rejection: null };
  }

  async #confirmNo(clientOrderId: string, no: StepAnswer): Promise<StepAnswer> {
    const unknown: StepAnswer = { ...no, outcome: 'unknown' };
    // These say nothing about the order.
    if (no.rejection === 'throttled' || no.rejection === 'auth') return unknown;
    try {
      const order = await withDeadline({
        clock: this.#clock,
        timeoutMs: this.#settings.callTimeoutMs,
        what: "the broker's search for the order",
        call: () => this.#broker.findOrder(clientOrderId),
      });
      return order === null ? no : { ...no, outcome: 'acknowledged', order, rejection: null };
    } catch (error) {
      if (error instanceof BrokerError) return unknown;
      throw error;
    }
  }
}

const unknownAfter = (fault: unknown): StepAnswer =>
  notSent('unknown', `our own fault: ${reasonOf(fault)}`);

const notSent = (outcome: StepAnswer['outcome'], because: string): StepAnswer => ({
  outcome,
  order: null,
  rejection: null,
  status: null,
  code: null,
  because,
});
