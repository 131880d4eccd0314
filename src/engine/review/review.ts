import type { ApprovedPlan } from '../../domain/approved-plan.ts';
import { mintApprovedPlan } from '../../domain/approved-plan.ts';
import type { Guardrail, ReviewInput, Verdict } from '../../domain/guardrail.ts';
import type { PersonApproval } from '../../domain/person-approval.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';

/** Approved, or denied; with all that was said either way. */
export type Review =
  | {
      readonly outcome: 'approved';
      readonly approved: ApprovedPlan;
      readonly verdicts: readonly Verdict[];
    }
  | {
      readonly outcome: 'denied';
      readonly verdicts: readonly Verdict[];
      readonly denials: readonly Verdict[];
    };

/**
 * Asks every guardrail about every part, also after the first denial: the journal should
 * show all answers. The only place that makes an `ApprovedPlan`.
 *
 * @param guardrails at least one: a gate that asks nobody lets nothing pass
 * @param inputs what the guardrails look at, one for each part of the plan; a part
 *   without its input is denied
 * @param approval a person's; without one a plan that needs it can be looked at, not executed
 */
export function review(
  plan: ActionPlan,
  guardrails: readonly Guardrail[],
  inputs: readonly ReviewInput[],
  approval: PersonApproval | null = null,
): Review {
  const own = inputs.filter((each) => each.plan === plan);
  const inputFor = new Map(own.map((input) => [input.part, input]));
  const verdicts = plan.parts.flatMap((part) => {
    const input = inputFor.get(part);
    if (input === undefined) return [inputMissing(part)];
    if (guardrails.length === 0) return [nobodyAsked(part)];
    return guardrails.map((guardrail) => ask(guardrail, input));
  });
  const denials = verdicts.filter(({ outcome }) => outcome === 'deny');
  return denials.length === 0
    ? { outcome: 'approved', approved: mintApprovedPlan(plan, verdicts, approval), verdicts }
    : { outcome: 'denied', verdicts, denials };
}

/** A guardrail that breaks has not let the plan pass. */
function ask(guardrail: Guardrail, input: ReviewInput): Verdict {
  try {
    return guardrail.review(input);
  } catch (fault) {
    return {
      guardrail: guardrail.name,
      symbol: input.part.symbol,
      outcome: 'deny',
      code: 'guardrail_failed',
      measured: fault instanceof Error ? fault.message : String(fault),
      limit: 'an answer',
      because: `the guardrail ${guardrail.name} failed and so let nothing pass`,
      wouldPass: null,
    };
  }
}

const inputMissing = (part: PlanPart): Verdict => ({
  guardrail: 'review',
  symbol: part.symbol,
  outcome: 'deny',
  code: 'data_missing',
  measured: 'nothing to look at',
  limit: 'a context for each part',
  because: `${part.symbol} has no fresh context to review the plan with`,
  wouldPass: 'propose the plan again once the position is known',
});

const nobodyAsked = (part: PlanPart): Verdict => ({
  guardrail: 'review',
  symbol: part.symbol,
  outcome: 'deny',
  code: 'guardrail_failed',
  measured: '0 guardrails',
  limit: 'at least 1 guardrail',
  because: 'no guardrail was there to ask, and nothing passes unasked',
  wouldPass: 'the same plan with the guardrails in place',
});
