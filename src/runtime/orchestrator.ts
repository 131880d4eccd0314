import { worth, ZERO } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { ActionPlan, PlanPart } from '../domain/plan.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { Broker } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActionCoordinator } from './action-coordinator.ts';
import type { AlertBoard } from './alert-board.ts';
import type { CycleBookkeeper } from './cycle-bookkeeper.ts';
import { reasonOf } from './deadline.ts';
import type { DecisionJournal } from './decision-journal.ts';
import type { EventLogger } from './event-logger.ts';
import type { HaltWatch } from './halt-watch.ts';
import type { PlanMaker, Thought } from './plan-maker.ts';
import type { PlanPacing } from './plan-pacing.ts';
import { PlanQueue } from './plan-queue.ts';
import type { PlanStore } from './plan-store.ts';
import type { PortfolioStateManager } from './portfolio-state-manager.ts';
import type { Recovery } from './recovery.ts';
import type { RuntimeSettings } from './settings.ts';
import { stopsFirst } from './stops-first.ts';
import type { UnsettledResolver } from './unsettled-resolver.ts';

/**
 * How long a stop waits for what is at work; what is left is in the journal as intended, and
 * the next process finds out about it. Whoever asks a process to end expects it within 5 s.
 */
const STOP_TIMEOUT_MS = 4_000;

/** Requests for one reading of the account; every cycle takes them out of the same budget. */
const REQUESTS_PER_CYCLE = 3;
/** A wait shorter than this is nobody's worry. */
const LONG_WAIT_MS = 5_000;
/** What was refused so often may be refused for ever: a person has to look. */
const TRIES_UNTIL_ALERT = 3;
/** By then the price is here too, for which the broker refused a stop. */
const PRICE_ARRIVES_MS = 1_000;
const LONG_WAIT = { code: 'protection_delayed', symbol: null };

/** A thought whose part is to be carried out now. */
type DueThought = Thought & { readonly part: PlanPart };

