import type { ApprovedPlan } from '../../domain/approved-plan.ts';
import { NO_SHARES, text } from '../../domain/decimal.ts';
import { isTerminal, type Order, type OrderStatus } from '../../domain/order.ts';
import type { CancelStep, PlanPart, ReplaceStep, Step, SubmitStep } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import type { StepResult } from '../../domain/report.ts';
import { sharesAdded } from '../../domain/risk-reducing.ts';
import { groupsOf } from '../../engine/account/groups.ts';
import { basisOf, scaleDriftOf } from '../../engine/planning/drift.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { OrderDesk } from '../account/order-desk.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import { logObserved, type StepAnswer } from '../plans/step-journal.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { DoubtfulStep, StepResender } from './step-resender.ts';
import type { StepSender } from './step-sender.ts';

/** `accepted` is where an order waits out of hours: the broker has it. */
const AT_THE_BROKER: ReadonlySet<OrderStatus> = new Set([
  'new',
  'accepted',
  'held',
  'partially_filled',
  'filled',
]);

type PlacingStep = SubmitStep | ReplaceStep;

/** A plan that waits for it longer leaves bare what its earlier steps have freed. */
const LONGEST_CANCEL_MS = 6_000;

/** The exits of one group end in one breath; the word of it may be slow, or has to be asked for. */
const FELLOWS_END_MS = 2_000;

/** A cancel that left no trace after this is sent again; that does no harm. */
const CANCEL_TRACE_MS = 2_000;

/**
 * Carries out one step of an approved plan: wait for its turn, write down the intent, call the
 * broker, write down its answer, wait until the step is confirmed. An answer that does not
 * come is neither yes nor no: the order is looked for under the id that we gave it, and where
 * it may be, the same is sent again under the same id. What never got its turn was not sent,
 * and is not even intended.
 */
export class StepRunner {
  readonly #sender: StepSender;
  readonly #resender: StepResender;
  readonly #state: PortfolioStateManager;
  readonly #desk: OrderDesk;
  readonly #logger: EventLogger;
  readonly #settings: RuntimeSettings;

  constructor(parts: {
    readonly sender: StepSender;
    readonly resender: StepResender;
    readonly state: PortfolioStateManager;
    readonly desk: OrderDesk;
    readonly logger: EventLogger;
    readonly settings: RuntimeSettings;
  }) {
    this.#sender = parts.sender;
    this.#resender = parts.resender;
    this.#state = parts.state;
    this.#desk = parts.desk;
    this.#logger = parts.logger;
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
    const turn = await this.#sender.awaitTurn(step, part);
    if (turn instanceof BrokerError) {
      const { rejection, message } = turn;
      return { ...notDone(step, message), outcome: 'rejected', rejection };
    }
    const context = this.#state.getCompleteContext(step.symbol);
    const basis = context === null ? null : basisOf(context);
    const drift = (context && scaleDriftOf(part, context)) ?? excessOf(step, context);
    if (drift !== null) return { ...notDone(step, drift), outcome: 'rejected', rejection: null };
    const sending = { approved, part, stepIndex, step, basis, turn, isRepeat: false };
    const answer = await this.#sender.send(sending);
    onAnswer(answer);
    const doubtful = { plan: approved.plan, part, stepIndex, basis };
    const result =
      step.kind === 'cancel'
        ? await this.#confirmCancel(step, await this.#settleCancel(step, answer, doubtful))
        : await this.#confirmPlacing(step, answer, doubtful);
    const seen = result.orderId === null ? null : this.#desk.find(result.orderId);
    // The end of an order is written down wherever it is first heard of.
    if (seen !== null && !isTerminal(seen.status))
      logObserved(this.#logger, approved.plan.id, seen);
    this.#logger.commit();
    return result;
  }

  async #confirmPlacing(
    step: PlacingStep,
    first: StepAnswer,
    doubtful: DoubtfulStep,
  ): Promise<StepResult> {
    let answer = first;
    let placed = await this.#placedBy(step, answer);
    while (placed === null && answer.outcome === 'unknown') {
      const again = await this.#resender.resend(doubtful);
      if (again.outcome === 'answered') {
        answer = again.answer;
        placed = await this.#placedBy(step, answer);
      } else if (again.outcome === 'found') placed = again.order;
      else {
        const because = `${answer.because}; no order with id ${step.clientOrderId} was found yet`;
        const why = `${because}, and it was not sent again: ${again.because}`;
        return { ...notDone(step, why), outcome: 'unknown' };
      }
    }
    if (placed === null) return rejected(step, answer);
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

  #placedBy(step: PlacingStep, { outcome, order }: StepAnswer): Promise<Order | null> {
    if (outcome === 'rejected' || order !== null) return Promise.resolve(order);
    return this.#desk.search(step.clientOrderId);
  }

