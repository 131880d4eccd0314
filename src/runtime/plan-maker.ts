import type { Decision } from '../domain/decision.ts';
import type { PlanId } from '../domain/ids.ts';
import type { ActionPlan, Intent, PlanOrigin, PlanPart } from '../domain/plan.ts';
import type { Evaluation } from '../domain/policy.ts';
import type { PositionContext } from '../domain/portfolio.ts';
import type { DecisionEngine } from '../engine/decision-engine.ts';
import { withDoubts } from '../engine/doubt.ts';
import type { Planning } from '../engine/plan.ts';
import { sealPlan } from '../engine/plan-hash.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { RuntimeSettings } from './settings.ts';
import type { UnsettledSteps } from './unsettled-steps.ts';

/** What the engine makes of one symbol. */
export type Thought = {
  readonly context: PositionContext;
  readonly decision: Decision;
} & Planning;

/** Asks the engine and puts its parts into sealed plans; sends nothing. */
export class PlanMaker {
  readonly #engine: DecisionEngine;
  readonly #unsettled: UnsettledSteps;
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;

  constructor(parts: {
    readonly engine: DecisionEngine;
    readonly unsettled: UnsettledSteps;
    readonly ids: Ids;
    readonly clock: Clock;
    readonly settings: RuntimeSettings;
  }) {
    this.#engine = parts.engine;
    this.#unsettled = parts.unsettled;
    this.#ids = parts.ids;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
  }

  /**
   * @param choose what of the policies' answers counts, and what the host adds; all of them
   *   and nothing, unless said otherwise
   */
  think(
    seen: PositionContext,
    choose: (evaluations: readonly Evaluation[]) => readonly Evaluation[] = (all) => all,
  ): Thought {
    const context = withDoubts(seen, this.#unsettled.in(seen.position.symbol));
    const evaluations = choose(this.#engine.evaluatePosition(context));
    const decision = this.#engine.prioritizeActions(context, evaluations);
    return { context, decision, ...this.#engine.createActionPlan(decision, context) };
  }

  /** @param context a flat symbol's, in which exits of ours still rest */
  thinkFlat(context: PositionContext): Thought {
    return { context, ...this.#engine.releaseOrphans(context) };
  }

  seal(
    parts: readonly PlanPart[],
    accountNumber: string,
    intent: Intent,
    origin: PlanOrigin,
  ): ActionPlan {
    const createdAt = this.#clock.now();
    const { environment, planLifetimeMs } = this.#settings;
    return sealPlan({
      id: this.#ids.next('plan') as PlanId,
      origin,
      intent,
      accountNumber,
      environment,
      createdAt,
      expiresAt: createdAt + planLifetimeMs,
      parts,
    });
  }
}
