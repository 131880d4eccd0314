import type {
  Alert,
  HistoryPage,
  NakedTime,
  PlanningNote,
  Proposal,
  SymbolEvaluation,
  SystemStatus,
  ToolCall,
} from '../domain/answers.ts';
import type { ApprovalChannel } from '../domain/approval.ts';
import type { Actor, HistoryQuery } from '../domain/event.ts';
import type { PlanId, Ticker } from '../domain/ids.ts';
import type { ActionPlan, Intent, PlanPart } from '../domain/plan.ts';
import type { PortfolioSnapshot, PositionContext } from '../domain/portfolio.ts';
import type { ExecutionReport, PlanRefusal, Refusal } from '../domain/report.ts';
import type { PortfolioRisk } from '../domain/risk.ts';
import { isSameHash } from '../engine/plan-hash.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import type { PortfolioRiskManager } from './account/portfolio-risk-manager.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import type { TradingStateLevels } from './account/trading-state.ts';
import type { CoordinatedPositionManager } from './coordinated-position-manager.ts';
import type { ActionCoordinator } from './coordination/action-coordinator.ts';
import { logThought } from './coordination/decision-journal.ts';
import { mustWait } from './coordination/plan-admission.ts';
import type { PlanMaker, Thought } from './coordination/plan-maker.ts';
import type { PlanReviewer } from './coordination/plan-reviewer.ts';
import { executeHalt, type HaltIntent, haltNote } from './halt/halt-intent.ts';
import type { HaltWatch } from './halt/halt-watch.ts';
import { choiceFor, type PositionIntent } from './host-intents.ts';
import type { AlertBoard } from './journal/alert-board.ts';
import type { EventLogger } from './journal/event-logger.ts';
import type { Outbox } from './journal/outbox.ts';
import type { BigBrotherOrchestrator } from './orchestrator.ts';
import type { ApprovalDesk } from './plans/approval-desk.ts';
import { deniedReport, soleSymbolOf } from './plans/execution-reports.ts';
import type { PlanStore } from './plans/plan-store.ts';
import type { ProposalLimiter } from './plans/proposal-limiter.ts';
import type { ProposalVetoes } from './plans/proposal-vetoes.ts';
import type { UnsettledSteps } from './plans/unsettled-steps.ts';
import type { RuntimeParts } from './runtime-parts.ts';
import type { RuntimeSettings } from './settings/settings.ts';

type Parts = {
  readonly state: PortfolioStateManager;
  readonly risk: PortfolioRiskManager;
  readonly coordinated: CoordinatedPositionManager;
  readonly coordinator: ActionCoordinator;
  readonly reviewer: PlanReviewer;
  readonly orchestrator: BigBrotherOrchestrator;
  readonly planMaker: PlanMaker;
  readonly plans: PlanStore;
  readonly approvals: ApprovalDesk;
  readonly vetoes: ProposalVetoes;
  readonly limiter: ProposalLimiter;
  readonly unsettled: UnsettledSteps;
  readonly halts: HaltWatch;
  readonly tradingState: TradingStateLevels;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: RuntimeSettings;
  /** Digest of all settings: says under which rules the journal's decisions were made. */
  readonly settingsHash: () => string;
  /** Copies the journal; null where no copy is kept. */
  readonly outbox: Outbox | null;
  readonly background: RuntimeParts['background'];
};

/** Who wants a plan executed, as far as it matters for asking a person. */
export type ExecutionCaller = {
  /** Null where the host cannot ask its person. */
  readonly person: ApprovalChannel | null;
  /** Aborted when the host waits no longer. */
  readonly signal: AbortSignal;
};

/** The face of the whole: what the tools and the command line may ask and tell. */
export class BigBrother {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  status(): SystemStatus {
    const { settings, tradingState, state, orchestrator, halts, settingsHash } = this.#parts;
    const { outbox, background } = this.#parts;
    halts.notice();
    return {
      environment: settings.environment,
      mode: settings.mode,
      tradingState: tradingState.current(),
      tradingStateCauses: tradingState.causes(),
      accountNumber: state.snapshot()?.account.accountNumber ?? 'not known yet',
      loopRunning: orchestrator.running,
      longestWaitMs: orchestrator.longestWaitMs(),
      streams: state.streams(),
      ...(outbox === null ? {} : { journalCopy: outbox.status() }),
      settingsHash: settingsHash(),
      ...(background === undefined ? {} : { servers: background.servers() }),
    };
  }

