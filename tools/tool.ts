import type { z } from 'zod';
import type {
  Alert,
  HistoryPage,
  NakedTime,
  PlanStanding,
  Proposal,
  Supposition,
  SymbolEvaluation,
  SystemStatus,
  ToolCall,
} from '../src/domain/answers.ts';
import type { ApprovalChannel } from '../src/domain/approval.ts';
import type { Actor, HistoryQuery } from '../src/domain/event.ts';
import type { PlanId, Ticker } from '../src/domain/ids.ts';
import type { Intent, OpenIntent } from '../src/domain/plan.ts';
import type { PortfolioSnapshot, PositionContext } from '../src/domain/portfolio.ts';
import type { ExecutionReport } from '../src/domain/report.ts';
import type { PortfolioRisk } from '../src/domain/risk.ts';
import type { EpochMs } from '../src/domain/time.ts';
import type { ExecutionCaller } from '../src/runtime/big-brother.ts';
import type { ErrorCode } from './errors.ts';

/** What the tools need of BigBrother; `src/runtime/big-brother.ts` is it. */
export interface BigBrotherFace {
  status(): SystemStatus;
  /** The snapshot held now; null until the first look at the account is done. */
  snapshot(): PortfolioSnapshot | null;
  /** What all positions together risk; null until the first look is done. */
  portfolioRisk(): PortfolioRisk | null;
  contextFor(symbol: Ticker): PositionContext | null;
  evaluate(symbol: Ticker): SymbolEvaluation | null;
  /** What an entry would be, and the portfolio with it. Sends nothing, and keeps nothing. */
  suppose(intent: OpenIntent): Promise<Supposition>;
  /** A proposed plan as it stands now; null for one that nobody proposed here. */
  plan(planId: PlanId): PlanStanding | null;
  propose(intent: Intent, actor: Actor): Promise<Proposal>;
  execute(planId: PlanId, hash: string, caller?: ExecutionCaller): Promise<ExecutionReport>;
  history(query: HistoryQuery): HistoryPage;
  alerts(): readonly Alert[];
  nakedTime(symbol: Ticker): NakedTime;
  recordToolCall(call: ToolCall): void;
}

/** All that a tool may know of its call; nothing of the protocol that carried it. */
type ToolContext = {
  readonly bigBrother: BigBrotherFace;
  /** Aborted when the host no longer waits. What was sent to the broker goes on regardless. */
  readonly signal: AbortSignal;
  /** Puts a question to the host's person; null where the host cannot. */
  readonly person: ApprovalChannel | null;
  readonly now: EpochMs;
};

/** A tool's no: what is wrong, and what would pass. */
export type ToolRefusal = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly wouldPass?: string | null;
  /** More fields of the error, for example the denials. */
  readonly details?: Readonly<Record<string, unknown>>;
};

export type ToolAnswer<Result> =
  | { readonly outcome: 'answered'; readonly result: Result }
  | { readonly outcome: 'refused'; readonly refusal: ToolRefusal };

export const answered = <Result>(result: Result): ToolAnswer<Result> => ({
  outcome: 'answered',
  result,
});

export const refused = (
  code: ErrorCode,
  message: string,
  more: Omit<ToolRefusal, 'code' | 'message'> = {},
): ToolAnswer<never> => ({ outcome: 'refused', refusal: { code, message, ...more } });

/** `reads` looks, `proposes` writes a plan down and sends nothing, `acts` places orders. */
export type Effect = 'reads' | 'proposes' | 'acts';

type Annotations = {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
};

const annotationsOf: Readonly<Record<Effect, Annotations>> = {
  reads: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  proposes: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  // A plan runs once: the same call again changes nothing.
  acts: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
};

type ToolDef<Input extends z.ZodRawShape, Output extends z.ZodRawShape> = {
  readonly name: string;
  readonly title: string;
  /** For the agent: what it does and when to use it, in the first sentence. */
  readonly description: string;
  readonly effect: Effect;
  readonly input: z.ZodObject<Input, z.core.$strict>;
  readonly output: z.ZodObject<Output>;
  run(
    args: z.output<z.ZodObject<Input, z.core.$strict>>,
    context: ToolContext,
  ): ToolAnswer<z.input<z.ZodObject<Output>>> | Promise<ToolAnswer<z.input<z.ZodObject<Output>>>>;
};

/** A tool as the server sees it: arguments come in unchecked. */
export type Tool = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: Effect;
  readonly annotations: Annotations;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Refuses arguments that the input schema does not know, by their names. */
  call(args: unknown, context: ToolContext): Promise<ToolAnswer<Readonly<Record<string, unknown>>>>;
};

export function defineTool<Input extends z.ZodRawShape, Output extends z.ZodRawShape>(
  definition: ToolDef<Input, Output>,
): Tool {
  const { name, title, description, effect, input, output } = definition;
  return {
    name,
    title,
    description,
    effect,
    annotations: annotationsOf[effect],
    input,
    output,
    async call(args, context) {
      const parsed = input.safeParse(args);
      if (!parsed.success) return refused('invalid_arguments', sentenceOf(parsed.error));
      return definition.run(parsed.data, context);
    },
  };
}

const NAME_LIKE = /^[\w.-]{1,40}$/;

/** What is wrong with the arguments, field by field; never the text that was passed. */
function sentenceOf(error: z.ZodError): string {
  const sentences = error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const names = issue.keys.map((key) => (NAME_LIKE.test(key) ? `"${key}"` : 'an odd name'));
      return `Unknown argument ${names.join(', ')}`;
    }
    return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
  });
  return `${sentences.slice(0, 8).join('; ')}.`;
}
