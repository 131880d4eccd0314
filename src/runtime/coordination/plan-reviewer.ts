import type { Guardrail, ReviewInput, Verdict } from '../../domain/guardrail.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import type { Refusal } from '../../domain/report.ts';
import { isForEntry } from '../../engine/account/entry-context.ts';
import { withDoubts } from '../../engine/planning/doubt.ts';
import { driftOf, isForFlat } from '../../engine/planning/drift.ts';
import { type Review, review } from '../../engine/review/review.ts';
import { type ReviewBasis, reviewInputs, withMarketsOf } from '../../engine/review/review-basis.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { ControlDesk } from '../controls/control-desk.ts';
import type { ApprovalDesk } from '../plans/approval-desk.ts';
import type { ApprovalRules } from '../plans/approval-rules.ts';
import type { PlanStore } from '../plans/plan-store.ts';
import type { ProposalVetoes } from '../plans/proposal-vetoes.ts';
import type { SentSteps } from '../plans/sent-steps.ts';
import type { UnsettledSteps } from '../plans/unsettled-steps.ts';
import type { ModeGate } from '../rollout/mode-gate.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import { whyNotAdmitted } from './plan-admission.ts';
import type { PlanBinding } from './plan-maker.ts';
import type { Recovery } from './recovery.ts';
import type { ReviewJournal } from './review-journal.ts';

type Parts = {
  readonly state: PortfolioStateManager;
  readonly plans: PlanStore;
  readonly unsettled: UnsettledSteps;
  readonly sent: SentSteps;
  readonly controls: ControlDesk;
  readonly recovery: Recovery;
  readonly clock: Clock;
  readonly guardrails: readonly Guardrail[];
  readonly approvals: ApprovalDesk;
  readonly rules: ApprovalRules;
  readonly rollout: Rollout;
  readonly gate: ModeGate;
  readonly vetoes: ProposalVetoes;
  readonly binding: PlanBinding;
  readonly inputs: ReviewJournal;
  readonly settings: RuntimeSettings;
};

/** For the journal: where it says what the guardrails looked at; null when they saw nothing. */
type Noted = { readonly inputs: number | null };

/** Says of a plan whether it may run as things stand. Sends nothing, and waits for nothing. */
export class PlanReviewer {
  readonly #parts: Parts;
  #closing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** From now on no plan may run. */
  close(): void {
    this.#closing = true;
  }

  /** Why a plan may not run, by what is known without a look at the market; null when it may. */
  whyNot(plan: ActionPlan): Refusal | null {
    if (this.#closing) return { code: 'shutting_down', because: 'BigBrother is stopping' };
    const account = this.#parts.state.snapshot()?.account ?? null;
    return whyNotAdmitted(plan, { ...this.#parts, account, now: this.#parts.clock.now() });
  }

  /** The same, and whether the market is still as the plan was made for. */
  whyNotNow(plan: ActionPlan): Refusal | null {
    return this.whyNot(plan) ?? this.#drift(plan);
  }

  /** The guardrails' word on a plan that may run: the approval of it, or their denials. */
  review(plan: ActionPlan): Review & Noted {
    const basis = this.#basisFor(plan);
    const inputs = basis && this.#parts.inputs.note(basis);
    return { ...this.#reviewOn(plan, basis), inputs };
  }

  /** In words, what has changed in a part's symbol since its plan was made; null for nothing. */
  driftOf({ terms }: ActionPlan, part: PlanPart): string | null {
    return driftOf(part, this.#contextFor(part), terms.tolerance);
  }

  /** What the guardrails say as things stand, before the fresh look under the lock. */
  verdictsOn(plan: ActionPlan): readonly Verdict[] {
    return review(plan, this.#parts.guardrails, this.reviewInputs(plan)).verdicts;
  }

  /** The same, with what the guardrails looked at written down. */
  notedVerdictsOn(plan: ActionPlan): { readonly verdicts: readonly Verdict[] } & Noted {
    const basis = this.#basisFor(plan);
    const inputs = basis && this.#parts.inputs.note(basis);
    const looked = basis === null ? [] : reviewInputs(plan, basis);
    return { verdicts: review(plan, this.#parts.guardrails, looked).verdicts, inputs };
  }

  /** What the guardrails are to look at, out of the present snapshot. */
  reviewInputs(plan: ActionPlan): ReviewInput[] {
    const basis = this.#basisFor(plan);
    return basis === null ? [] : reviewInputs(plan, basis);
  }

  /**
   * Why a plan would not run now, by what is known without a fresh look; null when it may.
   * `approval_needed` only where a person's yes is all that it lacks.
   */
  objectionTo(
    plan: ActionPlan,
  ): { readonly refusal: Refusal; readonly verdicts: readonly Verdict[] } | null {
    const refusal = this.whyNot(plan);
    if (refusal?.code !== 'approval_needed') return refusal && { refusal, verdicts: [] };
    const drift = this.#drift(plan);
    if (drift !== null) return { refusal: drift, verdicts: [] };
    const reviewed = this.#reviewOn(plan, this.#basisFor(plan));
    const { verdicts } = reviewed;
    if (reviewed.outcome === 'approved') return { refusal, verdicts };
    return { refusal: deniedBy(reviewed.denials), verdicts };
  }

  #reviewOn(plan: ActionPlan, basis: ReviewBasis | null): Review {
    const { approvals, guardrails, vetoes } = this.#parts;
    const inputs = basis === null ? [] : reviewInputs(plan, basis);
    const reviewed = review(plan, guardrails, inputs, approvals.approvalOf(plan));
    if (reviewed.outcome === 'denied') vetoes.denied(plan, reviewed.denials);
    return reviewed;
  }

  /** Null while the account was not read. */
  #basisFor({ parts }: ActionPlan): ReviewBasis | null {
    const { state, clock, sent, controls, unsettled, settings } = this.#parts;
    const snapshot = state.snapshot();
    if (snapshot === null) return null;
    const now = clock.now();
    const symbols = parts.map(({ symbol }) => symbol);
    const doubts = symbols.map((symbol) => [symbol, unsettled.in(symbol)] as const);
    const facts = controls.facts(parts);
    return {
      ...{ facts, now, environment: settings.environment },
      snapshot: withMarketsOf(symbols, snapshot, facts),
      sent: sent.lately(now),
      doubts: new Map(doubts.filter(([, steps]) => steps.length > 0)),
      unknown: parts.flatMap((part) => (this.#contextFor(part) === null ? part.symbol : [])),
    };
  }

  #drift(plan: ActionPlan): Refusal | null {
    const drifts = plan.parts.flatMap((part) => this.driftOf(plan, part) ?? []);
    return drifts.length === 0 ? null : { code: 'plan_drifted', because: drifts.join('; ') };
  }

  /** The symbol now, seen as the part was made: as a position, as flat, or as to be entered. */
  #contextFor(part: PlanPart): PositionContext | null {
    const { state, unsettled } = this.#parts;
    const { symbol, target } = part;
    if (isForFlat(part) && !isForEntry(part)) return state.getFlatContext(symbol);
    const context = isForEntry(part)
      ? state.getEntryContext(symbol, target.side)
      : state.getCompleteContext(symbol);
    return context === null ? null : withDoubts(context, unsettled.in(part.symbol));
  }
}

/** The refusal that guardrails' denials are. */
export const deniedBy = (denials: readonly Verdict[]): Refusal => ({
  code: 'guardrails_denied',
  because: denials.map(({ because }) => because).join('; '),
});
