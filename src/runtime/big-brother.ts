import type {
  Alert,
  HistoryPage,
  NakedTime,
  PlanStanding,
  Proposal,
  Supposition,
  SymbolEvaluation,
  SystemStatus,
  ToolCall,
} from '../domain/answers.ts';
import type { ApprovalChannel } from '../domain/approval.ts';
import type { Actor, HistoryQuery } from '../domain/event.ts';
import type { PlanId, Ticker } from '../domain/ids.ts';
import type { ActionPlan, Intent, OpenIntent, PlanPart } from '../domain/plan.ts';
import type { PortfolioSnapshot, PositionContext } from '../domain/portfolio.ts';
import type { ExecutionReport, PlanRefusal, Refusal } from '../domain/report.ts';
import type { PortfolioRisk } from '../domain/risk.ts';
import { positionWith } from '../engine/account/entry-context.ts';
import { isSameHash } from '../engine/planning/plan-hash.ts';
import type { Background } from '../ports/background.ts';
import type { Clock } from '../ports/clock.ts';
import type { PortfolioRiskManager } from './account/portfolio-risk-manager.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import type { TradingStateLevels } from './account/trading-state.ts';
import type { ActionCoordinator } from './coordination/action-coordinator.ts';
import type { PlanMaker } from './coordination/plan-maker.ts';
import type { PlanReviewer } from './coordination/plan-reviewer.ts';
import { executeHalt } from './halt/halt-intent.ts';
import type { HaltWatch } from './halt/halt-watch.ts';
import type { AlertBoard } from './journal/alert-board.ts';
import type { EventLogger } from './journal/event-logger.ts';
import type { Outbox } from './journal/outbox.ts';
import type { BigBrotherOrchestrator } from './orchestrator.ts';
import type { ApprovalDesk } from './plans/approval-desk.ts';
import { deniedReport, soleSymbolOf } from './plans/execution-reports.ts';
import type { PlanStore } from './plans/plan-store.ts';
import { NOT_KNOWN, type ProposalDesk } from './proposal-desk.ts';
import type { AdaptiveStrategySelector } from './rollout/strategy-selector.ts';
import type { RuntimeSettings } from './settings/settings.ts';

type Parts = {
  readonly state: PortfolioStateManager;
  readonly risk: PortfolioRiskManager;
  readonly coordinator: ActionCoordinator;
  readonly reviewer: PlanReviewer;
  readonly orchestrator: BigBrotherOrchestrator;
  readonly strategies: AdaptiveStrategySelector;
  readonly planMaker: PlanMaker;
  readonly proposals: ProposalDesk;
  readonly plans: PlanStore;
  readonly approvals: ApprovalDesk;
  readonly halts: HaltWatch;
  readonly tradingState: TradingStateLevels;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
  /** Digest of all settings: says under which rules the journal's decisions were made. */
  readonly settingsHash: () => string;
  /** Copies the journal; null where no copy is kept. */
  readonly outbox: Outbox | null;
  readonly background: Background | undefined;
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
    const { outbox, background, strategies } = this.#parts;
    halts.notice();
    return {
      environment: settings.environment,
      mode: settings.mode,
      tradingState: tradingState.current(),
      tradingStateCauses: tradingState.causes(),
      accountNumber: state.snapshot()?.account.accountNumber ?? NOT_KNOWN,
      loopRunning: orchestrator.running,
      longestWaitMs: orchestrator.longestWaitMs(),
      streams: state.streams(),
      ...(outbox === null ? {} : { journalCopy: outbox.status() }),
      settingsHash: settingsHash(),
      strategy: strategies.status(),
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

  /** What an entry would be, and the portfolio with it. Sends nothing, and keeps nothing. */
  async suppose(intent: OpenIntent): Promise<Supposition> {
    const { proposals, risk } = this.#parts;
    const supposed = await proposals.suppose(intent);
    if (supposed.outcome !== 'supposed') return supposed;
    const { context, ...entry } = supposed;
    const riskAfter = await risk.assessWith(positionWith(context, entry.part));
    const riskBefore = risk.assessPortfolioRisk();
    if (riskAfter === null || riskBefore === null) throw new Error('the account was read before');
    return { ...entry, riskBefore, riskAfter };
  }

  /** A proposed plan as it stands now; null for one that nobody proposed here. */
  plan(planId: PlanId): PlanStanding | null {
    const { plans, reviewer } = this.#parts;
    const plan = plans.get(planId);
    if (plan === null) return null;
    return { plan, refusal: reviewer.whyNotNow(plan), verdicts: reviewer.verdictsOn(plan) };
  }

  /** Makes the plan an intent comes to, and keeps it for `execute`. Sends nothing. */
  async propose(intent: Intent, actor: Actor): Promise<Proposal> {
    return this.#parts.proposals.propose(intent, actor);
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
      : executeHalt(plan, this.#parts);
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
