import type { PlanningNote, Proposal } from '../domain/answers.ts';
import type { ApprovalNeed } from '../domain/approval.ts';
import type { Actor } from '../domain/event.ts';
import type { Verdict } from '../domain/guardrail.ts';
import type { Ticker } from '../domain/ids.ts';
import type { ActionPlan, Intent, OpenIntent, PlanPart } from '../domain/plan.ts';
import type { PositionContext } from '../domain/portfolio.ts';
import { toldVerdicts } from '../domain/told-verdicts.ts';
import { sideOpenedBy } from '../engine/account/entry-context.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { EntryDesk } from './account/entry-desk.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import type { CoordinatedPositionManager, Wish } from './coordinated-position-manager.ts';
import { logThought } from './coordination/decision-journal.ts';
import { mustWait } from './coordination/plan-admission.ts';
import type { PlanMaker, Thought } from './coordination/plan-maker.ts';
import type { PlanReviewer } from './coordination/plan-reviewer.ts';
import { HALT_NOTE } from './halt/halt-intent.ts';
import type { HaltWatch } from './halt/halt-watch.ts';
import { choiceFor, type PositionIntent } from './host-intents.ts';
import type { EventLogger } from './journal/event-logger.ts';
import type { PlanStore } from './plans/plan-store.ts';
import type { ProposalLimiter } from './plans/proposal-limiter.ts';
import type { ProposalVetoes } from './plans/proposal-vetoes.ts';
import type { UnsettledSteps } from './plans/unsettled-steps.ts';
import type { RuntimeSettings } from './settings/settings.ts';

type Parts = {
  readonly state: PortfolioStateManager;
  readonly coordinated: CoordinatedPositionManager;
  readonly reviewer: PlanReviewer;
  readonly planMaker: PlanMaker;
  readonly plans: PlanStore;
  readonly vetoes: ProposalVetoes;
  readonly limiter: ProposalLimiter;
  readonly unsettled: UnsettledSteps;
  readonly halts: HaltWatch;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: RuntimeSettings;
  readonly entries: Pick<EntryDesk, 'prepare'>;
  /** False where nobody would look after what an entry brings. */
  readonly isGuarding: () => boolean;
};

/** In place of an account's number while the account was not read. */
export const NOT_KNOWN = 'not known yet';

type Impossible = Extract<Proposal, { outcome: 'impossible' }>;

/** An entry that is only thought of, and the symbol as it stands before it. */
type SupposedEntry =
  | {
      readonly outcome: 'supposed';
      readonly context: PositionContext;
      readonly part: PlanPart;
      readonly approval: ApprovalNeed;
      readonly verdicts: readonly Verdict[];
      readonly notes: readonly PlanningNote[];
    }
  | Impossible;

const NOT_READY: Impossible = {
  outcome: 'impossible',
  code: 'not_ready',
  because: ['the account was not read yet: try again in a few seconds'],
};

/** Where what is asked for becomes a plan, or a no with its cause. Sends nothing. */
export class ProposalDesk {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Makes the plan an intent comes to, and keeps it for `execute`. Sends nothing. */
  async propose(intent: Intent, actor: Actor): Promise<Proposal> {
    if (intent.kind === 'halt') return this.#proposeHalt(intent, actor);
    const proposal = this.#oneTooMany(intent) ?? (await this.#propose(intent, actor));
    if (proposal.outcome !== 'proposed') {
      this.#logNotMade(proposal, intent, intent.symbol, actor);
      this.#parts.logger.commit();
    }
    return proposal;
  }

  /** The same for an entry that is only thought of: nothing of it is kept, and no veto counted. */
  async suppose(intent: OpenIntent): Promise<SupposedEntry> {
    const { halts, state, ids, planMaker, reviewer } = this.#parts;
    halts.notice();
    if (state.snapshot() === null) return NOT_READY;
    const { symbol } = intent;
    const late = this.#oneTooMany(intent) ?? (await this.#prepare([{ symbol, intent }]));
    if (late !== null) return late;
    const context = this.#contextOf({ symbol, intent });
    if (context === null) return unseen(intent);
    const mark = ids.next('wish');
    const thought = planMaker.thinkEntry(context, { intent, mark, byPerson: false });
    if ('code' in thought) return { ...thought, because: [thought.because] };
    const { part, notes } = thought;
    if (part === null) return unseen(intent);
    const plan = this.#seal([part], [thought.context], intent);
    const verdicts = reviewer.verdictsOn(plan);
    return { outcome: 'supposed', context, part, approval: plan.approval, verdicts, notes };
  }

