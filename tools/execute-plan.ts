import { z } from 'zod';
import { text } from '../src/domain/decimal.ts';
import type { PlanId } from '../src/domain/ids.ts';
import type {
  ExecutionReport,
  PartReport,
  ReportOutcome,
  StepResult,
} from '../src/domain/report.ts';
import { isoTime } from '../src/domain/time.ts';
import { idArgument } from './shared/arguments.ts';
import { shortened } from './shared/page.ts';
import { type Denial, denialInOneLine, denialsOf, stepInWords } from './shared/plan-words.ts';
import { answered, defineTool, refused } from './tool.ts';

const stepSchema = z.object({
  step: z.string(),
  outcome: z.string(),
  order_id: z.string().nullable(),
  filled_quantity: z.string().nullable(),
  rejection: z.string().nullable(),
  because: z.string(),
});

export const executePlan = defineTool({
  name: 'execute_plan',
  title: 'Execute a plan',
  description:
    'Places the orders of one proposed plan, exactly as shown, once. Refused if it expired, was ' +
    'used, the hash differs, the position moved or a guardrail denies. Never repeat an unsettled ' +
    'plan: read get_history first. A plan beyond the limits waits for a person.',
  effect: 'acts',
  input: z.strictObject({
    plan_id: idArgument.min(1).describe('From propose_plan'),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the hash that propose_plan gave: 64 hexadecimal digits')
      .describe('The hash of that plan'),
  }),
  output: z.object({
    plan_id: z.string(),
    outcome: z.enum(['completed', 'stopped', 'unsettled', 'denied']),
    because: z.string(),
    started_at: z.string(),
    finished_at: z.string(),
    parts: z.array(
      z.object({
        symbol: z.string(),
        outcome: z.string(),
        because: z.string(),
        naked_share_seconds: z.string(),
        steps: z.array(stepSchema),
      }),
    ),
    more_parts: z.array(z.string()),
    parts_left_out: z.number(),
    next_step: z.string(),
  }),

  // The signal ends the wait for a person; an order that was sent is followed to its end.
  async run({ plan_id: planId, hash }, { bigBrother, person, signal }) {
    const report = await bigBrother.execute(planId as PlanId, hash, { person, signal });
    return report.outcome === 'denied' && !report.parts.some(wasSent)
      ? refusalOf(report)
      : answered(reportFacts(report));
  },
});

const wasSent = ({ steps }: PartReport): boolean =>
  steps.some(({ outcome }) => outcome !== 'not_tried');

const MOST_HINTS = 3;
const MOST_NAMES = 3;
const MOST_REASONS = 4;

function refusalOf(report: ExecutionReport) {
  const words = { whole: (denial: Denial) => denial, line: denialInOneLine };
  const denials = shortened(denialsOf(report.verdicts), report.because, words);
  const wouldPass = denials.whole.flatMap((denial) => denial.would_pass ?? []);
  return refused(report.refusal ?? 'guardrails_denied', report.because, {
    wouldPass: wouldPass.length === 0 ? null : wouldPass.slice(0, MOST_HINTS).join('; '),
    details: {
      plan_id: report.planId,
      nothing_was_sent: true,
      denials: denials.whole,
      more_denials: denials.lines,
      denials_left_out: denials.leftOut,
    },
  });
}

const nextStep: Readonly<Record<ReportOutcome, string>> = {
  completed: 'Done and verified at the broker.',
  stopped:
    'Not everything was done; what was done stands. evaluate_position shows the position now.',
  unsettled:
    'The broker has not told what became of a step. Do not repeat it; get_history will say.',
  denied: 'Some of it was denied; the parts say which. get_portfolio_context shows what is true.',
};

function reportFacts(report: ExecutionReport) {
  const frame = {
    plan_id: report.planId,
    outcome: report.outcome,
    because: becauseOf(report),
    started_at: isoTime(report.startedAt),
    finished_at: isoTime(report.finishedAt),
    next_step: nextStep[report.outcome],
  };
  const { whole, lines, leftOut } = shortened(worstFirst(report.parts), frame, {
    whole: partFacts,
    line: partInOneLine,
  });
  return { ...frame, parts: whole, more_parts: lines, parts_left_out: leftOut };
}

/** What came of the parts, each reason once with the first of those that it is true of. */
function becauseOf({ parts, because }: ExecutionReport): string {
  if (parts.length <= MOST_NAMES) return because;
  const symbolsBy = new Map<string, string[]>();
  for (const part of worstFirst(parts)) {
    const symbols = symbolsBy.get(part.because);
    if (symbols === undefined) symbolsBy.set(part.because, [part.symbol]);
    else symbols.push(part.symbol);
  }
  const reasons = [...symbolsBy].map(
    ([reason, symbols]) => `${firstOf(symbols, ', ', MOST_NAMES)}: ${reason}`,
  );
  return firstOf(reasons, '; ', MOST_REASONS);
}

function firstOf(words: readonly string[], between: string, most: number): string {
  const more = words.length - most;
  return words.slice(0, most).join(between) + (more > 0 ? ` and ${more} more` : '');
}

/** What did not go well has the room first. */
const worstFirst = (parts: readonly PartReport[]): readonly PartReport[] => [
  ...parts.filter(({ outcome }) => outcome !== 'completed'),
  ...parts.filter(({ outcome }) => outcome === 'completed'),
];

const partInOneLine = ({ symbol, outcome, because, steps }: PartReport): string =>
  `${symbol} ${outcome} in ${steps.length} steps: ${because}`;

const partFacts = (part: PartReport) => ({
  symbol: part.symbol,
  outcome: part.outcome,
  because: part.because,
  naked_share_seconds: text(part.nakedShareSeconds),
  steps: part.steps.map(stepFacts),
});

const stepFacts = (result: StepResult) => ({
  step: stepInWords(result.step),
  outcome: result.outcome,
  order_id: result.orderId,
  filled_quantity: result.filledQuantity === null ? null : text(result.filledQuantity),
  rejection: result.rejection,
  because: result.because,
});
