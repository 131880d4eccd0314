import type { EventType } from '../../domain/event.ts';
import type { ActionPlan, Intent, PlanPart } from '../../domain/plan.ts';
import { fieldOf } from '../../domain/record-body.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { PlanStore } from './plan-store.ts';

/**
 * Follows each record about a plan over several symbols with one for each of its parts: the
 * record itself bears no symbol, and who asks for the history of one would never find it.
 */
export function journalParts(logger: EventLogger, plans: PlanStore): void {
  logger.onRecord((record, body) => {
    if (!FOLLOWED.has(record.type)) return;
    const plan = record.planId === null ? null : plans.get(record.planId);
    if (plan === null || plan.parts.length < 2) return;
    const told = toldOf(record.type, body, plan.intent);
    for (const part of plan.parts) {
      const facts = factsOf(told, plan, part);
      const { actor, planId } = record;
      logger.log({ type: told.as, actor, symbol: part.symbol, planId, body: facts });
    }
  });
}

const FOLLOWED: ReadonlySet<EventType> = new Set([
  'plan_proposed',
  'plan_reviewed',
  'plan_refused',
  'plan_finished',
]);

/** What a record says of each symbol: looked up once, however many parts there are. */
type Told = {
  readonly as: EventType;
  readonly body: unknown;
  readonly verdicts: ReadonlyMap<string, readonly unknown[]>;
  readonly parts: ReadonlyMap<string, readonly unknown[]>;
  readonly intents: ReadonlyMap<string, Intent>;
};

const toldOf = (type: EventType, body: unknown, intent: Intent): Told => ({
  as: type.replace(/^plan_/, 'part_') as EventType,
  body,
  verdicts: bySymbol(body, 'verdicts'),
  parts: bySymbol(body, 'parts'),
  intents: intentsIn(intent),
});

function bySymbol(body: unknown, list: string): ReadonlyMap<string, readonly unknown[]> {
  const items = fieldOf(body, list);
  const found = new Map<string, unknown[]>();
  for (const item of Array.isArray(items) ? items : []) {
    const symbol = String(fieldOf(item, 'symbol') ?? '');
    const before = found.get(symbol);
    if (before === undefined) found.set(symbol, [item]);
    else before.push(item);
  }
  return found;
}

function factsOf(told: Told, plan: ActionPlan, part: PlanPart): unknown {
  const { as, body, verdicts, parts, intents } = told;
  const { symbol } = part;
  const own = verdicts.get(symbol) ?? [];
  switch (as) {
    case 'part_proposed':
      // What each guardrail let pass stands in the plan's own record, and again before it is sent.
      return {
        ...{ intent: intents.get(symbol) ?? plan.intent, hash: plan.hash, part },
        verdicts: own.filter((verdict) => fieldOf(verdict, 'outcome') === 'deny'),
      };
    case 'part_reviewed':
      return { outcome: fieldOf(body, 'outcome'), verdicts: own };
    case 'part_finished':
      return parts.get(symbol)?.[0] ?? {};
    default:
      return body;
  }
}

/** Of the target weights of hundreds of names, for each that of its own. */
const intentsIn = (intent: Intent): ReadonlyMap<string, Intent> =>
  new Map(
    intent.kind === 'rebalance'
      ? intent.weights.map((weight) => [weight.symbol, { ...intent, weights: [weight] }])
      : [],
  );
