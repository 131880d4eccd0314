import {
  type ApprovalChannel,
  type ApprovalChannelName,
  type ApprovalText,
  type ApprovalTier,
  needsPerson,
} from '../../domain/approval.ts';
import type { Actor } from '../../domain/event.ts';
import { mintPersonApproval, type PersonApproval } from '../../domain/person-approval.ts';
import type { ActionPlan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/report.ts';
import { type EpochMs, isoTime } from '../../domain/time.ts';
import { isSameHash } from '../../engine/planning/plan-hash.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import { approvalCode } from './approval-code.ts';
import { type ApprovalRequest, ApprovalRequests, close } from './approval-requests.ts';
import { approvalText } from './approval-text.ts';
import type { ProposalVetoes } from './proposal-vetoes.ts';

/** Whoever has the code does not miss it so often. */
const MOST_WRONG_CODES = 5;
const HOW =
  'a person approves it with "bigbrother pending" and "bigbrother approve" in a terminal of this ' +
  'machine; then execute the same plan again';

/** One plan that waits for a person. */
export type PendingApproval = {
  readonly planId: string;
  readonly hash: string;
  readonly tier: ApprovalTier;
  readonly text: ApprovalText;
  /** Proves that whoever says yes has read it where the agent cannot. */
  readonly code: string;
  readonly expiresAt: EpochMs;
};

/** A person's word on one plan. */
export type PersonsWord = {
  readonly planId: string;
  readonly by: string;
  readonly channel: ApprovalChannelName;
};

/**
 * Where plans wait for a person's yes. One yes is for one plan, by its hash, and ends with it;
 * everything else is a no. Nothing of it outlives the process.
 */
export class ApprovalDesk {
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  readonly #settings: RuntimeSettings;
  readonly #vetoes: ProposalVetoes;
  readonly #secret: string;
  readonly #requests: ApprovalRequests;

  constructor(parts: {
    readonly logger: EventLogger;
    readonly clock: Clock;
    readonly ids: Ids;
    readonly settings: RuntimeSettings;
    readonly vetoes: ProposalVetoes;
  }) {
    this.#logger = parts.logger;
    this.#clock = parts.clock;
    this.#settings = parts.settings;
    this.#vetoes = parts.vetoes;
    this.#secret = parts.ids.next('codes');
    this.#requests = new ApprovalRequests(parts.clock);
  }

  /** The yes that a plan has; null when it has none. */
  approvalOf(plan: ActionPlan): PersonApproval | null {
    return this.#requests.of(plan)?.approval ?? null;
  }

  /** Why a plan may not run as far as a person is concerned; null when it may. */
  whyNot(plan: ActionPlan): Refusal | null {
    const { tier, because } = plan.approval;
    if (tier === 'T4') return { code: 'approval_impossible', because: because.join('; ') };
    if (!needsPerson(tier)) return null;
    const request = this.#requests.of(plan);
    if (request?.state === 'refused') {
      return { code: 'approval_rejected', because: request.refusedBecause };
    }
    const approval = request?.approval ?? null;
    if (approval === null) {
      return { code: 'approval_needed', because: `${because.join('; ')}: ${HOW}` };
    }
    if (this.#clock.now() >= approval.holdsFrom) return null;
    const from = isoTime(approval.holdsFrom);
    return { code: 'approval_needed', because: `it is approved, and may run from ${from} on` };
  }

  /**
   * Puts the plan before a person, once, and waits where the host can ask its own.
   *
   * @param channel the host's; null where it has none
   * @param signal aborted when the host waits no longer
   * @returns null when it is approved by now, else why not
   */
  async ask(
    plan: ActionPlan,
    channel: ApprovalChannel | null,
    signal: AbortSignal,
  ): Promise<Refusal | null> {
    const known = this.#requests.of(plan);
    const full = known === null ? this.#whyFull() : null;
    if (full !== null) return { code: 'too_many_approvals', because: full };
    const request = known ?? this.#request(plan);
    if (channel !== null && this.whyNotInHost(plan) === null && !request.isElicited) {
      await this.#elicit(request, channel, signal);
    }
    if (!signal.aborted) return this.whyNot(plan);
    return { code: 'approval_needed', because: `the call was canceled meanwhile: ${HOW}` };
  }

  /** What waits for a person, oldest first. */
  pending(): readonly PendingApproval[] {
    return this.#requests.open().map(({ plan, text }) => ({
      planId: plan.id,
      hash: plan.hash,
      tier: plan.approval.tier,
      text,
      code: approvalCode(plan, this.#secret),
      expiresAt: plan.expiresAt,
    }));
  }

  /**
   * A person's yes in a terminal, on the page, or in the app that a host shows.
   *
   * @returns null when the plan is approved now, else why not
   */
  approve(word: PersonsWord & { readonly hash: string; readonly code: string }): string | null {
    const request = this.#requests.find(word.planId);
    if (request === null) return NOTHING_WAITS;
    if (!isSameHash(word.hash, request.plan.hash)) return 'this is another plan than the one shown';
    const elsewhere = word.channel === 'app' ? this.whyNotInHost(request.plan) : null;
    if (elsewhere !== null) return elsewhere;
    if (!isSameHash(word.code.toLowerCase(), approvalCode(request.plan, this.#secret))) {
      request.wrongCodes += 1;
      if (request.wrongCodes < MOST_WRONG_CODES) return 'this is not the code of the plan';
      const because = `${MOST_WRONG_CODES} wrong codes were given`;
      this.#refuse(request, because, 'system', word.channel);
      return `${because}: the plan is rejected`;
    }
    this.#approve(request, word);
    return null;
  }

  /** @returns null when the plan is rejected now, else why not */
  reject(word: PersonsWord, because: string): string | null {
    const request = this.#requests.find(word.planId);
    if (request === null) return NOTHING_WAITS;
    this.#rejectAsPerson(request, word, because);
    return null;
  }

  /**
   * Why a yes that comes through a host does not count for this plan; null where it does. A host
   * answers for its person, so that it has no say in what takes protection away.
   */
  whyNotInHost({ approval, environment }: ActionPlan): string | null {
    const { elicitation } = this.#settings.approvals;
    if (approval.tier !== 'T2') return `${approval.tier} is not approved in the agent's program`;
    if (elicitation === 'always' || (elicitation === 'not_live' && environment !== 'live')) {
      return null;
    }
    const forWhat = elicitation === 'never' ? '' : ' for real money';
    return `a yes in the agent's program does not count${forWhat} (setting approvals.elicitation)`;
  }

  /** The plan was executed: its approval is used up. */
  spent(plan: ActionPlan): void {
    const request = this.#requests.of(plan);
    if (request !== null) this.#requests.drop(request);
  }

  /** What waits is void. */
  stop(): void {
    for (const request of this.#requests.open()) {
      this.#refuse(request, 'BigBrother stopped before it was answered', 'system', null);
    }
    this.#requests.dropAll();
  }

  #request(plan: ActionPlan): ApprovalRequest {
    const text = approvalText(plan);
    const lapse = (): void =>
      this.#refuse(request, 'nobody answered before it expired', 'system', null);
    const request: ApprovalRequest = {
      plan,
      text,
      over: new AbortController(),
      cancelLapse: this.#clock.after(Math.max(0, plan.expiresAt - this.#clock.now()), lapse),
      isElicited: false,
      wrongCodes: 0,
      state: 'pending',
      approval: null,
      refusedBecause: '',
    };
    this.#requests.keep(request);
    const { tier, because } = plan.approval;
    const body = { hash: plan.hash, tier, because, shown: text.lines };
    this.#log('approval_requested', request, 'host', body);
    return request;
  }

  async #elicit(
    request: ApprovalRequest,
    channel: ApprovalChannel,
    signal: AbortSignal,
  ): Promise<void> {
    request.isElicited = true;
    const leftMs = request.plan.expiresAt - this.#clock.now();
    const until = AbortSignal.any([signal, request.over.signal]);
    const answer = await channel.ask(request.text, leftMs, until);
    // A terminal or the end of the plan may have been faster.
    if (request.state !== 'pending' || signal.aborted) return;
    const word = {
      planId: request.plan.id,
      by: "the host's person",
      channel: 'elicitation',
    } as const;
    if (answer === 'yes' && this.#clock.now() <= request.plan.expiresAt)
      this.#approve(request, word);
    if (answer === 'no') this.#rejectAsPerson(request, word, 'declined in the host');
  }

  #whyFull(): string | null {
    const { mostPending } = this.#settings.approvals;
    const waiting = this.#requests.open().length;
    if (waiting < mostPending) return null;
    return `${waiting} plans wait for a person already, and ${mostPending} are the most`;
  }

  #approve(request: ApprovalRequest, { by, channel }: PersonsWord): void {
    const { plan } = request;
    const at = this.#clock.now();
    const delayMs = plan.approval.tier === 'T3' ? this.#settings.approvals.delayMs : 0;
    const holdsFrom = at + delayMs;
    request.state = 'approved';
    request.approval = mintPersonApproval({ planHash: plan.hash, by, channel, at, holdsFrom });
    this.#log('approval_given', request, 'person', { hash: plan.hash, by, channel, holdsFrom });
    close(request);
  }

  #rejectAsPerson(request: ApprovalRequest, { by, channel }: PersonsWord, because: string): void {
    this.#refuse(request, `${by} rejected it: ${because}`, 'person', channel);
    this.#vetoes.rejected(request.plan);
    this.#logger.commit();
  }

  #refuse(
    request: ApprovalRequest,
    because: string,
    actor: Actor,
    channel: ApprovalChannelName | null,
  ): void {
    request.state = 'refused';
    request.refusedBecause = because;
    const { hash } = request.plan;
    this.#log('approval_refused', request, actor, { hash, channel, because });
    close(request);
  }

  #log(
    type: 'approval_requested' | 'approval_given' | 'approval_refused',
    { plan }: ApprovalRequest,
    actor: Actor,
    body: unknown,
  ): void {
    const [symbol = null, ...others] = plan.parts.map((part) => part.symbol);
    this.#logger.log({
      ...{ type, actor, planId: plan.id, body },
      symbol: others.length === 0 ? symbol : null,
    });
    this.#logger.commit();
  }
}

const NOTHING_WAITS = 'no plan of this name waits for a person: it expired, was used or answered';