  /** A cancel without an answer is repeated until it has left a trace, or may not be. */
  async #settleCancel(
    step: CancelStep,
    first: StepAnswer,
    doubtful: DoubtfulStep,
  ): Promise<StepAnswer> {
    let answer = first;
    while (answer.outcome === 'unknown') {
      const isTaken = ({ status }: Order) => isTerminal(status) || status === 'pending_cancel';
      const taken = await this.#desk.waitFor(step.orderId, isTaken, CANCEL_TRACE_MS);
      if (taken !== null) return answer;
      const again = await this.#resender.resend(doubtful);
      if (again.outcome !== 'answered') return answer;
      answer = again.answer;
    }
    return answer;
  }

  async #confirmCancel(step: CancelStep, answer: StepAnswer): Promise<StepResult> {
    const timeoutMs = Math.min(this.#settings.confirmTimeoutMs, LONGEST_CANCEL_MS);
    if (answer.outcome === 'rejected') await this.#desk.lookAt(step.orderId);
    const known = this.#desk.find(step.orderId);
    if (answer.outcome === 'rejected' && (known === null || !isTerminal(known.status))) {
      return rejected(step, answer);
    }
    const order = await this.#desk.waitFor(
      step.orderId,
      ({ status }) => isTerminal(status),
      timeoutMs,
    );
    if (order === null) {
      const status = this.#desk.find(step.orderId)?.status ?? 'not to be seen';
      const because = `order ${step.orderId} is ${status} ${timeoutMs} ms after its cancel`;
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
    return this.#confirmFellows(order, result);
  }

  /**
   * The exits beside a canceled one end with it; but where the venue had set that one aside, it
   * may wake its stop instead, which then holds the shares that the plan counts as free.
   */
  async #confirmFellows(order: Order, result: ReturnType<typeof resultOf>): Promise<StepResult> {
    const because = `order ${order.id} is ${order.status}`;
    for (const { id, status: before } of this.#fellowsOf(order)) {
      // Not every end of a held leg is told of.
      void this.#desk.lookAt(id);
      const isWoken = ({ status }: Order) => before === 'held' && status !== 'held';
      await this.#desk.waitFor(id, (one) => isTerminal(one.status) || isWoken(one), FELLOWS_END_MS);
      const status = this.#desk.find(id)?.status;
      if (status === undefined || isTerminal(status)) continue;
      const lives = `${because}, but order ${id} of its group is ${status}`;
      return { ...result, outcome: 'rejected', because: lives };
    }
    return { ...result, outcome: 'done', because };
  }

  #fellowsOf(order: Order): readonly Order[] {
    const live = this.#state.getCompleteContext(order.symbol)?.orders ?? [];
    const group = groupsOf([order, ...live.filter(({ id }) => id !== order.id)])[0]?.orders ?? [];
    return group.filter(({ id, side }) => id !== order.id && side === order.side);
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

const resultOf = (step: Step, order: Order) => ({
  step,
  orderId: order.id,
  filledQuantity: order.filledQuantity,
  rejection: null,
});

/** More shares may have left since the plan was made: what is over would open a position. */
function excessOf(step: Step, context: PositionContext | null): string | null {
  if (step.kind !== 'submit' || !step.order.positionIntent.endsWith('_to_close')) return null;
  const held = context?.position.quantity ?? NO_SHARES;
  if (context !== null && sharesAdded(step, context.position).eq(NO_SHARES)) return null;
  return `${text(step.order.quantity)} shares were to be closed, and ${text(held)} are held`;
}

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
