import type { Ticker } from '../domain/ids.ts';
import type { ActionPlan } from '../domain/plan.ts';
import type { Urgency } from '../domain/policy.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActionCoordinator } from './action-coordinator.ts';
import type { AlertBoard } from './alert-board.ts';
import type { CycleBookkeeper } from './cycle-bookkeeper.ts';
import { reasonOf } from './deadline.ts';
import type { DecisionJournal } from './decision-journal.ts';
import type { EventLogger } from './event-logger.ts';
import type { PlanMaker, Thought } from './plan-maker.ts';
import type { PlanPacing } from './plan-pacing.ts';
import type { PlanStore } from './plan-store.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';
import type { RuntimeSettings } from './settings.ts';
import type { UnsettledResolver } from './unsettled-resolver.ts';

/** How long a stop waits for plans at work; what is left is in the journal as intended. */
const STOP_TIMEOUT_MS = 10_000;

const URGENCIES: readonly Urgency[] = ['critical', 'high', 'normal'];

type Parts = {
  readonly state: PortfolioStateManager;
  readonly coordinator: ActionCoordinator;
  readonly planMaker: PlanMaker;
  readonly plans: PlanStore;
  readonly pacing: PlanPacing;
  readonly decisions: DecisionJournal;
  readonly resolver: UnsettledResolver;
  readonly alerts: AlertBoard;
  readonly bookkeeper: CycleBookkeeper;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * The loop: looks at the account every cycle, and at a symbol at once when something
 * happened there; decides for each symbol by itself, and lets the coordinator act.
 */
export class BigBrotherOrchestrator {
  readonly #parts: Parts;
  readonly #pending = new Set<Ticker>();
  readonly #revisit = new Set<Ticker>();
  #phase: 'idle' | 'watching' | 'guarding' | 'stopping' = 'idle';
  #cycle: Promise<void> | null = null;
  #cancelTimer: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.state.onChange((symbol) => this.#schedule(symbol));
    parts.coordinator.onReleased((symbol, report) => {
      if (this.#revisit.delete(symbol) || report?.outcome === 'stopped') this.#schedule(symbol);
    });
  }

  get running(): boolean {
    return this.#phase === 'guarding';
  }

  /** Keeps the picture of the account current, and decides nothing. */
  watch(): void {
    if (this.#phase !== 'idle') return;
    this.#phase = 'watching';
    this.#tick();
  }

  /** Guards the account from now on; the first cycle begins at once. */
  start(): void {
    if (this.#phase === 'guarding' || this.#phase === 'stopping') return;
    this.#cancelTimer();
    this.#phase = 'guarding';
    this.#tick();
  }

  /** Begins nothing new; resolves when the plans at work have ended and all is written down. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.#cancelTimer();
    this.#pending.clear();
    await this.#cycle;
    await this.#parts.coordinator.stop(STOP_TIMEOUT_MS);
  }

  /**
   * One pass: read the broker, decide for every symbol, set the plans going. Resolves when
   * all are under way, not when they have ended: a plan that takes long holds up nobody. A
   * cycle that is still running is not begun twice.
   */
  runCycle(): Promise<void> {
    this.#cycle ??= this.#runCycle().finally(() => {
      this.#cycle = null;
    });
    return this.#cycle;
  }

  async #runCycle(): Promise<void> {
    const { state, resolver, logger } = this.#parts;
    const failure = await state.updateFromAlpaca();
    if (failure !== null) {
      logger.log({ type: 'cycle_failed', actor: 'loop', body: { because: failure } });
    } else {
      void resolver.resolve();
      if (this.#phase !== 'watching') this.#decideAll(state.symbols());
    }
    this.#parts.bookkeeper.closeCycle();
  }

  #tick(): void {
    this.#cancelTimer = this.#parts.clock.after(this.#untilNextCycle(), () => this.#tick());
    void this.runCycle().catch((fault) => this.#parts.state.halt(reasonOf(fault)));
  }

  #untilNextCycle(): number {
    const { state, clock, settings } = this.#parts;
    const session = state.snapshot()?.session;
    if (session === undefined || session.isOpen) return settings.cycleMs;
    const untilOpenMs = Math.max(1, session.nextOpenAt - clock.now());
    return Math.min(settings.closedCycleMs, untilOpenMs);
  }

  /** Several events in one turn lead to one look. */
  #schedule(symbol: Ticker): void {
    if (this.#phase !== 'guarding') return;
    if (this.#pending.size === 0) queueMicrotask(() => this.#lookAtPending());
    this.#pending.add(symbol);
  }

  #lookAtPending(): void {
    const symbols = [...this.#pending];
    this.#pending.clear();
    if (this.#phase === 'guarding') this.#decideAll(symbols);
  }

  /** The most urgent first, since the broker takes only so many calls at once. */
  #decideAll(symbols: readonly Ticker[]): void {
    const thoughts = symbols.flatMap((symbol) => this.#thinkAbout(symbol) ?? []);
    const urgency = ({ decision }: Thought) => URGENCIES.indexOf(decision.urgency);
    for (const thought of thoughts.sort((a, b) => urgency(a) - urgency(b))) {
      void this.#carryOut(thought).catch((fault) => this.#parts.state.halt(reasonOf(fault)));
    }
  }

  /** A fault in one symbol ends there: the others are still guarded. */
  #thinkAbout(symbol: Ticker): Thought | null {
    const { coordinator, state, planMaker, alerts, logger } = this.#parts;
    if (coordinator.isBusy(symbol)) {
      this.#revisit.add(symbol);
      return null;
    }
    const code = 'evaluation_failed';
    try {
      const context = state.getCompleteContext(symbol);
      const thought = context === null ? null : planMaker.think(context);
      alerts.clear({ code, symbol });
      return thought;
    } catch (fault) {
      const because = reasonOf(fault);
      logger.log({ type: 'cycle_failed', actor: 'loop', symbol, body: { because } });
      alerts.raise({ code, symbol, because });
      return null;
    }
  }

  async #carryOut(thought: Thought): Promise<void> {
    const { decisions, pacing, clock, settings, coordinator } = this.#parts;
    const { part } = thought;
    const isDue = part !== null && pacing.isDue(part, clock.now());
    decisions.note(thought, isDue);
    if (part === null || !isDue) return;
    const plan = this.#propose(thought);
    if (settings.mode !== 'execute') {
      pacing.shown(part, plan.expiresAt);
      return;
    }
    const report = await coordinator.execute(plan);
    if (report.outcome === 'completed') pacing.completed(part);
    else pacing.failed(part, clock.now());
    if (isOutdated(report)) this.#schedule(part.symbol);
  }

  #propose({ context, decision, part }: Thought): ActionPlan {
    const { planMaker, plans, logger, clock } = this.#parts;
    const { symbol } = decision;
    const { accountNumber } = context.account;
    const intent = { kind: 'manage', symbol } as const;
    const plan = planMaker.seal(part === null ? [] : [part], accountNumber, intent, 'loop');
    plans.keep(plan, clock.now());
    logger.log({ type: 'plan_proposed', actor: 'loop', symbol, planId: plan.id, body: { plan } });
    return plan;
  }
}

/** The world moved between the thought and the act: think again, with what is true now. */
const isOutdated = ({ refusal }: ExecutionReport): boolean => refusal === 'plan_drifted';
