import { type ApprovalTier, needsPerson } from '../../domain/approval.ts';
import { digestOf } from '../../domain/canonical.ts';
import type { Decision } from '../../domain/decision.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { ActionPlan, Intent, PlanOrigin, PlanPart } from '../../domain/plan.ts';
import type { Evaluation } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import type { DecisionEngine } from '../../engine/decision-engine.ts';
import { withDoubts } from '../../engine/doubt.ts';
import type { DriftTolerance } from '../../engine/drift.ts';
import type { Planning } from '../../engine/plan.ts';
import { sealPlan } from '../../engine/plan-hash.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { ApprovalRules } from '../plans/approval-rules.ts';
import type { UnsettledSteps } from '../plans/unsettled-steps.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { RuntimeSettings } from '../settings/settings.ts';

/** What the engine makes of one symbol. */
export type Thought = {
  readonly context: PositionContext;
  readonly decision: Decision;
} & Planning;

/** What a plan is bound to, besides what it does. */
export type PlanBinding = {
  readonly settingsHash: () => string;
  readonly codeVersion: string;
  readonly driftTolerance: DriftTolerance;
};

/** Asks the engine and puts its parts into sealed plans; sends nothing. */
export class PlanMaker {
  readonly #engine: DecisionEngine;
  readonly #unsettled: UnsettledSteps;
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;
  readonly #rules: ApprovalRules;
  readonly #rollout: Rollout;
  readonly #binding: PlanBinding;

  constructor(parts: {
    readonly engine: DecisionEngine;
    readonly unsettled: UnsettledSteps;
    readonly ids: Ids;
    readonly clock: Clock;
    readonly settings: RuntimeSettings;
    readonly rules: ApprovalRules;
    readonly rollout: Rollout;
    readonly binding: PlanBinding;
  }) {
    this.#engine = parts.engine;
    this.#unsettled = parts.unsettled;
    this.#ids = parts.ids;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#rules = parts.rules;
    this.#rollout = parts.rollout;
    this.#binding = parts.binding;
  }

  /**
   * @param choose what of the policies' answers counts, and what the host adds; all of them
   *   and nothing, unless said otherwise
   * @param byPerson true where a person asks, who need not keep to the rollout of the policies
   */
  think(
    seen: PositionContext,
    choose: (evaluations: readonly Evaluation[]) => readonly Evaluation[] = (all) => all,
    byPerson = false,
  ): Thought {
    const context = withDoubts(seen, this.#unsettled.in(seen.position.symbol));
    const asked = this.#engine.evaluatePosition(context);
    const evaluations = choose(byPerson ? asked : this.#rollout.judge(context, asked));
    const decision = this.#engine.prioritizeActions(context, evaluations);
    return { context, decision, ...this.#engine.createActionPlan(decision, context) };
  }

  /** @param context a flat symbol's, in which exits of ours still rest */
  thinkFlat(context: PositionContext): Thought {
    return { context, ...this.#engine.releaseOrphans(context) };
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
        snapshotDigest: digestOf(contexts),
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
