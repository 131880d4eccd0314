import { createHmac } from 'node:crypto';
import { partInWords, worstLossInWords } from '../../../tools/shared/plan-words.ts';
import type { BigBrotherFace } from '../../../tools/tool.ts';
import type { PlanStanding } from '../../domain/answers.ts';
import { type ApprovalTier, needsPerson } from '../../domain/approval.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { ActionPlan } from '../../domain/plan.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import { worstLossOf } from '../../domain/worst-loss.ts';
import { isSameHash } from '../../engine/planning/plan-hash.ts';
import type { ApprovalDesk } from '../../runtime/plans/approval-desk.ts';
import { approvalText, checkOf } from '../../runtime/plans/approval-text.ts';
import type { PlanState } from '../../web/app/plan-state.ts';

/** The desk where plans wait, as far as a person in a host may use it. */
export type AppApprovals = Pick<
  ApprovalDesk,
  'pending' | 'approve' | 'reject' | 'whyNotInHost' | 'approvalOf'
>;

/** A card has no more parts than a person reads; the rest is in the details, line by line. */
const MOST_PARTS = 20;

/**
 * Plans before a person in one host: what the card shows, and the person's word on it. A word
 * counts only with the plan's secret, which goes to the app and never into what a model reads.
 * Each connection has its own, so that what one host was handed is of no use in another.
 */
export class AppDesk {
  readonly #approvals: AppApprovals;
  readonly #bigBrother: BigBrotherFace;
  readonly #connectionSecret: string;

  constructor(parts: {
    readonly approvals: AppApprovals;
    readonly bigBrother: BigBrotherFace;
    readonly connectionSecret: string;
  }) {
    this.#approvals = parts.approvals;
    this.#bigBrother = parts.bigBrother;
    this.#connectionSecret = parts.connectionSecret;
  }

  waiting(): ReturnType<AppApprovals['pending']> {
    return this.#approvals.pending();
  }

  /** The card of a plan, as things stand; null when its id and hash name none. */
  card(planId: string, hash: string, now: EpochMs) {
    const standing = this.#standing(planId, hash);
    if (standing === null) return null;
    const { plan, refusal, verdicts } = standing;
    const state = this.#stateOf(standing);
    const { lines, details } = approvalText(plan);
    return {
      ...{ plan_id: plan.id, hash: plan.hash, check: checkOf(plan.hash), state },
      because: state === 'ready' || state === 'approved' ? null : (refusal?.because ?? null),
      environment: plan.environment,
      account: plan.accountNumber,
      title: lines[0] ?? plan.id,
      effect: lines[1] ?? '',
      tier: plan.approval.tier,
      asked_because: [...plan.approval.because],
      not_here_because: this.#whyNotHere(plan.approval.tier, plan),
      expires_at: isoTime(plan.expiresAt),
      seconds_left: Math.max(0, Math.floor((plan.expiresAt - now) / 1000)),
      worst_loss: worstLossInWords(worstLossOf(plan.parts)),
      parts: plan.parts.slice(0, MOST_PARTS).map(partInWords),
      parts_left_out: Math.max(0, plan.parts.length - MOST_PARTS),
      details: [...details],
      verdicts: verdicts.map(
        ({ guardrail, symbol, outcome, because, measured, limit, ...rest }) => ({
          ...{ guardrail, symbol, outcome, because, measured, limit },
          would_pass: rest.wouldPass,
        }),
      ),
    };
  }

  /** What the app proves its person's word with; null for a plan that nobody here can answer. */
  secretFor(planId: string, hash: string): string | null {
    const standing = this.#standing(planId, hash);
    if (standing === null) return null;
    const { plan } = standing;
    const state = this.#stateOf(standing);
    const isOpen = state === 'waiting' || state === 'proposed';
    return isOpen && this.#approvals.whyNotInHost(plan) === null ? this.#secretOf(plan) : null;
  }

  /** @returns null when the word was taken, else why not */
  answer(word: {
    readonly planId: string;
    readonly hash: string;
    readonly secret: string;
    readonly answer: 'approve' | 'reject';
  }): string | null {
    const { planId, hash } = word;
    const waiting = this.#approvals.pending().find((each) => isSameHash(each.planId, planId));
    const standing = this.#standing(planId, hash);
    if (waiting === undefined || standing === null) return NOTHING_WAITS;
    const person = { planId, by: "the host's person", channel: 'app' } as const;
    if (!isSameHash(word.secret, this.#secretOf(standing.plan))) {
      // Counted as a wrong code is: whoever guesses ends the plan and not the wait.
      return this.#approvals.approve({ ...person, hash, code: '' }) ?? NOTHING_WAITS;
    }
    return word.answer === 'approve'
      ? this.#approvals.approve({ ...person, hash, code: waiting.code })
      : this.#approvals.reject(person, 'on the card in the host');
  }

  #standing(planId: string, hash: string): PlanStanding | null {
    const standing = this.#bigBrother.plan(planId as PlanId);
    return standing !== null && isSameHash(standing.plan.hash, hash) ? standing : null;
  }

  #stateOf({ plan, refusal }: PlanStanding): PlanState {
    switch (refusal?.code) {
      case undefined:
        return this.#approvals.approvalOf(plan) === null ? 'ready' : 'approved';
      case 'approval_needed':
        return this.#isWaiting(plan) ? 'waiting' : 'proposed';
      case 'approval_rejected':
        return 'rejected';
      case 'plan_expired':
        return 'expired';
      case 'plan_already_used':
        return 'used';
      default:
        return 'refused';
    }
  }

  #isWaiting({ id }: ActionPlan): boolean {
    return this.#approvals.pending().some(({ planId }) => planId === id);
  }

  #whyNotHere(tier: ApprovalTier, plan: ActionPlan): string | null {
    return needsPerson(tier) ? this.#approvals.whyNotInHost(plan) : null;
  }

  /** Of this connection and this plan's bytes: no other plan and no other connection has it. */
  #secretOf({ hash }: ActionPlan): string {
    return createHmac('sha256', this.#connectionSecret).update(hash).digest('base64url');
  }
}

const NOTHING_WAITS = 'this plan does not wait for a person: it expired, was used or answered';