  /** The snapshot held now; null until the first look at the account is done. */
  snapshot(): PortfolioSnapshot | null {
    this.#parts.halts.notice();
    return this.#parts.state.snapshot();
  }

  /** What all positions together risk; null until the first look at the account is done. */
  portfolioRisk(): PortfolioRisk | null {
    return this.#parts.risk.assessPortfolioRisk();
  }

  contextFor(symbol: Ticker): PositionContext | null {
    return this.#parts.state.getCompleteContext(symbol);
  }

  /** What everybody says about one symbol now; null when nothing is held. Sends nothing. */
  evaluate(symbol: Ticker): SymbolEvaluation | null {
    const context = this.contextFor(symbol);
    if (context === null) return null;
    const { planMaker, reviewer, background } = this.#parts;
    const { context: known, decision, part, notes } = planMaker.think(context);
    const plan = part === null ? null : this.#seal([part], [context], { kind: 'manage', symbol });
    const verdicts = plan === null ? [] : reviewer.verdictsOn(plan);
    const { advice } = known;
    return {
      ...{ decision, part, notes, verdicts },
      context: advice === undefined ? context : { ...context, advice },
      ...(background === undefined ? {} : { background: background.about(symbol) }),
    };
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

  async #propose(intent: PositionIntent, actor: Actor): Promise<Proposal> {
    const snapshot = this.snapshot();
    if (snapshot === null) {
      const because = ['the account was not read yet: try again in a few seconds'];
      return { outcome: 'impossible', code: 'not_ready', because };
    }
    const wished = await this.#parts.coordinated.wishesFor(intent, snapshot);
    if (wished.outcome === 'impossible') return { ...wished, because: [wished.because] };
    const { wishes, notes } = wished;
    if (wishes.length === 0 && notes.length > 0) {
      return { outcome: 'nothing_to_do', because: notes.map(({ because }) => because) };
    }
    await this.#parts.state.freshenQuotes(wishes.map(({ symbol }) => symbol));
    const seen = wishes.map((wish) => ({ ...wish, context: this.contextFor(wish.symbol) }));
    if (seen.every(({ context }) => context === null)) {
      const because = [`nothing is held${intent.symbol === null ? '' : ` in ${intent.symbol}`}`];
      return intent.symbol === null
        ? { outcome: 'nothing_to_do', because }
        : { outcome: 'impossible', code: 'no_position', because };
    }
    const thoughts: Thought[] = [];
    const mark = this.#parts.ids.next('wish');
    const unread: PlanningNote[] = [];
    for (const { symbol, context, intent: own } of seen) {
      if (context === null) {
        unread.push({ recipe: 'leave_out', because: `${symbol} cannot be read whole now` });
        continue;
      }
      const choice = choiceFor(own, context, mark);
      if (choice.outcome === 'impossible') {
        return { outcome: 'impossible', code: choice.code, because: [choice.because] };
      }
      const { choose } = choice;
      const asked = { intent: own, mark, byPerson: false };
      thoughts.push(this.#parts.planMaker.think(context, { choose, asked }));
    }
    return this.#proposalFrom(thoughts, intent, actor, [...notes, ...unread]);
  }

  /**
   * Executes exactly the plan that was proposed under `planId`, once.
   *
   * @param hash the plan's hash as it was shown
   * @param caller where a person can be asked through the host, and until when it waits
   * @throws for a fault of our own; nothing was sent then
   */
  async execute(
    planId: PlanId,
    hash: string,
    caller: ExecutionCaller = { person: null, signal: new AbortController().signal },
  ): Promise<ExecutionReport> {
    const plan = this.#parts.plans.get(planId);
    if (plan === null) {
      return this.#parts.plans.isSpent(planId)
        ? this.#refused(planId, 'plan_already_used', 'the plan was executed before')
        : this.#refused(planId, 'plan_unknown', `no plan ${planId} was proposed here`);
    }
    if (!isSameHash(plan.hash, hash)) {
      const because = 'the hash is not the one of this plan: pass the hash that was shown with it';
      return this.#refused(planId, 'plan_hash_mismatch', because);
    }
    const { intent } = plan;
    if (intent.kind !== 'halt') return this.#executeAgreed(plan, caller);
    return this.#parts.plans.isSpent(planId)
      ? this.#refused(planId, 'plan_already_used', 'the plan was executed before')
      : executeHalt(plan, intent, this.#parts);
  }

  history(query: HistoryQuery): HistoryPage {
    return this.#parts.logger.getHistory(query);
  }

  alerts(): Alert[] {
    return this.#parts.alerts.alerts();
  }

  nakedTime(symbol: Ticker): NakedTime {
    return this.#parts.state.nakedTime(symbol);
  }

  recordToolCall(call: ToolCall): void {
    const { symbol, planId } = call;
    this.#parts.logger.log({ type: 'tool_called', actor: 'host', symbol, planId, body: call });
  }

  /** Needs no look at the account, and may be executed in every mode: it only stops things. */
  #proposeHalt(intent: HaltIntent, actor: Actor): Proposal {
    const { planMaker, plans, logger, clock } = this.#parts;
    const plan = planMaker.seal([], [], this.status().accountNumber, intent, 'host');
    const notes = [haltNote(intent)];
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
    const isUnsettled = parts.some((part) => mustWait(part, unsettled));
    const isPossible = !isDenied && plan.approval.tier !== 'T4';
    const executable = isPossible && !isUnsettled && settings.mode === 'execute';
    plans.keep(plan, clock.now());
    for (const thought of thoughts) {
      if (thought.part !== null) logThought(logger, thought);
    }
    const symbol = parts.length === 1 ? (parts[0]?.symbol ?? null) : null;
    const body = { plan, verdicts, inputs, executable, notes };
    logger.log({ type: 'plan_proposed', actor, symbol, planId: plan.id, body });
    this.#parts.vetoes.denied(
      plan,
      verdicts.filter(({ outcome }) => outcome === 'deny'),
    );
    logger.commit();
    return { outcome: 'proposed', plan, verdicts, executable, notes };
  }

