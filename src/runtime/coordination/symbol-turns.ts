import { worth, ZERO } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import type { ExecutionReport } from '../../domain/report.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { AlertBoard } from '../journal/alert-board.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { PlanStore } from '../plans/plan-store.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import type { ActionCoordinator } from './action-coordinator.ts';
import type { DecisionJournal } from './decision-journal.ts';
import { NOBODY } from './nobody.ts';
import { type Asking, EVERYBODY, type PlanMaker, type Thought } from './plan-maker.ts';
import type { PlanPacing } from './plan-pacing.ts';
import { PlanQueue } from './plan-queue.ts';
import type { PlanReviewer } from './plan-reviewer.ts';
import { STOPS_FIRST } from './stops-first.ts';

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

export type SymbolTurnsParts = {
  readonly broker: Broker;
  readonly state: PortfolioStateManager;
  readonly coordinator: ActionCoordinator;
  readonly reviewer: PlanReviewer;
  readonly planMaker: PlanMaker;
  readonly plans: PlanStore;
  readonly pacing: PlanPacing;
  readonly decisions: DecisionJournal;
  readonly alerts: AlertBoard;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * Decides for each symbol by itself, and lets the coordinator act. The broker takes only so
 * many requests a minute, so the symbols take turns, the most urgent first, and each is
 * decided on anew when its turn has come.
 */
export class SymbolTurns {
  readonly #parts: SymbolTurnsParts;
  readonly #lookAgain: (symbol: Ticker) => void;
  readonly #revisit = new Set<Ticker>();
  /** Symbols with a plan of ours at work: what comes of it is paced before they are revisited. */
  readonly #carried = new Set<Ticker>();
  /** Symbols in which something happened that was not acted on yet. */
  readonly #news = new Set<Ticker>();
  readonly #queue = new PlanQueue();
  #inFlight = 0;

  /** @param lookAgain called with a symbol that calls for another decision */
  constructor(parts: SymbolTurnsParts, lookAgain: (symbol: Ticker) => void) {
    this.#parts = parts;
    this.#lookAgain = lookAgain;
    parts.coordinator.onReleased((symbol, report) => {
      if (report?.outcome === 'stopped') this.#revisit.add(symbol);
      if (!this.#carried.has(symbol)) this.#revisitNow(symbol);
    });
  }

  /** Something happened in the symbol: its turn comes before those in which nothing did. */
  noteNews(symbol: Ticker): void {
    this.#news.add(symbol);
  }

  /** Nobody's turn comes any more; plans at work go on to their end. */
  clear(): void {
    this.#queue.clear();
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

  /** Decides for each of the symbols; those in which something is to be done join the queue. */
  decideAll(symbols: readonly Ticker[]): void {
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
          ? context && planMaker.think(context, this.#asking(symbol))
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

  #asking(symbol: Ticker): Asking {
    const found = this.#parts.state.snapshot()?.incoherences ?? [];
    if (found.some((each) => each.symbol === symbol && each.isRename === true)) return NOBODY;
    return this.longestWaitMs() >= LONG_WAIT_MS ? STOPS_FIRST : EVERYBODY;
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
    const { decisions, pacing, clock, settings, coordinator } = this.#parts;
    decisions.note(thought, true);
    const plan = this.#propose(thought);
    if (settings.mode !== 'execute') {
      pacing.shown(part, clock.now(), plan.expiresAt);
      return;
    }
    const leave = this.#takeSlot();
    this.#carried.add(part.symbol);
    const report = await coordinator.execute(plan, leave).finally(() => {
      leave();
      this.#carried.delete(part.symbol);
    });
    this.#pace(part, report);
    if (isOutdated(report)) this.#revisit.add(part.symbol);
    this.#revisitNow(part.symbol);
    if (wasThrough(report)) clock.after(PRICE_ARRIVES_MS, () => this.#lookAgain(part.symbol));
  }

  #revisitNow(symbol: Ticker): void {
    if (this.#revisit.delete(symbol)) this.#lookAgain(symbol);
  }

  /** What was not tried, since the picture contradicts itself or is read anew, has not failed. */
  #pace(part: PlanPart, report: ExecutionReport): void {
    const { pacing, state, clock, alerts } = this.#parts;
    const { symbol, recipe } = part;
    const failing = { code: 'plan_failing', symbol };
    if (report.outcome === 'completed') {
      pacing.completed(part);
      alerts.clear(failing);
      return;
    }
    if (isContradicted(report) || report.refusal === 'recovering') return;
    const isBare = state.getCompleteContext(symbol)?.cover.nakedQuantity.gt('0') === true;
    const isUrgent = isBare && !isHalted(report);
    const { failures, waitMs } = pacing.failed(part, clock.now(), isUrgent);
    if (isUrgent) clock.after(waitMs, () => this.#lookAgain(symbol));
    if (failures < TRIES_UNTIL_ALERT) return;
    alerts.raise({ ...failing, because: `${recipe} fails again and again: ${report.because}` });
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
    const { planMaker, plans, reviewer, logger, clock } = this.#parts;
    const { symbol } = part;
    const { accountNumber } = context.account;
    const intent = { kind: 'manage', symbol } as const;
    const plan = planMaker.seal([part], [context], accountNumber, intent, 'loop');
    plans.keep(plan, clock.now());
    // For the record: the word that counts is given under the lock, after a fresh look.
    const body = { plan, ...reviewer.notedVerdictsOn(plan) };
    logger.log({ type: 'plan_proposed', actor: 'loop', symbol, planId: plan.id, body });
    return plan;
  }
}

/** The broker knew of a price that had not arrived here yet. */
const wasThrough = ({ parts }: ExecutionReport): boolean =>
  parts.some(({ steps }) => steps.some(({ rejection }) => rejection === 'stop_through_price'));

/** Nothing is wrong with the plan: it waits for a reading that agrees with itself. */
const isContradicted = ({ verdicts }: ExecutionReport): boolean =>
  verdicts.some(({ code }) => code === 'snapshot_incoherent');

/** A person has forbidden it, and asking again changes nothing. */
const isHalted = ({ verdicts }: ExecutionReport): boolean =>
  verdicts.some(({ code }) => code === 'trading_halted');

/** The world moved between the thought and the act: think again, with what is true now. */
const isOutdated = ({ refusal }: ExecutionReport): boolean => refusal === 'plan_drifted';
