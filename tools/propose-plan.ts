import { z } from 'zod';
import type { Proposal } from '../src/domain/answers.ts';
import { needsPerson } from '../src/domain/approval.ts';
import { decimal } from '../src/domain/decimal.ts';
import type { Mode } from '../src/domain/environment.ts';
import type { Ticker } from '../src/domain/ids.ts';
import type { Session } from '../src/domain/market.ts';
import type { ActionPlan, Intent, PlanPart } from '../src/domain/plan.ts';
import { type EpochMs, isoTime } from '../src/domain/time.ts';
import { worstLossOf } from '../src/domain/worst-loss.ts';
import { amountArgument, symbolArgument } from './shared/arguments.ts';
import {
  type Coordination,
  coordinationArguments,
  exitOf,
  misplacedIn,
  rebalanceOf,
} from './shared/coordination.ts';
import { misplacedOpening, type Opening, openingArguments, openOf } from './shared/opening.ts';
import { shortened } from './shared/page.ts';
import {
  type Denial,
  denialInOneLine,
  denialsOf,
  partInWords,
  passedGuardrails,
  worstLossInWords,
} from './shared/plan-words.ts';
import { denialSchema, partSchema } from './shared/schemas.ts';
import { answered, type BigBrotherFace, defineTool, refused, type ToolAnswer } from './tool.ts';

const MOST_REASONS = 6;

export const proposePlan = defineTool({
  name: 'propose_plan',
  title: 'Propose a plan',
  description:
    'Makes a plan, sends nothing: orders before and after, losses, time without cover, denials and ' +
    'what would pass. Show it, then call execute_plan.',
  effect: 'proposes',
  input: z.strictObject({
    intent: z
      .enum(['manage', 'protect', 'reduce', 'exit', 'open', 'rebalance', 'halt'])
      .describe(
        'manage: what the policies want; protect: only stops; ' +
          'halt: no new risk until a person resumes',
      ),
    symbol: symbolArgument
      .optional()
      .describe('Needed by reduce; manage and protect take all without'),
    fraction: amountArgument.optional().describe('reduce: part, e.g. "0.5"'),
    quantity: amountArgument.optional().describe('reduce: shares'),
    ...coordinationArguments,
    ...openingArguments,
  }),
  output: z.object({
    outcome: z.enum(['proposed', 'nothing_to_do']),
    because: z.array(z.string()),
    plan_id: z.string().optional(),
    hash: z.string().optional(),
    expires_at: z.string().optional(),
    seconds_left: z.number().optional(),
    executable: z.boolean(),
    approval: z
      .object({ tier: z.string(), because: z.array(z.string()), how: z.string() })
      .optional(),
    worst_loss: partSchema.shape.worst_loss.optional(),
    parts: z.array(partSchema),
    more_parts: z.array(z.string()),
    parts_left_out: z.number(),
    denials: z.array(denialSchema),
    more_denials: z.array(z.string()),
    denials_left_out: z.number(),
    passed: z.array(z.string()),
    planning_notes: z.array(z.string()),
    next_step: z.string(),
  }),

  async run(args, { bigBrother, now }) {
    const intent = intentOf(args);
    if (typeof intent === 'string') return refused('invalid_arguments', intent);
    const missing = NEEDS_NO_POSITION.has(intent.kind)
      ? null
      : missingPosition(args.symbol, bigBrother);
    if (missing !== null) return missing;

    const proposal = await bigBrother.propose(intent, 'host');
    const session = bigBrother.snapshot()?.session ?? null;
    return proposalFacts(proposal, { mode: bigBrother.status().mode, now, session });
  },
});

type Proposed = Extract<Proposal, { outcome: 'proposed' }>;

type Asked = {
  readonly intent: Exclude<Intent['kind'], 'exit_group'>;
  readonly symbol?: Ticker | undefined;
  readonly fraction?: string | undefined;
  readonly quantity?: string | undefined;
} & Coordination &
  Opening;

/** Asked for whether the symbol is held or not. */
const NEEDS_NO_POSITION: ReadonlySet<Intent['kind']> = new Set(['halt', 'open']);
const EITHER_SYMBOL_OR_GROUP = 'exit takes a symbol or a group, not both.';

/** The intent, or a sentence on why these arguments make none. */
function intentOf(asked: Asked): Intent | string {
  const { intent, symbol, fraction, quantity } = asked;
  const hasAmount = fraction !== undefined || quantity !== undefined;
  if (hasAmount && intent !== 'reduce') {
    return `fraction and quantity belong to reduce; ${intent} takes neither.`;
  }
  const misplaced = misplacedIn(asked, intent) ?? misplacedOpening(asked, intent);
  if (misplaced !== null) return misplaced;
  switch (intent) {
    case 'halt':
      return symbol === undefined
        ? { kind: 'halt', symbol: null }
        : 'halt takes no symbol: it stops the whole account.';
    case 'open':
      return openOf(asked, symbol);
    case 'rebalance':
      return symbol === undefined
        ? rebalanceOf(asked)
        : 'rebalance takes no symbol: the weights name them.';
    case 'manage':
    case 'protect':
      return { kind: intent, symbol: symbol ?? null };
    case 'exit':
      if (asked.group !== undefined) {
        return symbol === undefined ? exitOf(asked.group) : EITHER_SYMBOL_OR_GROUP;
      }
      return symbol === undefined
        ? 'exit needs a symbol, or a group of them.'
        : { kind: 'exit', symbol };
    case 'reduce': {
      if (symbol === undefined) return 'reduce needs a symbol.';
      if (fraction !== undefined && quantity !== undefined) {
        return 'reduce takes a fraction or a quantity, not both.';
      }
      if (quantity !== undefined) {
        return { kind: 'reduce', symbol, amount: { kind: 'quantity', quantity } };
      }
      if (fraction === undefined) return 'reduce needs a fraction or a quantity.';
      if (decimal(fraction).gte('1')) return 'a fraction is below 1; to leave whole, use exit.';
      return { kind: 'reduce', symbol, amount: { kind: 'fraction', fraction } };
    }
  }
}

