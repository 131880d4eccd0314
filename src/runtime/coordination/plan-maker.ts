import { type ApprovalTier, needsPerson } from '../../domain/approval.ts';
import { digestOf, withTextKept } from '../../domain/canonical.ts';
import type { Decision } from '../../domain/decision.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { ActionPlan, Intent, OpenIntent, PlanOrigin, PlanPart } from '../../domain/plan.ts';
import type { Evaluation } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { withAdvice, withoutAdvice } from '../../engine/decision/advice.ts';
import { whyRiskier } from '../../engine/decision/advice-gate.ts';
import type { DecisionEngine } from '../../engine/decision/decision-engine.ts';
import type { EntryPlanning } from '../../engine/entries/entry.ts';
import { withDoubts } from '../../engine/planning/doubt.ts';
import type { DriftTolerance } from '../../engine/planning/drift.ts';
import type { Planning } from '../../engine/planning/plan.ts';
import { sealPlan } from '../../engine/planning/plan-hash.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { AdviceBook } from '../plans/advice-book.ts';
import type { ApprovalRules } from '../plans/approval-rules.ts';
import type { UnsettledSteps } from '../plans/unsettled-steps.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { RuntimeSettings } from '../settings/settings.ts';

/** What was asked of the policies, as the journal keeps it; a host's wish with its intent. */
export type Asked =
  | 'everybody'
  | 'stops_first'
  | 'nobody'
  | {
      readonly intent: Intent;
      readonly mark: string;
      readonly byPerson: boolean;
      /** Absent where a host or a person wants it. */
      readonly wantedBy?: { readonly policy: string; readonly because: string };
    };

/** What of the policies' answers counts, and what is added to them. */
export type Asking = {
  readonly choose: (evaluations: readonly Evaluation[]) => readonly Evaluation[];
  /** By this the choice can be made again. */
  readonly asked: Asked;
};

export const EVERYBODY: Asking = { choose: (all) => all, asked: 'everybody' };

/** What the engine makes of one symbol. */
export type Thought = {
  readonly context: PositionContext;
  readonly asked: Asked;
  readonly decision: Decision;
} & Planning;

/** What a plan is bound to, besides what it does. */
export type PlanBinding = {
  readonly settingsHash: () => string;
  readonly codeVersion: string;
  readonly driftTolerance: DriftTolerance;
};

type PlanMakerSettings = Pick<
  RuntimeSettings,
  'environment' | 'mode' | 'planLifetimeMs' | 'approvals'
>;

/** Asks the engine and puts its parts into sealed plans; sends nothing. */
export class PlanMaker {
  readonly #engine: DecisionEngine;
  readonly #unsettled: UnsettledSteps;
  readonly #ids: Ids;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #settings: PlanMakerSettings;
  readonly #rules: ApprovalRules;
  readonly #rollout: Rollout;
  readonly #advice: AdviceBook;
  readonly #binding: PlanBinding;

  constructor(parts: {
    readonly engine: DecisionEngine;
    readonly unsettled: UnsettledSteps;
    readonly ids: Ids;
    readonly clock: Pick<Clock, 'now'>;
    readonly settings: PlanMakerSettings;
    readonly rules: ApprovalRules;
    readonly rollout: Rollout;
    readonly advice: AdviceBook;
    readonly binding: PlanBinding;
  }) {
    this.#engine = parts.engine;
    this.#unsettled = parts.unsettled;
    this.#ids = parts.ids;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#rules = parts.rules;
    this.#rollout = parts.rollout;
    this.#advice = parts.advice;
    this.#binding = parts.binding;
  }

  /** A person who asks need not keep to the rollout of the policies. */
  think(seen: PositionContext, asking: Asking = EVERYBODY): Thought {
    const { symbol } = seen.position;
    const known = withDoubts(seen, this.#unsettled.in(symbol));
    const context = withAdvice(known, this.#advice.on(symbol));
    const { asked } = asking;
    const plain = this.#settle(withoutAdvice(context), asking);
    // Advice waits while stops come first, and says nothing to what a host or a person wants.
    if (context.advice === undefined || asked !== 'everybody') return { ...plain, context, asked };
    const advised = this.#settle(context, asking);
    const refused = whyRiskier(plain, advised);
    if (refused === null) return { ...advised, context, asked };
    const notes = [...plain.notes, { recipe: 'advice', because: refused }];
    return { ...plain, notes, context, asked };
  }

  #settle(context: PositionContext, { choose, asked }: Asking) {
    const answers = this.#engine.evaluatePosition(context);
    const byPerson = typeof asked === 'object' && asked.byPerson;
    const evaluations = choose(byPerson ? answers : this.#rollout.judge(context, answers));
    const settled = this.#engine.prioritizeActions(context, evaluations);
    const decision = this.#engine.takeAdvice(settled, context);
    return { decision, ...this.#engine.createActionPlan(decision, context) };
  }

  /**
   * What opens something in a symbol, or a code and words on why nothing can be.
   *
   * @param seen as `entryContextFor` made it
   */
  thinkEntry(
    seen: PositionContext,
    asked: { readonly intent: OpenIntent; readonly mark: string; readonly byPerson: boolean },
  ): Thought | Extract<EntryPlanning, { outcome: 'impossible' }> {
    const known = withDoubts(seen, this.#unsettled.in(seen.position.symbol));
    const context = withAdvice(known, this.#advice.on(seen.position.symbol));
    const planned = this.#engine.planEntry(asked.intent, withoutAdvice(context), asked.mark);
    return planned.outcome === 'impossible' ? planned : { ...planned, context, asked };
  }

  /** @param context a flat symbol's, in which exits of ours still rest */
  thinkFlat(context: PositionContext): Thought {
    return { context, asked: 'everybody', ...this.#engine.releaseOrphans(context) };
  }

  /**
   * @param contexts what the parts were made from, account included; none for a halt
   */
  seal(
    parts: readonly PlanPart[],
    contexts: readonly PositionContext[],
    accountNumber: string,
    intent: Intent,
    origin: PlanOrigin,
  ): ActionPlan {
    const createdAt = this.#clock.now();
    const { environment, mode } = this.#settings;
    const { settingsHash, codeVersion, driftTolerance } = this.#binding;
    const approval = this.#rules.needFor({ origin, intent, parts }, contexts[0]?.account ?? null);
    return sealPlan({
      id: this.#ids.next('plan') as PlanId,
      origin,
      intent,
      accountNumber,
      environment,
      createdAt,
      expiresAt: createdAt + this.#lifetimeMs(approval.tier),
      terms: {
        snapshotDigest: digestOf(contexts.map(withTextsKept)),
        settingsHash: settingsHash(),
        codeVersion,
        mode,
        tolerance: driftTolerance,
      },
      approval,
      parts,
    });
  }

  /** A person takes longer than a program. */
  #lifetimeMs(tier: ApprovalTier): number {
    const { planLifetimeMs, approvals } = this.#settings;
    if (!needsPerson(tier)) return planLifetimeMs;
    const { lifetimeMs, delayMs } = approvals;
    return Math.max(planLifetimeMs, lifetimeMs) + (tier === 'T3' ? delayMs : 0);
  }
}

/**
 * Each is written again with its decision. Account and session are those of all others too; an
 * order stands in a context twice, and once more in the part that changes it.
 */
function withTextsKept(context: PositionContext): PositionContext {
  withTextKept(context.account);
  withTextKept(context.session);
  for (const order of context.orders) withTextKept(order);
  return withTextKept(context);
}
