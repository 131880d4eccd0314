import { text } from '../../domain/decimal.ts';
import type { Guardrail } from '../../domain/guardrail.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { ActionPlan, PartBasis, PlanPart, Step, SubmitStep } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { isRiskReducing } from '../../domain/risk-reducing.ts';
import { msBetween } from '../../domain/time.ts';
import {
  basisOf,
  type DriftTolerance,
  driftOf,
  scaleDriftOf,
} from '../../engine/planning/drift.ts';
import { sealPlan } from '../../engine/planning/plan-hash.ts';
import { review } from '../../engine/review/review.ts';
import { type ReviewBasis, reviewInputs, withMarketsOf } from '../../engine/review/review-basis.ts';
import { BrokerError } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OrderDesk } from '../account/order-desk.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { ControlDesk } from '../controls/control-desk.ts';
import type { HaltWatch } from '../halt/halt-watch.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { SentSteps } from '../plans/sent-steps.ts';
import type { StepAnswer } from '../plans/step-journal.ts';
import type { UnsettledStep, UnsettledSteps } from '../plans/unsettled-steps.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { ReviewJournal } from './review-journal.ts';
import type { StepSender } from './step-sender.ts';

/** So often a step is sent again at once; after that only after a pause, for as long as it takes. */
const PROMPT_RESENDS = 3;
const RESEND_PAUSE_MS = 20_000;
/** A stop is as good as ever when the price moved: its own rules judge it, not the drift. */
const ANY_PRICE: DriftTolerance = { priceBps: 1_000_000 };

/** A step that was sent, or was about to be, and of which nothing is known. */
export type DoubtfulStep = {
  readonly plan: ActionPlan;
  readonly part: PlanPart;
  readonly stepIndex: number;
  /** What the step was sent into. */
  readonly basis: PartBasis | null;
};

/**
 * found: it had arrived. answered: it was sent again, with this answer. held_back: it may not
 * be sent again, at least not now. gone: the position it was for has ended.
 */
export type Resending =
  | { readonly outcome: 'found'; readonly order: Order }
  | { readonly outcome: 'answered'; readonly answer: StepAnswer }
  | { readonly outcome: 'held_back' | 'gone'; readonly because: string };

type Parts = {
  readonly sender: StepSender;
  readonly state: PortfolioStateManager;
  readonly desk: OrderDesk;
  readonly sent: SentSteps;
  readonly controls: ControlDesk;
  readonly halts: HaltWatch;
  readonly unsettled: UnsettledSteps;
  readonly logger: EventLogger;
  readonly inputs: ReviewJournal;
  readonly clock: Clock;
  readonly guardrails: readonly Guardrail[];
  readonly driftTolerance: DriftTolerance;
  readonly settings: RuntimeSettings;
};

/**
 * Sends a step again whose first copy nobody can find: the same body under the same id, so
 * that the broker takes at most one of them, and says so. Only what brings the position
 * nearer to flat or protects it is repeated, only while all is as it was when the step was
 * first sent, and only after the guardrails have looked again. What opens is never repeated.
 */
export class StepResender {
  readonly #parts: Parts;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** From here on nothing is sent again. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * The caller holds the symbol's lock.
   *
   * @throws JournalBrokenError when it cannot be written down; nothing was sent then
   */
  async resend(doubtful: DoubtfulStep): Promise<Resending> {
    const { part, stepIndex } = doubtful;
    const step = part.steps[stepIndex];
    if (step === undefined) throw new RangeError(`the part has no step ${stepIndex}`);
    const { state, desk, settings } = this.#parts;
    if (settings.mode !== 'execute') return heldBack(`the mode is ${settings.mode}`);
    const pause = this.#pause(step);
    if (pause !== null) return heldBack(pause);
    const failure = await state.updateFromAlpaca();
    if (failure !== null) return heldBack(`the account cannot be read: ${failure}`);
    await state.freshenQuotes([step.symbol]);
    this.#parts.halts.notice();
    if (step.kind !== 'submit') await desk.lookAt(step.orderId);
    const order = this.#traceOf(step);
    if (order !== null) return { outcome: 'found', order };
    const context = state.getCompleteContext(step.symbol);
    if (opens(step)) return heldBack('it may open a position, and what opens is never sent twice');
    if (context === null || context.episode.id !== part.episodeId) {
      return { outcome: 'gone', because: `the position it was for (${part.episodeId}) has ended` };
    }
    const because = this.#whyNot(doubtful, step, context);
    return because === null ? this.#send(doubtful, step, context) : heldBack(because);
  }

