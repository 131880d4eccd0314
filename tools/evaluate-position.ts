import { z } from 'zod';
import type { Advice } from '../src/domain/advice.ts';
import type { Supposition, SymbolBackground } from '../src/domain/answers.ts';
import { text } from '../src/domain/decimal.ts';
import type { Decision } from '../src/domain/decision.ts';
import type { Verdict } from '../src/domain/guardrail.ts';
import type { Evaluation } from '../src/domain/policy.ts';
import type { StrategyStatus } from '../src/domain/regime.ts';
import { type EpochMs, isoTime } from '../src/domain/time.ts';
import { symbolArgument } from './shared/arguments.ts';
import { openOf } from './shared/opening.ts';
import { actionInWords, denialsOf, partInWords } from './shared/plan-words.ts';
import { positionFacts } from './shared/position-facts.ts';
import { effectFacts, riskSchema } from './shared/risk-facts.ts';
import { denialSchema, partSchema, positionSchema } from './shared/schemas.ts';
import { answered, type BigBrotherFace, defineTool, refused } from './tool.ts';

export const evaluatePosition = defineTool({
  name: 'evaluate_position',
  title: 'Evaluate a position',
  description:
    'What every policy says of one position and why; the decision, its plan, what each guardrail ' +
    'says. With entry: if it were opened. Sends nothing.',
  effect: 'reads',
  input: z.strictObject({
    symbol: symbolArgument.describe('e.g. AAPL'),
    entry: z.string().optional().describe('As in propose_plan'),
  }),
  output: z.object({
    as_of: z.string(),
    snapshot_version: z.number(),
    /** These three of what is held; not with an entry. */
    position: positionSchema.optional(),
    policies: z
      .array(
        z.object({
          policy: z.string(),
          wants: z.string().nullable(),
          urgency: z.string().nullable(),
          because: z.string(),
        }),
      )
      .optional(),
    decision: z
      .object({
        urgency: z.string(),
        chosen: z.array(z.string()),
        overruled: z.array(
          z.object({ policy: z.string(), wanted: z.string(), by: z.string(), because: z.string() }),
        ),
        target: z.object({
          hold_quantity: z.string(),
          stop: z.string().nullable(),
          limit: z.string().nullable(),
          sale: z.object({ quantity: z.string(), milestone: z.string() }).nullable(),
          reprice_limit: z.string().nullable(),
        }),
      })
      .optional(),
    /** What was said of the symbol and holds: it can only tighten. */
    advice: z.array(z.string()).optional(),
    /** What is known from outside; `quoted` holds words of others. */
    background: z
      .object({
        history: z.array(z.string()),
        signals: z.array(z.string()),
        quoted: z.string().nullable(),
        /** What the model of a host said of the last plan; it decides nothing. */
        opinion: z.object({ said: z.string(), quoted: z.string() }).optional(),
        because: z.array(z.string()),
      })
      .optional(),
    /** Which bundle of settings holds, and the market it is for. */
    strategy: z.string(),
    plan: partSchema.nullable(),
    planning_notes: z.array(z.string()),
    denials: z.array(denialSchema),
    passed: z.array(z.string()),
    /** With an entry: who has to agree, and the portfolio before and after it. */
    approval: z.object({ tier: z.string(), because: z.array(z.string()) }).optional(),
    effect: riskSchema.optional(),
  }),

  async run({ symbol, entry }, { bigBrother, now }) {
    const snapshot = bigBrother.snapshot();
    if (snapshot === null) return refused('not_ready', 'The account has not been read yet.');
    if (entry !== undefined) {
      const intent = openOf({ entry }, symbol);
      if (typeof intent === 'string') return refused('invalid_arguments', intent);
      return suppositionFacts(await bigBrother.suppose(intent), bigBrother, now);
    }
    const evaluation = bigBrother.evaluate(symbol);
    if (evaluation === null) return refused('no_position', `There is no position in ${symbol}.`);

    const { context, decision, part, notes, verdicts, background } = evaluation;
    const { advice } = context;
    return answered({
      as_of: isoTime(decision.at),
      snapshot_version: decision.snapshotVersion,
      position: positionFacts(context, bigBrother.nakedTime(symbol), now),
      policies: decision.evaluations.map(evaluationInWords),
      decision: decisionFacts(decision),
      ...(advice === undefined ? {} : { advice: advice.map(adviceInWords) }),
      ...(background === undefined ? {} : { background: backgroundFacts(background) }),
      strategy: strategyInWords(bigBrother.status().strategy),
      plan: part === null ? null : partInWords(part),
      planning_notes: notes.map(({ recipe, because }) => `${recipe}: ${because}`),
      denials: denialsOf(verdicts),
      passed: verdicts.filter(({ outcome }) => outcome === 'pass').map(passInWords),
    });
  },
});

