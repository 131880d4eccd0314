import type { ApprovalChannelName } from './approval.ts';
import type { ActionPlan } from './plan.ts';
import type { EpochMs } from './time.ts';

type Given = {
  readonly planHash: string;
  readonly by: string;
  readonly channel: ApprovalChannelName;
  readonly at: EpochMs;
  /** It holds from then on. */
  readonly holdsFrom: EpochMs;
};

let mint: (given: Given) => PersonApproval;

/**
 * A person's yes to one plan, by its hash. Like an `ApprovedPlan` it cannot be built elsewhere:
 * only runtime/approval-desk.ts may import the mint (the architecture test holds that).
 */
export class PersonApproval {
  readonly #planHash: string;
  readonly by: string;
  readonly channel: ApprovalChannelName;
  readonly at: EpochMs;
  readonly holdsFrom: EpochMs;

  private constructor({ planHash, by, channel, at, holdsFrom }: Given) {
    this.#planHash = planHash;
    this.by = by;
    this.channel = channel;
    this.at = at;
    this.holdsFrom = holdsFrom;
    Object.freeze(this);
  }

  /** True when it was given, by a person, to exactly this plan. */
  static covers(approval: unknown, plan: ActionPlan): boolean {
    return typeof approval === 'object' && approval !== null && #planHash in approval
      ? (approval as PersonApproval).#planHash === plan.hash
      : false;
  }

  static {
    mint = (given) => new PersonApproval(given);
  }
}

/** For runtime/approval-desk.ts alone. */
export const mintPersonApproval = (given: Given): PersonApproval => mint(given);