  /** Counted by the journal: a restart is no reason to begin anew. */
  #pause(step: Step): string | null {
    const { unsettled, clock } = this.#parts;
    const open = unsettled.find(nameOf(step));
    if (open === null || open.timesSent <= PROMPT_RESENDS) return null;
    const leftMs = RESEND_PAUSE_MS - msBetween(open.since, clock.now());
    if (leftMs <= 0) return null;
    return `it was sent again ${open.timesSent - 1} times, the next time is in ${leftMs} ms`;
  }

  /** The order that shows that the step has arrived. */
  #traceOf(step: Step): Order | null {
    const { desk } = this.#parts;
    if (step.kind !== 'cancel') return desk.findClientOrder(step.clientOrderId);
    const order = desk.find(step.orderId);
    const isTaken = order?.status === 'pending_cancel' || (order && isTerminal(order.status));
    return isTaken ? order : null;
  }

  #whyNot({ part, basis }: DoubtfulStep, step: Step, context: PositionContext): string | null {
    if (!isRiskReducing(step, context.position)) return 'it may add to the risk';
    if (basis === null) return 'the journal does not tell what it was sent into';
    const scaleDrift = scaleDriftOf(part, context);
    if (scaleDrift !== null) return scaleDrift;
    // What is bare needs its stop whatever else has changed; the guardrails judge the rest.
    if (isNewStop(step)) {
      const { nakedQuantity } = context.cover;
      if (nakedQuantity.gte(step.order.quantity)) return null;
      return `it is for ${text(step.order.quantity)} shares, and ${text(nakedQuantity)} are bare`;
    }
    const successor = context.orders.find(
      ({ replaces }) => step.kind === 'replace' && replaces === step.orderId,
    );
    if (successor !== undefined) return `order ${successor.id} stands in the place it is for`;
    return this.#drift({ ...part, basis }, step, context);
  }

  #drift(part: PlanPart, step: Step, context: PositionContext): string | null {
    const { driftTolerance } = this.#parts;
    const now = basisOf(context).orders;
    const before = concernedBy(step, part.basis.orders);
    const concerned = concernedBy(step, now);
    const isSame = before.map(withoutStatus).join() === concerned.map(withoutStatus).join();
    if (!isSame && !isForBareShares(step, context)) {
      const words = concerned.join(', ') || 'none';
      return `the live orders are ${words}, not ${before.join(', ') || 'none'}`;
    }
    const isUrgent = isStopStep(step) || context.cover.nakedQuantity.gt('0');
    const tolerance = isUrgent ? ANY_PRICE : driftTolerance;
    return driftOf({ ...part, basis: { ...part.basis, orders: now } }, context, tolerance);
  }

  async #send(
    { plan, part, stepIndex }: DoubtfulStep,
    step: Step,
    context: PositionContext,
  ): Promise<Resending> {
    const { sender, logger, clock } = this.#parts;
    const basis = basisOf(context);
    // With what follows it, since a step is judged by where its plan ends; but a newer plan may
    // have done some of that meanwhile, and a new stop stands for itself.
    const following = isNewStop(step)
      ? []
      : part.steps.slice(stepIndex + 1).filter((each) => this.#isToCome(each, context));
    const rest: PlanPart = { ...part, steps: [step, ...following], basis };
    const { hash: _, ...fields } = plan;
    // Whoever had to agree has agreed to all of it before its first step was sent.
    const approval = { tier: 'T1', because: ['it is the rest of a plan that was begun'] } as const;
    const again = sealPlan({ ...fields, createdAt: clock.now(), approval, parts: [rest] });
    const { reviewed, noted } = this.#review(again, step);
    const { outcome, verdicts } = reviewed;
    const body = { outcome, verdicts, sentAgain: nameOf(step), ...noted };
    logger.log({
      type: 'plan_reviewed',
      actor: 'system',
      symbol: step.symbol,
      planId: plan.id,
      body,
    });
    if (reviewed.outcome === 'denied') {
      return heldBack(reviewed.denials.map((denial) => denial.because).join('; '));
    }
    const turn = await sender.awaitTurn(step, part);
    if (turn instanceof BrokerError) return heldBack(turn.message);
    if (this.#stopped) return heldBack('BigBrother is stopping');
    const { approved } = reviewed;
    const sending = { approved, part, stepIndex, step, basis, turn, isRepeat: true };
    return { outcome: 'answered', answer: await sender.send(sending) };
  }

  #isToCome(step: Step, { orders, intents }: PositionContext): boolean {
    const changed = step.kind === 'submit' ? null : orders.find(({ id }) => id === step.orderId);
    if (changed === undefined || (changed !== null && isTerminal(changed.status))) return false;
    if (step.kind === 'cancel') return true;
    const id: string = step.clientOrderId;
    return !intents.some((intent) => intent.clientOrderId === id);
  }

  /** The guardrails judge the step as if it had never been sent: it is the same order still. */
  #review(plan: ActionPlan, step: Step) {
    const { guardrails, inputs } = this.#parts;
    const basis = this.#basisFor(plan, step);
    const except = step.kind === 'cancel' ? null : step.clientOrderId;
    const noted = { plan, except, inputs: basis && inputs.note(basis) };
    const looked = basis === null ? [] : reviewInputs(plan, basis, except);
    return { reviewed: review(plan, guardrails, looked), noted };
  }

  /** Whatever else is in doubt here is reckoned with, or two of them would wait for each other. */
  #basisFor({ parts }: ActionPlan, step: Step): ReviewBasis | null {
    const { state, clock, sent, unsettled, controls, settings } = this.#parts;
    const { symbol } = step;
    const snapshot = state.snapshot();
    if (snapshot === null) return null;
    const now = clock.now();
    const doubts = unsettled.in(symbol).filter((one) => !isSame(one, step));
    const facts = controls.facts(parts);
    return {
      ...{ facts, now, environment: settings.environment },
      snapshot: withMarketsOf([symbol], snapshot, facts),
      sent: sent.lately(now),
      doubts: new Map(doubts.length === 0 ? [] : [[symbol, doubts]]),
      unknown: [],
    };
  }
}