  async #propose(intent: PositionIntent, actor: Actor): Promise<Proposal> {
    this.#parts.halts.notice();
    const snapshot = this.#parts.state.snapshot();
    if (snapshot === null) return NOT_READY;
    const wished = await this.#parts.coordinated.wishesFor(intent, snapshot);
    if (wished.outcome === 'impossible') return { ...wished, because: [wished.because] };
    const { wishes, notes } = wished;
    if (wishes.length === 0 && notes.length > 0) {
      return { outcome: 'nothing_to_do', because: notes.map(({ because }) => because) };
    }
    const late = await this.#prepare(wishes);
    if (late !== null) return late;
    const seen = wishes.map((wish) => ({ ...wish, context: this.#contextOf(wish) }));
    if (seen.every(({ context }) => context === null)) return nothingSeen(intent);
    const mark = this.#parts.ids.next('wish');
    const thoughts: Thought[] = [];
    const leftOut: PlanningNote[] = [];
    for (const { symbol, context, intent: own } of seen) {
      const thought = context === null ? UNREAD : this.#thinkOf(own, context, mark);
      if (thought.outcome !== 'refused') thoughts.push(thought.thought);
      else if (intent.symbol === null && (context === null || own.kind === 'open')) {
        leftOut.push({ recipe: 'leave_out', because: `${symbol}: ${thought.because}` });
      } else return { outcome: 'impossible', code: thought.code, because: [thought.because] };
    }
    return this.#proposalFrom(thoughts, intent, actor, [...notes, ...leftOut]);
  }

  /** Learns what is needed to judge the wishes; or says why some of them cannot be met at all. */
  async #prepare(wishes: readonly Wish[]): Promise<Impossible | null> {
    const { state, entries, isGuarding } = this.#parts;
    const opening = wishes.filter(({ intent }) => intent.kind === 'open');
    if (opening.length === 0) {
      await state.freshenQuotes(wishes.map(({ symbol }) => symbol));
      return null;
    }
    if (!isGuarding()) {
      const because = [
        'the loop does not run: who buys without it leaves what is filled in part without a stop; ' +
          'the same would pass once "bigbrother loop" guards the account',
      ];
      return { outcome: 'impossible', code: 'not_guarding', because };
    }
    await entries.prepare(opening.map(({ symbol }) => symbol));
    return null;
  }

  #contextOf({ symbol, intent }: Wish): PositionContext | null {
    const { state } = this.#parts;
    return intent.kind === 'open'
      ? state.getEntryContext(symbol, sideOpenedBy(intent.side))
      : state.getCompleteContext(symbol);
  }

