import { needsPerson } from '../../domain/approval.ts';
import type { JournalRecord } from '../../domain/event.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { ActionPlan } from '../../domain/plan.ts';
import type { EpochMs } from '../../domain/time.ts';

/** More proposals than anybody reads; the oldest make room. */
const MOST_PLANS = 500;

/**
 * Proposed plans by handle, and which were used. A plan is spent for good: the journal's
 * `plan_spent` outlives the process.
 */
export class PlanStore {
  readonly #plans = new Map<string, ActionPlan>();
  readonly #spent = new Set<string>();

  keep(plan: ActionPlan, now: EpochMs): void {
    for (const [id, old] of this.#plans) {
      // Kept for a while after its end, so that "expired" can be told from "never heard of".
      const forgotten = now > old.expiresAt + (old.expiresAt - old.createdAt) * 10;
      if (forgotten || (this.#plans.size >= MOST_PLANS && !waits(old, now))) this.#plans.delete(id);
    }
    this.#plans.set(plan.id, plan);
  }

  get(id: string): ActionPlan | null {
    return this.#plans.get(id) ?? null;
  }

  isSpent(id: PlanId | string): boolean {
    return this.#spent.has(id);
  }

  /** Takes note of a journal record; others than `plan_spent` are passed over. */
  remember(record: JournalRecord): void {
    if (record.type === 'plan_spent' && record.planId !== null) this.#spent.add(record.planId);
  }
}

const waits = ({ approval, expiresAt }: ActionPlan, now: EpochMs): boolean =>
  needsPerson(approval.tier) && now <= expiresAt;