  #oneTooMany(intent: PositionIntent): Proposal | null {
    const because = this.#parts.limiter.take(intent, this.#parts.clock.now());
    if (because === null) return null;
    return { outcome: 'impossible', code: 'too_many_proposals', because: [because] };
  }

  /** Waits for a person where the plan needs one; nothing else waits meanwhile. */
  async #executeAgreed(plan: ActionPlan, caller: ExecutionCaller): Promise<ExecutionReport> {
    const { coordinator, reviewer, approvals, logger, clock } = this.#parts;
    const startedAt = clock.now();
    const objection = reviewer.objectionTo(plan);
    if (objection === null) return coordinator.execute(plan);
    const { verdicts } = objection;
    let refusal: Refusal | null = objection.refusal;
    if (refusal.code === 'approval_needed') {
      refusal = await approvals.ask(plan, caller.person, caller.signal);
      if (refusal === null) return coordinator.execute(plan);
    }
    const { code, because } = refusal;
    const body = { refusal: code, because };
    const symbol = soleSymbolOf(plan);
    logger.log({ type: 'plan_refused', actor: 'system', symbol, planId: plan.id, body });
    return deniedReport(plan, refusal, verdicts, { startedAt, finishedAt: clock.now() });
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

  #refused(planId: PlanId, refusal: PlanRefusal, because: string): ExecutionReport {
    const { logger, clock } = this.#parts;
    logger.log({ type: 'plan_refused', actor: 'system', planId, body: { refusal, because } });
    const now = clock.now();
    const nothing = { parts: [], verdicts: [], startedAt: now, finishedAt: now };
    return { planId, outcome: 'denied', refusal, because, ...nothing };
  }
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