  #thinkOf(intent: Wish['intent'], context: PositionContext, mark: string): Thinking {
    const { planMaker } = this.#parts;
    if (intent.kind === 'open') {
      const entry = planMaker.thinkEntry(context, { intent, mark, byPerson: false });
      return 'code' in entry
        ? { ...entry, outcome: 'refused' }
        : { outcome: 'thought', thought: entry };
    }
    const choice = choiceFor(intent, context, mark);
    if (choice.outcome === 'impossible') return { ...choice, outcome: 'refused' };
    const { choose } = choice;
    const asked = { intent, mark, byPerson: false };
    return { outcome: 'thought', thought: planMaker.think(context, { choose, asked }) };
  }

  /** Needs no look at the account, and may be executed in every mode: it only stops things. */
  #proposeHalt(intent: Extract<Intent, { kind: 'halt' }>, actor: Actor): Proposal {
    const { planMaker, plans, logger, clock, state } = this.#parts;
    const accountNumber = state.snapshot()?.account.accountNumber ?? NOT_KNOWN;
    const plan = planMaker.seal([], [], accountNumber, intent, 'host');
    const notes = [HALT_NOTE];
    plans.keep(plan, clock.now());
    const body = { plan, verdicts: [], executable: true, notes };
    logger.log({ type: 'plan_proposed', actor, planId: plan.id, body });
    logger.commit();
    return { outcome: 'proposed', plan, verdicts: [], executable: true, notes };
  }

  #proposalFrom(
    thoughts: readonly Thought[],
    intent: Intent,
    actor: Actor,
    first: readonly PlanningNote[],
  ): Proposal {
    const { plans, reviewer, logger, clock, settings, unsettled } = this.#parts;
    const notes = [...first, ...thoughts.flatMap((thought) => thought.notes)];
    const parts = thoughts.flatMap(({ part }) => part ?? []);
    if (parts.length === 0) {
      for (const thought of intent.symbol === null ? thoughts : []) {
        const alone = withoutPlan([thought], thought.notes);
        this.#logNotMade(alone, intent, thought.decision.symbol, actor);
      }
      return withoutPlan(thoughts, notes);
    }
    const contexts = thoughts.flatMap((thought) => (thought.part === null ? [] : thought.context));
    const plan = this.#seal(parts, contexts, intent);
    const { verdicts, inputs } = reviewer.notedVerdictsOn(plan);
    const standing = this.#parts.vetoes.whyNot(plan, verdicts, clock.now());
    if (standing !== null) {
      return { outcome: 'impossible', code: 'veto_stands', because: [standing] };
    }
    const isDenied = verdicts.some(({ outcome }) => outcome === 'deny');
    const isUnsettled = parts.some((part) => mustWait(part, unsettled, clock.now()));
    const isPossible = !isDenied && plan.approval.tier !== 'T4';
    const executable = isPossible && !isUnsettled && settings.mode === 'execute';
    plans.keep(plan, clock.now());
    for (const thought of thoughts) {
      if (thought.part !== null) logThought(logger, thought);
    }
    const symbol = parts.length === 1 ? (parts[0]?.symbol ?? null) : null;
    const body = { plan, ...toldVerdicts(verdicts), inputs, executable, notes };
    logger.log({ type: 'plan_proposed', actor, symbol, planId: plan.id, body });
    this.#parts.vetoes.denied(
      plan,
      verdicts.filter(({ outcome }) => outcome === 'deny'),
    );
    logger.commit();
    return { outcome: 'proposed', plan, verdicts, executable, notes };
  }

  #oneTooMany(intent: PositionIntent): Impossible | null {
    const because = this.#parts.limiter.take(intent, this.#parts.clock.now());
    if (because === null) return null;
    return { outcome: 'impossible', code: 'too_many_proposals', because: [because] };
  }

  /** What was asked for and came to nothing; over all symbols also for each of them. */
  #logNotMade(proposal: NoPlan, intent: Intent, symbol: Ticker | null, actor: Actor): void {
    const { outcome } = proposal;
    const code = outcome === 'impossible' ? proposal.code : null;
    const body = { intent, outcome, code, because: proposal.because.join('; ') };
    this.#parts.logger.log({ type: 'plan_not_made', actor, symbol, body });
  }

  #seal(
    parts: readonly PlanPart[],
    contexts: readonly PositionContext[],
    intent: Intent,
  ): ActionPlan {
    const accountNumber = contexts[0]?.account.accountNumber ?? '';
    return this.#parts.planMaker.seal(parts, contexts, accountNumber, intent, 'host');
  }
}

type Thinking =
  | { readonly outcome: 'thought'; readonly thought: Thought }
  | { readonly outcome: 'refused'; readonly code: string; readonly because: string };

const UNREAD: Thinking = {
  outcome: 'refused',
  code: 'data_missing',
  because: 'it cannot be read whole now',
};

function unseen({ symbol, side }: OpenIntent): Impossible {
  const because = [
    `nothing can be opened in ${symbol} with a ${side}: it is held on the other side, cannot be ` +
      'read whole, or has no price',
  ];
  return { outcome: 'impossible', code: 'data_missing', because };
}

function nothingSeen(intent: PositionIntent): NoPlan {
  if (intent.kind === 'open') return unseen(intent);
  const because = [`nothing is held${intent.symbol === null ? '' : ` in ${intent.symbol}`}`];
  return intent.symbol === null
    ? { outcome: 'nothing_to_do', because }
    : { outcome: 'impossible', code: 'no_position', because };
}

type NoPlan = Exclude<Proposal, { readonly outcome: 'proposed' }>;

function withoutPlan(thoughts: readonly Thought[], notes: readonly PlanningNote[]): NoPlan {
  const because = notes.map((note) => `${note.recipe}: ${note.because}`);
  if (thoughts.some(({ outcome }) => outcome === 'impossible')) {
    return { outcome: 'impossible', code: 'no_legal_way', because };
  }
  const silent = ['the live orders already do what is wanted'];
  return { outcome: 'nothing_to_do', because: because.length === 0 ? silent : because };
}