function missingPosition(
  symbol: Ticker | undefined,
  bigBrother: BigBrotherFace,
): ToolAnswer<never> | null {
  const snapshot = bigBrother.snapshot();
  if (snapshot === null) return refused('not_ready', 'The account has not been read yet.');
  if (symbol === undefined || snapshot.positions.some((position) => position.symbol === symbol)) {
    return null;
  }
  return refused('no_position', `There is no position in ${symbol}.`);
}

type Standing = {
  readonly mode: Mode;
  readonly now: EpochMs;
  /** Null before the first look at the account. */
  readonly session: Session | null;
};

function proposalFacts(proposal: Proposal, { mode, now, session }: Standing) {
  switch (proposal.outcome) {
    case 'impossible':
      if (proposal.code === 'too_many_proposals' || proposal.code === 'veto_stands') {
        return refused(proposal.code, proposal.because.join('; '));
      }
      return refused('plan_impossible', withoutTheRest([...new Set(proposal.because)]).join('; '), {
        wouldPass: proposal.code === 'no_legal_way' ? onceOpen(session) : null,
        details: { reason_code: proposal.code },
      });
    case 'nothing_to_do':
      return answered({
        outcome: 'nothing_to_do' as const,
        because: withoutTheRest([...new Set(proposal.because)]),
        executable: false,
        ...NO_PARTS,
        next_step: 'Nothing to execute.',
      });
    case 'proposed':
      return answered(proposedFacts(proposal, mode, now));
  }
}

/** What has no legal way while the market is closed mostly has one once it is open. */
const onceOpen = (session: Session | null): string | null =>
  session === null || session.isOpen
    ? null
    : `perhaps the same once the market is open, from ${isoTime(session.nextOpenAt)}`;

const NO_PARTS = {
  ...{ parts: [], more_parts: [], parts_left_out: 0, passed: [], planning_notes: [] },
  ...{ denials: [], more_denials: [], denials_left_out: 0 },
};

function proposedFacts(proposal: Proposed, mode: Mode, now: EpochMs) {
  const { plan, verdicts, executable, notes } = proposal;
  const { because, tier } = plan.approval;
  const frame = {
    plan_id: plan.id,
    hash: plan.hash,
    expires_at: isoTime(plan.expiresAt),
    seconds_left: Math.max(0, Math.floor((plan.expiresAt - now) / 1000)),
    executable,
    approval: { tier, because: withoutTheRest(because), how: how(plan) },
    worst_loss: worstLossInWords(worstLossOf(plan.parts)),
    passed: passedGuardrails(verdicts),
    planning_notes: withoutTheRest(notes.map(({ recipe, because: why }) => `${recipe}: ${why}`)),
    next_step: nextStepOf(proposal, mode),
  };
  const words = { whole: (denial: Denial) => denial, line: denialInOneLine };
  const denials = shortened(denialsOf(verdicts), frame, words);
  const parts = shortened(plan.parts, [frame, denials], {
    whole: partInWords,
    line: partInOneLine,
  });
  return {
    outcome: 'proposed' as const,
    because: [],
    ...frame,
    parts: parts.whole,
    more_parts: parts.lines,
    parts_left_out: parts.leftOut,
    denials: denials.whole,
    more_denials: denials.lines,
    denials_left_out: denials.leftOut,
  };
}

/** Who has to agree, and where. */
function how({ approval }: ActionPlan): string {
  switch (approval.tier) {
    case 'T0':
    case 'T1':
      return 'Nobody has to agree.';
    case 'T2':
      return (
        'A person has to agree: execute_plan asks, in this host where it can, else with ' +
        '"bigbrother pending" in a terminal.'
      );
    case 'T3':
      return (
        'A person has to agree in a terminal, with a code, and it runs only some time after: ' +
        'call execute_plan, then "bigbrother pending" shows it.'
      );
    case 'T4':
      return 'Nobody can agree to this.';
  }
}

function nextStepOf({ executable, verdicts, plan }: Proposed, mode: Mode): string {
  if (executable && needsPerson(plan.approval.tier)) {
    return 'Show it, then execute_plan with this plan_id and hash: a person has to agree.';
  }
  if (executable) return 'execute_plan with this plan_id and hash before it expires.';
  if (plan.approval.tier === 'T4') return 'It cannot be executed, and nobody can agree to it.';
  if (verdicts.some(({ outcome }) => outcome === 'deny')) {
    return 'It cannot be executed; each denial says what would pass.';
  }
  return mode === 'execute'
    ? 'It cannot be executed: an order of its symbols has an unknown outcome. Propose again later.'
    : `It cannot be executed in mode ${mode}; a person has to change the mode.`;
}

function partInOneLine(part: PlanPart): string {
  const { symbol, recipe, steps, naked, worst_loss: worstLoss } = partInWords(part);
  const cover = `${naked.seconds} s without cover`;
  return `${symbol} ${recipe}: ${steps.join('; ')} (${cover}, at worst ${worstLoss.with_gap} lost)`;
}

/** The first ones, and how many more there are. */
const withoutTheRest = (lines: readonly string[]): string[] =>
  lines.length <= MOST_REASONS
    ? [...lines]
    : [...lines.slice(0, MOST_REASONS), `and ${lines.length - MOST_REASONS} more`];