/** What an entry would be, in the words of a plan, and the portfolio before and after it. */
function suppositionFacts(supposed: Supposition, bigBrother: BigBrotherFace, now: EpochMs) {
  if (supposed.outcome === 'impossible') {
    const because = supposed.because.join('; ');
    return supposed.code === 'too_many_proposals' || supposed.code === 'not_ready'
      ? refused(supposed.code, because)
      : refused('plan_impossible', because, { details: { reason_code: supposed.code } });
  }
  const { part, approval, verdicts, notes, riskBefore, riskAfter } = supposed;
  return answered({
    as_of: isoTime(now),
    snapshot_version: bigBrother.snapshot()?.version ?? 0,
    strategy: strategyInWords(bigBrother.status().strategy),
    plan: partInWords(part),
    planning_notes: notes.map(({ recipe, because }) => `${recipe}: ${because}`),
    denials: denialsOf(verdicts),
    passed: verdicts.filter(({ outcome }) => outcome === 'pass').map(passInWords),
    approval: { tier: approval.tier, because: [...approval.because] },
    effect: effectFacts(part.symbol, riskBefore, riskAfter),
  });
}

type Opinion = NonNullable<SymbolBackground['opinion']>;

const strategyInWords = ({ active, regime, because }: StrategyStatus): string =>
  `${active ?? 'none'}; market ${regime}: ${because}`;

function evaluationInWords(evaluation: Evaluation) {
  if (evaluation.outcome === 'abstains') {
    const { policy, because } = evaluation;
    return { policy, wants: null, urgency: null, because };
  }
  const { policy, action, urgency, because } = evaluation.recommendation;
  const wants = actionInWords(action);
  if (evaluation.outcome === 'recommends') return { policy, wants, urgency, because };
  return { policy, wants: null, urgency: null, because: `${evaluation.because}; would ${wants}` };
}

function decisionFacts({ urgency, chosen, overruled, target }: Decision) {
  const { cover, sale, repriceLimit } = target;
  return {
    urgency,
    chosen: chosen.map(({ policy, action }) => `${policy}: ${actionInWords(action)}`),
    overruled: overruled.map(({ recommendation, by, because }) => ({
      policy: recommendation.policy,
      wanted: actionInWords(recommendation.action),
      by,
      because,
    })),
    target: {
      hold_quantity: text(target.holdQuantity),
      stop: cover === null ? null : text(cover.stopPrice),
      limit: cover === null ? null : text(cover.limitPrice),
      sale: sale === null ? null : { quantity: text(sale.quantity), milestone: sale.milestone },
      reprice_limit: repriceLimit === null ? null : text(repriceLimit),
    },
  };
}

function adviceInWords({ signal, severity, source, expiresAt, learned, hash }: Advice): string {
  const until = `until ${isoTime(expiresAt)}, from ${hash.slice(0, 12)}`;
  if (learned === undefined) return `${signal} ${severity} of 3 (${source}), ${until}`;
  const { tightenPercent, partialPercent } = learned;
  return (
    `learned: ${tightenPercent} % of the risk back, the first profit at ${partialPercent} % of ` +
    `its target, ${until}`
  );
}

const backgroundFacts = ({ history, signals, quoted, opinion, because }: SymbolBackground) => ({
  history: history.flatMap(({ action, count, meanR, latest }) =>
    count === 0
      ? []
      : [
          `${action}: ${count} before, ${meanR?.toFixed(2) ?? '?'} R on average; ${latest.join('; ')}`,
        ],
  ),
  signals: signals.map(
    ({ signal, severity, date, sources }) =>
      `${signal} ${severity} of 3 on ${date}${sources.length === 0 ? '' : ` (${sources.join(', ')})`}`,
  ),
  quoted,
  ...(opinion === null ? {} : { opinion: opinionFacts(opinion) }),
  because: [...because],
});

const opinionFacts = ({ prefers, agrees, hash, expiresAt, quoted }: Opinion) => ({
  said:
    `the host's model prefers ${prefers ?? 'nothing'}, ` +
    `${agrees ? 'as the analysis does' : 'and the analysis does not'}; until ` +
    `${isoTime(expiresAt)}, from ${hash.slice(0, 12)}; it changes nothing`,
  quoted,
});

const passInWords = ({ guardrail, measured, limit }: Verdict) =>
  `${guardrail}: ${measured}, limit ${limit}`;
