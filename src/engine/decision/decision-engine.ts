import type { Decision } from '../../domain/decision.ts';
import type { OpenIntent } from '../../domain/plan.ts';
import type { Evaluation, TradingPolicy } from '../../domain/policy.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { supposedContext } from '../account/entry-context.ts';
import { type EntryPlanning, type FirstStop, planEntry } from '../entries/entry.ts';
import type { Planning } from '../planning/plan.ts';
import { planFor } from '../planning/plan.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import { adviceWish } from './advice.ts';
import { decide } from './decide.ts';
import { releaseOrphans } from './orphans.ts';

/**
 * Asks the policies, settles what they want, and compiles the way there. Pure but for the
 * list of policies: the same context gives the same evaluations, decision and plan.
 */
export class DecisionEngine {
  readonly #policies: TradingPolicy[] = [];
  readonly #planning: PlanningSettings;

  /** @param parts policies in order of precedence, and what the planner may assume */
  constructor(parts: {
    readonly policies: readonly TradingPolicy[];
    readonly planning: PlanningSettings;
  }) {
    this.#planning = parts.planning;
    for (const policy of parts.policies) this.addPolicy(policy);
  }

  /** Adds a policy after the others. @throws when one of that name is there already */
  addPolicy(policy: TradingPolicy): void {
    if (this.#policies.some(({ name }) => name === policy.name)) {
      throw new Error(`a policy named ${policy.name} is there already; names must differ`);
    }
    this.#policies.push(policy);
  }

  /**
   * Every policy's answer, in order of precedence. One that breaks abstains with the
   * fault in its words, so that it cannot take the others' protection with it.
   */
  evaluatePosition(context: PositionContext): Evaluation[] {
    return this.#policies.map((policy) => {
      try {
        return policy.evaluate(context);
      } catch (fault) {
        const message = fault instanceof Error ? fault.message : String(fault);
        return { outcome: 'abstains', policy: policy.name, because: `fault: ${message}` };
      }
    });
  }

  /** One target out of all that is wanted; a host's intent counts as one more evaluation. */
  prioritizeActions(context: PositionContext, evaluations: readonly Evaluation[]): Decision {
    return decide(context, evaluations, this.#planning.foreignOrders);
  }

  /** The same decision, or with what advice wants besides: never anything instead. */
  takeAdvice(settled: Decision, context: PositionContext): Decision {
    const { advice, foreignOrders } = this.#planning;
    const wish = adviceWish(context, settled, advice);
    return wish === null ? settled : decide(context, [...settled.evaluations, wish], foreignOrders);
  }

  /** The steps to the target, or in words why there are none. */
  createActionPlan(decision: Decision, context: PositionContext): Planning {
    return planFor(decision, context, this.#planning);
  }

  /**
   * The way into a symbol, with a stop where the policies want the first one. What a policy would
   * do with the position once it is there does not count here.
   *
   * @param context as `entryContextFor` made it
   */
  planEntry(intent: OpenIntent, context: PositionContext, mark: string): EntryPlanning {
    const firstStop: FirstStop = (entryPrice, shares, stopPrice) => {
      const supposed = supposedContext(context, entryPrice, shares, stopPrice);
      return this.prioritizeActions(supposed, this.evaluatePosition(supposed)).target.cover;
    };
    return planEntry(intent, context, this.#planning, { firstStop, mark });
  }

  /** The decision and the plan for a flat symbol in which exits of ours still rest. */
  releaseOrphans(context: PositionContext): { readonly decision: Decision } & Planning {
    return releaseOrphans(context, this.#planning);
  }
}
