import type { NakedTime } from '../../domain/answers.ts';
import { decimal, notional, quantity, text } from '../../domain/decimal.ts';
import type { Verdict } from '../../domain/guardrail.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { ActionPlan, PlanPart, Step } from '../../domain/plan.ts';
import type { ExecutionReport, PartReport, Refusal, StepResult } from '../../domain/report.ts';

type Times = Pick<ExecutionReport, 'startedAt' | 'finishedAt'>;

/** The report of a plan that did not run. */
export const deniedReport = (
  plan: ActionPlan,
  { code, because }: Refusal,
  verdicts: readonly Verdict[],
  times: Times,
): ExecutionReport => ({
  planId: plan.id,
  outcome: 'denied',
  refusal: code,
  parts: [],
  verdicts,
  ...times,
  because,
});

/** The report of a plan that ran; its worst part decides how it ended. */
export function finishedReport(
  plan: Pick<ActionPlan, 'id'>,
  parts: readonly PartReport[],
  verdicts: readonly Verdict[],
  times: Times,
): ExecutionReport {
  const worst = (['unsettled', 'stopped'] as const).find((outcome) =>
    parts.some((part) => part.outcome === outcome),
  );
  return {
    planId: plan.id,
    outcome: worst ?? 'completed',
    refusal: null,
    parts,
    verdicts,
    ...times,
    because: parts.map(({ symbol, because }) => `${symbol}: ${because}`).join('; '),
  };
}

/** What became of a part, with what was foreseen of it. */
export const partReport = (
  { symbol, recipe, cause, naked }: PlanPart,
  end: Pick<
    PartReport,
    'outcome' | 'steps' | 'nakedShareSeconds' | 'nakedDollarSeconds' | 'because'
  >,
): PartReport => ({
  symbol,
  recipe,
  cause,
  predictedNakedDollarSeconds: naked.dollarSeconds,
  ...end,
});

/** The naked time from one look at the meter to the next. */
export const nakedBetween = (before: NakedTime, after: NakedTime) => ({
  nakedShareSeconds: quantity(text(decimal(after.shareSeconds).minus(before.shareSeconds))),
  nakedDollarSeconds: notional(text(decimal(after.dollarSeconds).minus(before.dollarSeconds))),
});

/** What is said of a step after one that did not end as planned. */
export const notTried = (step: Step): StepResult => ({
  step,
  outcome: 'not_tried',
  orderId: null,
  filledQuantity: null,
  rejection: null,
  because: 'an earlier step did not end as planned',
});

/** The symbol that all of a plan is about; null when there are several. */
export const soleSymbolOf = ({ parts }: ActionPlan): Ticker | null =>
  parts.length === 1 ? (parts[0]?.symbol ?? null) : null;