const isSame = (one: UnsettledStep, step: Step): boolean =>
  step.kind === 'cancel'
    ? one.kind === 'cancel' && one.orderId === step.orderId
    : one.clientOrderId === step.clientOrderId;

const opens = (step: Step): boolean =>
  step.kind === 'submit' && !step.order.positionIntent.endsWith('_to_close');

const nameOf = (step: Step): string =>
  step.kind === 'cancel' ? `cancel ${step.orderId}` : step.clientOrderId;

/** Its shares wait for it: no other order has them, whatever became of the others. */
const isForBareShares = (step: Step, { cover }: PositionContext): boolean =>
  step.kind === 'submit' && cover.nakedQuantity.gte(step.order.quantity);

const isNewStop = (step: Step): step is SubmitStep =>
  step.kind === 'submit' && step.purpose === 'protect' && isStopStep(step);

const heldBack = (because: string): Resending => ({ outcome: 'held_back', because });

/** A change concerns the order that it changes; what was done to its neighbours meanwhile is theirs. */
const concernedBy = (step: Step, lines: readonly string[]): readonly string[] =>
  step.kind === 'submit' ? lines : lines.filter((line) => line.startsWith(`${step.orderId}:`));

/** `id:status:quantity` without the status, which goes on by itself. */
const withoutStatus = (line: string): string => line.replace(/:[^:]*:/, ':');

/** What rests until the price is there, and so is no worse for a price that moved. */
const isStopStep = (step: Step): boolean =>
  step.kind === 'submit'
    ? step.order.stopPrice !== null || step.order.stopLoss !== null
    : step.kind === 'replace' && step.before.stopPrice !== null;
