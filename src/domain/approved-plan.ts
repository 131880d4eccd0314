import type { Verdict } from './guardrail.ts';
import type { ActionPlan, Step } from './plan.ts';

let mint: (plan: ActionPlan, verdicts: readonly Verdict[]) => ApprovedPlan;

/**
 * A plan that no guardrail denied: the only thing the coordinator executes and the
 * broker port accepts. It cannot be built elsewhere: the constructor is private, the
 * seal is a private field that no cast can forge, and only engine/review.ts may import
 * the mint (the architecture test holds that).
 */
export class ApprovedPlan {
  readonly #steps: ReadonlySet<Step>;
  readonly plan: ActionPlan;
  readonly verdicts: readonly Verdict[];

  private constructor(plan: ActionPlan, verdicts: readonly Verdict[]) {
    this.plan = plan;
    this.verdicts = verdicts;
    this.#steps = new Set(plan.parts.flatMap((part) => part.steps));
    Object.freeze(this);
  }

  /** True when `step` is one of the approved steps, by identity. */
  static covers(approved: unknown, step: Step): boolean {
    return typeof approved === 'object' && approved !== null && #steps in approved
      ? (approved as ApprovedPlan).#steps.has(step)
      : false;
  }

  static {
    mint = (plan, verdicts) => new ApprovedPlan(plan, verdicts);
  }
}

/** For engine/review.ts alone. */
export const mintApprovedPlan = (plan: ActionPlan, verdicts: readonly Verdict[]): ApprovedPlan =>
  mint(plan, verdicts);
