import type { JournalRecord } from '../../src/domain/event.ts';
import { verdictsAt } from '../../src/domain/told-verdicts.ts';
import { type Fields, fieldsOf, listOf, numberIn, textOf } from './fields.ts';

export type PlannedPart = {
  readonly symbol: string;
  readonly recipe: string;
  readonly steps: readonly Fields[];
  readonly basis: Fields;
};

export type Plan = {
  readonly id: string;
  readonly hash: string | null;
  readonly origin: string | null;
  readonly accountNumber: string | null;
  readonly expiresAt: number | null;
  readonly parts: readonly PlannedPart[];
  /** As it was written down. */
  readonly written: Fields;
  /** What the guardrails said when it was made. */
  readonly verdicts: readonly Fields[];
  readonly proposedAt: number;
};

export type Review = {
  readonly planId: string;
  readonly at: number;
  readonly life: number;
  readonly outcome: string | null;
  readonly verdicts: readonly Fields[];
  /** Set when one step alone was looked at once more, to be sent again. */
  readonly sentAgain: string | null;
};

export type Intent = {
  /** The client order id, or `cancel` and the order's. */
  readonly name: string;
  readonly planId: string | null;
  readonly symbol: string;
  readonly kind: string;
  readonly purpose: string | null;
  readonly key: string | null;
  readonly generation: number | null;
  readonly stepIndex: number | null;
  readonly orderId: string | null;
  readonly request: Fields;
  readonly at: number;
  readonly life: number;
  outcome: string | null;
};

/** What the durable journal says so far. */
export class Chronicle {
  readonly plans = new Map<string, Plan>();
  readonly spent = new Map<string, { readonly at: number; readonly life: number }>();
  readonly finished = new Set<string>();
  /** By the name of what they intend; the newest last. */
  readonly intents = new Map<string, Intent[]>();
  /** The alerts that are raised now, by code and symbol, with the instant. */
  readonly alerts = new Map<string, { readonly code: string; readonly symbol: string | null }>();
  readonly #reviews = new Map<string, Review[]>();
  readonly #unknown = new Map<string, number>();
  readonly #recipes = new Map<string, string>();

  reviewsOf(planId: string): readonly Review[] {
    return this.#reviews.get(planId) ?? [];
  }

  /** The plan's part for the symbol; null where the journal has none. */
  partOf(intent: Intent): PlannedPart | null {
    const plan = intent.planId === null ? undefined : this.plans.get(intent.planId);
    return plan?.parts.find(({ symbol }) => symbol === intent.symbol) ?? null;
  }

  /** When a person last said that orders of another BigBrother are ours; long ago if never. */
  adoptedAt = Number.NEGATIVE_INFINITY;

  /** When the outcome of a step in the symbol was last written down as unknown. */
  unknownAt(symbol: string): number {
    return this.#unknown.get(symbol) ?? Number.NEGATIVE_INFINITY;
  }

  /** The recipe of the newest step that was intended in the symbol. */
  lastRecipe(symbol: string): string | null {
    return this.#recipes.get(symbol) ?? null;
  }

  newestIntent(name: string): Intent | null {
    return this.intents.get(name)?.at(-1) ?? null;
  }

  /** @param at the true time, which the process's own clock may miss */
  take(record: JournalRecord, life: number, at: number): void {
    const body = fieldsOf(record.body);
    switch (record.type) {
      case 'plan_proposed':
        this.#propose(record, body, at);
        break;
      case 'plan_reviewed':
        this.#review(record, body, life, at);
        break;
      case 'plan_spent':
        if (record.planId !== null) this.spent.set(record.planId, { at, life });
        break;
      case 'plan_finished':
        if (record.planId !== null) this.finished.add(record.planId);
        break;
      case 'step_intended':
        this.#intend(record, body, life, at);
        break;
      case 'step_answered':
      case 'step_observed':
        this.#settle(record, body, at);
        break;
      case 'orders_adopted':
        this.adoptedAt = at;
        break;
      case 'alert_raised':
      case 'alert_cleared':
        this.#alert(record, textOf(body.code) ?? '');
        break;
      default:
    }
  }

  #propose({ planId, body: written }: JournalRecord, body: Fields, at: number): void {
    if (planId === null) return;
    const plan = fieldsOf(body.plan);
    this.plans.set(planId, {
      id: planId,
      hash: textOf(plan.hash),
      origin: textOf(plan.origin),
      accountNumber: textOf(plan.accountNumber),
      expiresAt: numberIn(plan.expiresAt),
      parts: listOf(plan.parts).map((each) => {
        const part = fieldsOf(each);
        return {
          symbol: textOf(part.symbol) ?? '',
          recipe: textOf(part.recipe) ?? 'none',
          steps: listOf(part.steps).map(fieldsOf),
          basis: fieldsOf(part.basis),
        };
      }),
      written: plan,
      verdicts: verdictsAt(written).map(fieldsOf),
      proposedAt: at,
    });
  }

  #review({ planId }: JournalRecord, body: Fields, life: number, at: number): void {
    if (planId === null) return;
    const review = {
      planId,
      at,
      life,
      outcome: textOf(body.outcome),
      verdicts: listOf(body.verdicts).map(fieldsOf),
      sentAgain: textOf(body.sentAgain),
    };
    const known = this.#reviews.get(planId);
    if (known === undefined) this.#reviews.set(planId, [review]);
    else known.push(review);
  }

  #intend(
    { planId, orderId, symbol }: JournalRecord,
    body: Fields,
    life: number,
    at: number,
  ): void {
    const name = textOf(body.clientOrderId) ?? `cancel ${orderId}`;
    const intent: Intent = {
      name,
      planId,
      symbol: symbol ?? '',
      kind: textOf(body.kind) ?? '',
      purpose: textOf(body.purpose),
      key: textOf(body.key),
      generation: numberIn(body.generation),
      stepIndex: numberIn(body.stepIndex),
      orderId,
      request: fieldsOf(body.request),
      at,
      life,
      outcome: null,
    };
    const recipe = this.partOf(intent)?.recipe;
    if (recipe !== undefined) this.#recipes.set(intent.symbol, recipe);
    const known = this.intents.get(name);
    if (known === undefined) this.intents.set(name, [intent]);
    else known.push(intent);
  }

  #settle({ type, orderId, symbol }: JournalRecord, body: Fields, at: number): void {
    const name = textOf(body.clientOrderId) ?? `cancel ${orderId}`;
    const outcome = type === 'step_observed' ? 'observed' : textOf(body.outcome);
    if (outcome === 'unknown' && symbol !== null) this.#unknown.set(symbol, at);
    for (const intent of this.intents.get(name) ?? []) {
      // What was seen at the broker is known, whatever becomes of the answer.
      if (intent.outcome !== 'observed' || outcome !== 'unknown') intent.outcome = outcome;
    }
    const status = textOf(body.status);
    if (type !== 'step_observed' || status === null || !ENDED.has(status)) return;
    for (const intent of this.intents.get(`cancel ${orderId}`) ?? []) intent.outcome = 'observed';
  }

  #alert({ type, symbol }: JournalRecord, code: string): void {
    const name = `${code} ${symbol}`;
    if (type === 'alert_cleared') this.alerts.delete(name);
    else this.alerts.set(name, { code, symbol });
  }
}

const ENDED: ReadonlySet<string> = new Set([
  'filled',
  'canceled',
  'expired',
  'replaced',
  'rejected',
]);