type Parts = {
  readonly broker: Broker;
  readonly state: PortfolioStateManager;
  readonly coordinator: ActionCoordinator;
  readonly planMaker: PlanMaker;
  readonly plans: PlanStore;
  readonly pacing: PlanPacing;
  readonly decisions: DecisionJournal;
  readonly resolver: UnsettledResolver;
  readonly halts: HaltWatch;
  readonly recovery: Recovery;
  readonly alerts: AlertBoard;
  readonly bookkeeper: CycleBookkeeper;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * The loop: looks at the account every cycle, and at a symbol at once when something
 * happened there; decides for each symbol by itself, and lets the coordinator act. The broker
 * takes only so many requests a minute, so the symbols take turns, the most urgent first, and
 * each is decided on anew when its turn has come.
 */
export class BigBrotherOrchestrator {
  readonly #parts: Parts;
  readonly #pending = new Set<Ticker>();
  readonly #revisit = new Set<Ticker>();
  /** Symbols in which something happened that was not acted on yet. */
  readonly #news = new Set<Ticker>();
  readonly #queue = new PlanQueue();
  #inFlight = 0;
  #phase: 'idle' | 'watching' | 'guarding' | 'stopping' = 'idle';
  #cycle: Promise<void> | null = null;
  #cancelTimer: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.state.onChange((symbol) => {
      if (this.#phase === 'guarding') this.#news.add(symbol);
      this.#schedule(symbol);
    });
    parts.recovery.onEnd(() => this.#decideAgain());
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

  /** Guards no longer, and watches on; plans at work go on to their end. */
  rest(): void {
    if (this.#phase !== 'guarding') return;
    this.#phase = 'watching';
    this.#pending.clear();
    this.#queue.clear();
  }

  /** Begins nothing new; resolves when the plans at work have ended and all is written down. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.#cancelTimer();
    this.#parts.bookkeeper.stop();
    this.#pending.clear();
    this.#queue.clear();
    const ended = new AbortController();
    const cycle = Promise.resolve(this.#cycle).finally(() => ended.abort());
    await Promise.all([
      Promise.race([cycle, this.#parts.clock.sleep(STOP_TIMEOUT_MS, ended.signal)]),
      this.#parts.coordinator.stop(STOP_TIMEOUT_MS),
    ]);
  }

  /**
   * The longest until the last order that waits now is sent, in milliseconds, at the pace the
   * broker takes requests; 0 when nothing waits.
   */
  longestWaitMs(): number {
    const { broker, settings } = this.#parts;
    const steps = this.#queue.steps();
    if (steps === 0) return 0;
    let waitMs = 0;
    // The cycles meanwhile take their requests, too; a few rounds come close enough.
    for (let round = 0; round < 4; round += 1) {
      const cycles = Math.ceil(waitMs / settings.cycleMs) + 1;
      waitMs = broker.longestWaitMs('protect', steps + cycles * REQUESTS_PER_CYCLE);
    }
    return waitMs;
  }

  /**
   * One pass: read the broker, decide for every symbol, let their plans take turns. Resolves
   * when that is under way, not when it has ended: a plan that takes long holds up nobody. A
   * cycle that is still running is not begun twice.
   */
  runCycle(): Promise<void> {
    this.#cycle ??= this.#runCycle().finally(() => {
      this.#cycle = null;
    });
    return this.#cycle;
  }

  async #runCycle(): Promise<void> {
    const { state, resolver, recovery, halts, logger } = this.#parts;
    halts.notice();
    const failure = recovery.isRecovering
      ? await recovery.attempt()
      : await state.updateFromAlpaca();
    if (failure !== null) {
      logger.log({ type: 'cycle_failed', actor: 'loop', body: { because: failure } });
    } else {
      void resolver.resolve();
      if (this.#phase === 'guarding') this.#decideAll([...state.flatSymbols(), ...state.symbols()]);
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

  #decideAgain(): void {
    const { state } = this.#parts;
    for (const symbol of [...state.flatSymbols(), ...state.symbols()]) this.#schedule(symbol);
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

  #decideAll(symbols: readonly Ticker[]): void {
    for (const symbol of symbols) this.#enqueue(symbol);
    this.#takeTurns();
    this.#tellOfWaiting();
  }

  #enqueue(symbol: Ticker): void {
    const due = this.#thinkAbout(symbol);
    if (due === null) {
      this.#queue.drop(symbol);
      if (!this.#revisit.has(symbol)) this.#news.delete(symbol);
      return;
    }
    const { context, decision, part } = due;
    this.#queue.put(symbol, {
      isFlat: context.position.quantity.eq(ZERO),
      isNews: this.#news.has(symbol),
      urgency: decision.urgency,
      nakedDollars: worth(context.price, context.cover.nakedQuantity),
      steps: part.steps.length,
    });
  }

  #takeTurns(): void {
    while (this.#inFlight < this.#parts.settings.plansInFlight) {
      const symbol = this.#queue.take();
      if (symbol === null) return;
      this.#news.delete(symbol);
      // Decided anew: what was true when it joined the queue may be minutes old.
      const due = this.#thinkAbout(symbol);
      if (due === null) continue;
      void this.#carryOut(due).catch((fault) => this.#parts.state.halt(reasonOf(fault)));
    }
  }

  #tellOfWaiting(): void {
    const { alerts } = this.#parts;
    const waitMs = this.longestWaitMs();
    if (waitMs < LONG_WAIT_MS) {
      alerts.clear(LONG_WAIT);
      return;
    }
    const because =
      `${this.#queue.size} symbols wait for their turn at the broker, the most urgent first; ` +
      `at the pace it takes requests the last has its orders in ${Math.ceil(waitMs / 1_000)} s`;
    alerts.raise({ ...LONG_WAIT, because });
  }

  /** What is to be done in a symbol now. A fault ends there: the others are still guarded. */
  #thinkAbout(symbol: Ticker): DueThought | null {
    const { coordinator, state, planMaker, alerts, logger } = this.#parts;
    if (coordinator.isBusy(symbol)) {
      this.#revisit.add(symbol);
      return null;
    }
    const code = 'evaluation_failed';
    try {
      const context = state.getCompleteContext(symbol);
      const flat = context === null ? state.getFlatContext(symbol) : null;
      const thought =
        flat === null
          ? context && planMaker.think(context, this.#choice())
          : planMaker.thinkFlat(flat);
      const due = thought && this.#dueIn(thought);
      alerts.clear({ code, symbol });
      return due;
    } catch (fault) {
      const because = reasonOf(fault);
      logger.log({ type: 'cycle_failed', actor: 'loop', symbol, body: { because } });
      alerts.raise({ code, symbol, because });
      return null;
    }
  }

  #choice(): typeof stopsFirst {
    return this.longestWaitMs() >= LONG_WAIT_MS ? stopsFirst : (all) => all;
  }

  /** What is not to be done now is written down as decided, and left. */
  #dueIn(thought: Thought): DueThought | null {
    const { pacing, clock, decisions, alerts } = this.#parts;
    const { part } = thought;
    if (part === null) alerts.clear({ code: 'plan_failing', symbol: thought.decision.symbol });
    if (part !== null && pacing.isDue(part, clock.now())) return { ...thought, part };
    decisions.note(thought, false);
    return null;
  }

  async #carryOut(thought: DueThought): Promise<void> {
    const { part } = thought;
    const { decisions, pacing, clock, settings, coordinator, alerts } = this.#parts;
    decisions.note(thought, true);
    const plan = this.#propose(thought);
    if (settings.mode !== 'execute') {
      pacing.shown(part, plan.expiresAt);
      return;
    }
    const leave = this.#takeSlot();
    const report = await coordinator.execute(plan, leave).finally(leave);
    const failing = { code: 'plan_failing', symbol: part.symbol };
    if (report.outcome === 'completed') {
      pacing.completed(part);
      alerts.clear(failing);
    } else if (pacing.failed(part, clock.now()) >= TRIES_UNTIL_ALERT) {
      alerts.raise({
        ...failing,
        because: `${part.recipe} fails again and again: ${report.because}`,
      });
    }
    if (isOutdated(report)) this.#schedule(part.symbol);
    if (wasThrough(report)) clock.after(PRICE_ARRIVES_MS, () => this.#schedule(part.symbol));
  }

  /** A plan that waits on the broker; the next has its turn when this one leaves. */
  #takeSlot(): () => void {
    let held = true;
    this.#inFlight += 1;
    return () => {
      if (!held) return;
      held = false;
      this.#inFlight -= 1;
      queueMicrotask(() => this.#takeTurns());
    };
  }

  #propose({ context, part }: DueThought): ActionPlan {
    const { planMaker, plans, logger, clock } = this.#parts;
    const { symbol } = part;
    const { accountNumber } = context.account;
    const intent = { kind: 'manage', symbol } as const;
    const plan = planMaker.seal([part], [context], accountNumber, intent, 'loop');
    plans.keep(plan, clock.now());
    logger.log({ type: 'plan_proposed', actor: 'loop', symbol, planId: plan.id, body: { plan } });
    return plan;
  }
}

/** The broker knew of a price that had not arrived here yet. */
const wasThrough = ({ parts }: ExecutionReport): boolean =>
  parts.some(({ steps }) => steps.some(({ rejection }) => rejection === 'stop_through_price'));

/** The world moved between the thought and the act: think again, with what is true now. */
const isOutdated = ({ refusal }: ExecutionReport): boolean => refusal === 'plan_drifted';
