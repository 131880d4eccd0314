import type { ApprovalText } from '../../domain/approval.ts';
import type { PersonApproval } from '../../domain/person-approval.ts';
import type { ActionPlan } from '../../domain/plan.ts';
import { isSameHash } from '../../engine/planning/plan-hash.ts';
import type { Clock } from '../../ports/clock.ts';

/** One plan that was put before a person, and how far that has come. */
export type ApprovalRequest = {
  readonly plan: ActionPlan;
  readonly text: ApprovalText;
  /** Aborted as soon as there is nothing to wait for. */
  readonly over: AbortController;
  readonly cancelLapse: () => void;
  isElicited: boolean;
  wrongCodes: number;
  state: 'pending' | 'approved' | 'refused';
  approval: PersonApproval | null;
  refusedBecause: string;
};

/** What waits for a person, and what was answered, for the reason, until its plan has ended. */
export class ApprovalRequests {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #byHash = new Map<string, ApprovalRequest>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Of exactly this plan, whatever became of it; null when it was never put before anybody. */
  of({ hash }: ActionPlan): ApprovalRequest | null {
    return this.#byHash.get(hash) ?? null;
  }

  /** What waits, oldest first. */
  open(): readonly ApprovalRequest[] {
    const now = this.#clock.now();
    return [...this.#byHash.values()].filter(
      ({ state, plan }) => state === 'pending' && now <= plan.expiresAt,
    );
  }

  /** The one that waits under this name; null when none does. */
  find(planId: string): ApprovalRequest | null {
    return this.open().find(({ plan }) => isSameHash(plan.id, planId)) ?? null;
  }

  keep(request: ApprovalRequest): void {
    const now = this.#clock.now();
    for (const [hash, { state, plan }] of this.#byHash) {
      if (state !== 'pending' && now > plan.expiresAt) this.#byHash.delete(hash);
    }
    this.#byHash.set(request.plan.hash, request);
  }

  /** The plan was executed: nothing of the request is left. */
  drop(request: ApprovalRequest): void {
    close(request);
    this.#byHash.delete(request.plan.hash);
  }

  dropAll(): void {
    for (const request of this.#byHash.values()) close(request);
    this.#byHash.clear();
  }
}

/** Nobody waits for an answer any more. */
export function close({ cancelLapse, over }: ApprovalRequest): void {
  cancelLapse();
  over.abort();
}
