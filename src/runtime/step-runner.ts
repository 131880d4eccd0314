import type { ApprovedPlan } from '../domain/approved-plan.ts';
import { text } from '../domain/decimal.ts';
import { isTerminal, type Order, type OrderStatus } from '../domain/order.ts';
import type { CancelStep, PlanPart, ReplaceStep, Step, SubmitStep } from '../domain/plan.ts';
import type { StepResult } from '../domain/report.ts';
import { type Broker, BrokerError, type Turn } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import { reasonOf, withDeadline } from './deadline.ts';
import type { EventLogger } from './event-logger.ts';
import type { OrderDesk } from './order-desk.ts';
import type { RuntimeSettings } from './settings.ts';
import { logAnswered, logIntended, logObserved, type StepAnswer } from './step-journal.ts';

/** `accepted` is where an order waits out of hours: the broker has it. */
const AT_THE_BROKER: ReadonlySet<OrderStatus> = new Set([
  'new',
  'accepted',
  'held',
  'partially_filled',
  'filled',
]);

type PlacingStep = SubmitStep | ReplaceStep;

/**
 * Carries out one step of an approved plan: wait for its turn, write down the intent, call the
 * broker once, write down its answer, wait until the step is confirmed. An answer that does not
 * come is neither yes nor no: the order is looked for under the id that we gave it. What never
 * got its turn was not sent, and is not even intended.
 */
export class StepRunner {
  readonly #broker: Broker;
  readonly #desk: OrderDesk;
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;

  constructor(parts: {
    readonly broker: Broker;
    readonly desk: OrderDesk;
    readonly logger: EventLogger;
    readonly clock: Clock;
    readonly settings: RuntimeSettings;
  }) {
    this.#broker = parts.broker;
    this.#desk = parts.desk;
    this.#logger = parts.logger;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
  }

  /**
   * Never throws for what the broker does.
   *
   * @param onAnswer called once, when the broker has answered or its time for that is over
   * @throws JournalBrokenError when the intent cannot be written; nothing was sent then
   */
  async run(
    approved: ApprovedPlan,
    part: PlanPart,
    stepIndex: number,
    onAnswer: (answer: StepAnswer) => void = () => {},
  ): Promise<StepResult> {
    const step = part.steps[stepIndex];
    if (step === undefined) throw new RangeError(`the part has no step ${stepIndex}`);
    const turn = await this.#awaitTurn();
    if (turn instanceof BrokerError) {
      const { rejection, message } = turn;
      return { ...notDone(step, message), outcome: 'rejected', rejection };
    }
    logIntended(this.#logger, approved.plan.id, part, stepIndex, step);
    const answer = await this.#ask(step, () => this.#send(approved, step, turn)).catch((fault) => {
      // Our own fault; whether the request left before it is not known.
      logAnswered(this.#logger, approved.plan.id, step, unknownAfter(fault));
      throw fault;
    });
    logAnswered(this.#logger, approved.plan.id, step, answer);
    onAnswer(answer);
    if (answer.order !== null) this.#desk.applyAnswer(answer.order);
    const result =
      step.kind === 'cancel'
        ? await this.#confirmCancel(step, answer)
        : await this.#confirmPlacing(step, answer);
    const seen = result.orderId === null ? null : this.#desk.find(result.orderId);
    // The end of an order is written down wherever it is first heard of.
    if (seen !== null && !isTerminal(seen.status))
      logObserved(this.#logger, approved.plan.id, seen);
    this.#logger.commit();
    return result;
  }

  async #awaitTurn(): Promise<Turn | BrokerError> {
    try {
      return await this.#broker.awaitTurn(this.#settings.longestTurnWaitMs);
    } catch (error) {
      if (error instanceof BrokerError) return error;
      throw error;
    }
  }

  #send(approved: ApprovedPlan, step: Step, turn: Turn): Promise<Order | null> {
    switch (step.kind) {
      case 'submit':
        return this.#broker.submit(approved, step, turn);
      case 'replace':
        return this.#broker.replace(approved, step, turn);
      case 'cancel':
        return this.#broker.cancel(approved, step, turn).then(() => null);
    }
  }

