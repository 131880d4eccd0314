import { needsPerson } from './approval.ts';
import type { Verdict } from './guardrail.ts';
import { PersonApproval } from './person-approval.ts';
import type { ActionPlan, Step } from './plan.ts';

type Mint = (
  plan: ActionPlan,
  verdicts: readonly Verdict[],
  approval: PersonApproval | null,
) => ApprovedPlan;
let mint: Mint;

/**
 * A plan that no guardrail denied, with a person's approval where its tier asks for one: the
 * only thing the coordinator executes and the broker port accepts. It cannot be built elsewhere: the constructor is private, the
 * seal is a private field that no cast can forge, and only engine/review.ts may import
 * the mint (the architecture test holds that).
 */
export class ApprovedPlan {
  readonly #steps: ReadonlySet<Step>;
  readonly plan: ActionPlan;
  readonly verdicts: readonly Verdict[];
  /** Null where nobody was asked. */
  readonly approval: PersonApproval | null;

  private constructor(
    plan: ActionPlan,
    verdicts: readonly Verdict[],
    approval: PersonApproval | null,
  ) {
    this.plan = plan;
    this.verdicts = verdicts;
    this.approval = approval;
    this.#steps = new Set(plan.parts.flatMap((part) => part.steps));
    Object.freeze(this);
  }

  /**
   * True when `step` is one of the approved steps, by identity, and a person agreed where the
   * plan's tier asks for it.
   */
  static covers(approved: unknown, step: Step): boolean {
    if (typeof approved !== 'object' || approved === null || !(#steps in approved)) return false;
    const { plan, approval } = approved as ApprovedPlan;
    const { tier } = plan.approval;
    if (tier === 'T4' || (needsPerson(tier) && !PersonApproval.covers(approval, plan)))
      return false;
    return (approved as ApprovedPlan).#steps.has(step);
  }

  static {
    mint = (plan, verdicts, approval) => new ApprovedPlan(plan, verdicts, approval);
  }
}

/** For engine/review.ts alone. */
export const mintApprovedPlan: Mint = (plan, verdicts, approval) => mint(plan, verdicts, approval);
