import { digestOf, type Json } from '../domain/canonical.ts';
import type { Mode } from '../domain/environment.ts';
import type { JournalRecord } from '../domain/event.ts';
import type { Guardrail } from '../domain/guardrail.ts';
import type { Order } from '../domain/order.ts';
import type { ActionPlan } from '../domain/plan.ts';
import type { TradingPolicy } from '../domain/policy.ts';
import type { PositionContext } from '../domain/portfolio.ts';
import { fieldAt } from '../domain/record-body.ts';
import { revived } from '../domain/revival.ts';
import { DecisionEngine } from '../engine/decision/decision-engine.ts';
import type { PlanningSettings } from '../engine/planning-settings.ts';
import { NOBODY } from './coordination/nobody.ts';
import type { Asked, Asking, Thought } from './coordination/plan-maker.ts';
import { EVERYBODY, PlanMaker } from './coordination/plan-maker.ts';
import { STOPS_FIRST } from './coordination/stops-first.ts';
import { choiceFor } from './host-intents.ts';
import { AdviceBook } from './plans/advice-book.ts';
import { ApprovalRules } from './plans/approval-rules.ts';
import { UnsettledSteps } from './plans/unsettled-steps.ts';
import { Rollout } from './rollout/rollout.ts';
import type { RuntimeSettings } from './settings/settings.ts';

/** All that decides besides what was seen. */
export type ReplayRules = {
  /** In order of precedence. */
  readonly policies: readonly TradingPolicy[];
  readonly guardrails: readonly Guardrail[];
  readonly planning: PlanningSettings;
  readonly settings: Pick<RuntimeSettings, 'approvals' | 'rollout' | 'planLifetimeMs'>;
};

/**
 * The plan maker of the loop, at the instants of a journal: what it reads from clock, ids and
 * settings is what the record at hand says it read. What it remembers of earlier records it
 * remembers as in the loop.
 */
export class ReplayMaker {
  readonly #rollout: Rollout;
  readonly #approvals: ApprovalRules;
  readonly #advice = new AdviceBook();
  #rules: ReplayRules | null = null;
  /** The plan that is being made anew. */
  #plan: ActionPlan | null = null;
  #made: { readonly rules: ReplayRules; readonly maker: PlanMaker } | null = null;

  constructor() {
    const clock = { now: () => this.#plan?.createdAt ?? 0 };
    this.#rollout = new Rollout({ settings: () => this.#inForce().settings.rollout, clock });
    this.#approvals = new ApprovalRules({
      ...{ clock, advice: this.#advice },
      settings: this.#settings(),
    });
  }

  remember(record: JournalRecord): void {
    this.#rollout.remember(record);
    this.#approvals.remember(record);
    this.#advice.remember(record);
  }

  /** @param inputs as `logThought` wrote them */
  think(inputs: Json, rules: ReplayRules): Thought {
    const context = contextIn(fieldAt(inputs, 'context') ?? null);
    const maker = this.#makerFor(rules);
    const asked = fieldAt(inputs, 'asked') as Asked | undefined;
    if (typeof asked === 'object' && asked.intent.kind === 'open') {
      const entry = maker.thinkEntry(context, { ...asked, intent: asked.intent });
      if ('code' in entry) throw new Error(entry.because);
      return entry;
    }
    if (context.position.quantity.eq('0')) return maker.thinkFlat(context);
    return maker.think(context, askingFor(asked, context));
  }

  planned({ part }: Thought): string | null {
    return part === null ? null : digestOf(part);
  }

  /**
   * The plan as it would be sealed.
   *
   * @returns null when nothing is planned in its symbols; in words, what is missing to make it
   */
  seal(
    recorded: Json,
    thoughts: ReadonlyMap<string, Thought>,
    rules: ReplayRules,
  ): ActionPlan | null | string {
    const plan = revived(recorded) as ActionPlan;
    const chosen = plan.parts.map(({ symbol }) => thoughts.get(symbol));
    if (chosen.includes(undefined)) return 'the decision that it follows is not among the records';
    const known = chosen.flatMap((thought) => thought ?? []);
    const parts = known.flatMap(({ part }) => part ?? []);
    if (parts.length < known.length) return null;
    const contexts = known.map(({ context }) => context);
    this.#plan = plan;
    const { accountNumber, intent, origin } = plan;
    return this.#makerFor(rules).seal(parts, contexts, accountNumber, intent, origin);
  }

  #makerFor(rules: ReplayRules): PlanMaker {
    this.#rules = rules;
    if (this.#made?.rules === rules) return this.#made.maker;
    const { policies, planning } = rules;
    const recorded = () => this.#recorded().terms;
    const maker = new PlanMaker({
      engine: new DecisionEngine({ policies, planning }),
      unsettled: new UnsettledSteps(),
      ids: { next: () => this.#recorded().id },
      clock: { now: () => this.#recorded().createdAt },
      settings: this.#settings(),
      ...{ rules: this.#approvals, rollout: this.#rollout },
      // What was said is in the context, as the journal has it.
      advice: new AdviceBook(),
      binding: {
        settingsHash: () => recorded().settingsHash,
        get codeVersion() {
          return recorded().codeVersion;
        },
        get driftTolerance() {
          return recorded().tolerance;
        },
      },
    });
    this.#made = { rules, maker };
    return maker;
  }

  #settings() {
    const inForce = () => this.#inForce().settings;
    const recorded = () => this.#recorded();
    return {
      get environment() {
        return recorded().environment;
      },
      get mode(): Mode {
        return recorded().terms.mode;
      },
      get planLifetimeMs() {
        return inForce().planLifetimeMs;
      },
      get approvals() {
        return inForce().approvals;
      },
    };
  }

  #inForce(): ReplayRules {
    if (this.#rules === null) throw new Error('nothing was decided yet');
    return this.#rules;
  }

  #recorded(): ActionPlan {
    if (this.#plan === null) throw new Error('no plan is being made');
    return this.#plan;
  }
}

function askingFor(asked: Asked | undefined, context: PositionContext): Asking {
  if (asked === undefined || asked === 'everybody') return EVERYBODY;
  if (asked === 'stops_first') return STOPS_FIRST;
  if (asked === 'nobody') return NOBODY;
  const { intent, mark, wantedBy } = asked;
  if (intent.kind === 'halt' || intent.kind === 'open') {
    throw new Error(`${intent.kind} asks nobody`);
  }
  if (intent.kind === 'exit_group' || intent.kind === 'rebalance') {
    throw new Error('what is wanted of several positions is asked of each by itself');
  }
  const choice = choiceFor(intent, context, mark, wantedBy);
  if (choice.outcome === 'impossible') throw new Error(choice.because);
  return { choose: choice.choose, asked };
}

/** In the context of the loop, the orders that cover a position are those of the symbol. */
function contextIn(json: Json): PositionContext {
  const context = revived(json) as PositionContext;
  const byId = new Map(context.orders.map((order) => [order.id, order]));
  const own = (orders: readonly Order[]) => orders.map((order) => byId.get(order.id) ?? order);
  const { stops, takeProfits } = context.cover;
  return {
    ...context,
    cover: { ...context.cover, stops: own(stops), takeProfits: own(takeProfits) },
  };
}