  async #ask(step: Step, call: () => Promise<Order | null>): Promise<StepAnswer> {
    try {
      const order = await withDeadline({
        clock: this.#clock,
        timeoutMs: this.#settings.callTimeoutMs,
        what: `the broker's ${step.kind}`,
        call,
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

  async #confirmPlacing(step: PlacingStep, answer: StepAnswer): Promise<StepResult> {
    if (answer.outcome === 'rejected') return rejected(step, answer);
    const placed = answer.order ?? (await this.#desk.search(step.clientOrderId));
    if (placed === null) {
      const because = `${answer.because}; no order with id ${step.clientOrderId} was found yet`;
      return { ...notDone(step, because), outcome: 'unknown' };
    }
    const difference = differenceFrom(step, placed);
    if (difference !== null)
      return { ...resultOf(step, placed), outcome: 'rejected', because: difference };
    const wanted = (order: Order) =>
      isTerminal(order.status) || (step.until === 'live' && AT_THE_BROKER.has(order.status));
    const timeoutMs =
      step.until === 'live' ? this.#settings.confirmTimeoutMs : this.#settings.fillTimeoutMs;
    const settled = await this.#desk.waitFor(placed.id, wanted, timeoutMs);
    const order = settled ?? this.#desk.find(placed.id) ?? placed;
    return placingResult(step, order, settled !== null, timeoutMs);
  }

  async #confirmCancel(step: CancelStep, answer: StepAnswer): Promise<StepResult> {
    const { confirmTimeoutMs } = this.#settings;
    if (answer.outcome === 'rejected') await this.#desk.lookAt(step.orderId);
    const known = this.#desk.find(step.orderId);
    if (answer.outcome === 'rejected' && (known === null || !isTerminal(known.status))) {
      return rejected(step, answer);
    }
    const order = await this.#desk.waitFor(
      step.orderId,
      ({ status }) => isTerminal(status),
      confirmTimeoutMs,
    );
    if (order === null) {
      const status = this.#desk.find(step.orderId)?.status ?? 'not to be seen';
      const because = `order ${step.orderId} is ${status} ${confirmTimeoutMs} ms after its cancel`;
      const taken = answer.outcome === 'acknowledged' || status === 'pending_cancel';
      const outcome = taken ? 'unconfirmed' : 'unknown';
      return { ...notDone(step, because), outcome, orderId: step.orderId };
    }
    const result = resultOf(step, order);
    // A fill can win the race against our cancel; the plan is then about shares that are gone.
    if (!order.filledQuantity.eq(step.before.filledQuantity)) {
      const because = `order ${order.id} filled ${text(order.filledQuantity)} before its cancel`;
      return { ...result, outcome: 'rejected', because };
    }
    if (order.status === 'replaced') {
      const because = `order ${order.id} was replaced by ${order.replacedBy} before its cancel`;
      return { ...result, outcome: 'rejected', because };
    }
    return { ...result, outcome: 'done', because: `order ${order.id} is ${order.status}` };
  }
}

function placingResult(
  step: PlacingStep,
  order: Order,
  inTime: boolean,
  timeoutMs: number,
): StepResult {
  const result = resultOf(step, order);
  const state = `order ${order.id} is ${order.status}`;
  if (!inTime) {
    const because = `${state} after ${timeoutMs} ms, not ${step.until}`;
    return { ...result, outcome: 'unconfirmed', because };
  }
  if (order.status === 'filled' || !isTerminal(order.status)) {
    return { ...result, outcome: 'done', because: state };
  }
  // Answered with yes and refused afterwards, or ended by somebody else.
  return { ...result, outcome: 'rejected', because: `${state}, not ${step.until}` };
}

/** An order found under our id that is not what this step asks for came from another plan. */
function differenceFrom(step: PlacingStep, order: Order): string | null {
  if (step.kind === 'replace') return null;
  const { side, quantity } = step.order;
  if (order.side === side && order.quantity?.eq(quantity)) return null;
  return (
    `id ${step.clientOrderId} belongs to order ${order.id} already, ` +
    `which is to ${order.side} ${order.quantity === null ? 'dollars' : text(order.quantity)}`
  );
}

const unknownAfter = (fault: unknown): StepAnswer => ({
  outcome: 'unknown',
  order: null,
  rejection: null,
  status: null,
  code: null,
  because: `our own fault: ${reasonOf(fault)}`,
});

const resultOf = (step: Step, order: Order) => ({
  step,
  orderId: order.id,
  filledQuantity: order.filledQuantity,
  rejection: null,
});

const notDone = (step: Step, because: string) => ({
  step,
  orderId: null,
  filledQuantity: null,
  rejection: null,
  because,
});

const rejected = (step: Step, { rejection, because }: StepAnswer): StepResult => ({
  ...notDone(step, because),
  outcome: 'rejected',
  rejection,
});
