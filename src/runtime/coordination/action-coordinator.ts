import type { ApprovedPlan } from '../../domain/approved-plan.ts';
import type { Verdict } from '../../domain/guardrail.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { ActionPlan, PlanPart } from '../../domain/plan.ts';
import type { ExecutionReport, PartReport, Refusal, StepResult } from '../../domain/report.ts';
import type { EpochMs } from '../../domain/time.ts';
import { isForEntry } from '../../engine/account/entry-context.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf } from '../../ports/deadline.ts';
import type { AccountLook } from '../account/account-look.ts';
import type { PortfolioStateManager } from '../account/portfolio-state-manager.ts';
import type { HaltWatch } from '../halt/halt-watch.ts';
import { type EventLogger, JournalBrokenError } from '../journal/event-logger.ts';
import type { ApprovalDesk } from '../plans/approval-desk.ts';
import type { ApprovalRules } from '../plans/approval-rules.ts';
import {
  deniedReport,
  finishedReport,
  nakedBetween,
  notTried,
  partReport,
  soleSymbolOf,
} from '../plans/execution-reports.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import { deniedBy, type PlanReviewer } from './plan-reviewer.ts';
import { Slots } from './slots.ts';
import type { StepRunner } from './step-runner.ts';
import type { SymbolLocks } from './symbol-locks.ts';

const NO_LOCK = (): void => {};
/** How long a plan waits for another one in the same symbol to end. */
const LOCK_TIMEOUT_MS = 5_000;

type Parts = {
  readonly state: PortfolioStateManager;
  readonly look: AccountLook;
  readonly reviewer: PlanReviewer;
  readonly steps: StepRunner;
  readonly locks: SymbolLocks;
  readonly halts: HaltWatch;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly approvals: ApprovalDesk;
  readonly rules: ApprovalRules;
  readonly settings: RuntimeSettings;
};

/**
 * The only one that acts. A plan runs at most once, under the locks of its symbols, after a
 * fresh look and the guardrails' word on it, and ends in a report that says what is known
 * and what is not.
 */
export class ActionCoordinator {
  readonly #parts: Parts;
  readonly #running = new Set<Promise<unknown>>();
  readonly #listeners: ((symbol: Ticker, report: PartReport | null) => void)[] = [];
  /** Set when the time to stop is over: what is still at work takes no further step. */
  #abandoning = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  isBusy(symbol: Ticker): boolean {
    return this.#parts.locks.isBusy(symbol);
  }

  /** Called when a symbol's lock is free again; `null` when nothing was done under it. */
  onReleased(listener: (symbol: Ticker, report: PartReport | null) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * What cannot be done is said in the report.
   *
   * @param onAnswered called when a part has nothing more to ask of the broker, or has asked
   *   in vain: from then on it only waits
   * @throws for a fault of our own before the first step: nothing was sent, and trading is
   *   halted from then on
   */
  execute(plan: ActionPlan, onAnswered: () => void = () => {}): Promise<ExecutionReport> {
    const work = this.#execute(plan, onAnswered);
    this.#running.add(work);
    const ended = () => this.#running.delete(work);
    work.then(ended, ended);
    return work;
  }

  /** Takes no more plans; resolves when the running ones have ended or the time is over. */
  async stop(timeoutMs: number): Promise<void> {
    this.#parts.reviewer.close();
    const ended = new AbortController();
    const drained = this.idle().then(() => ended.abort());
    await Promise.race([drained, this.#parts.clock.sleep(timeoutMs, ended.signal)]);
    this.#abandoning = true;
  }

  /** Resolves when no plan is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  async #execute(plan: ActionPlan, onAnswered: () => void): Promise<ExecutionReport> {
    const { clock, locks, reviewer } = this.#parts;
    const startedAt = clock.now();
    const early = reviewer.whyNot(plan);
    if (early !== null) return this.#refuse(plan, startedAt, early);
    const isOpening = plan.parts.some(isForEntry);
    const account = isOpening ? await locks.acquireAccount(LOCK_TIMEOUT_MS) : NO_LOCK;
    if (account === null) {
      const because = 'another plan that opens something is at work: try again when it has ended';
      return this.#refuse(plan, startedAt, { code: 'symbol_unsettled', because });
    }
    try {
      return await this.#executeAlone(plan, startedAt, onAnswered);
    } finally {
      account();
    }
  }

  async #executeAlone(
    plan: ActionPlan,
    startedAt: EpochMs,
    onAnswered: () => void,
  ): Promise<ExecutionReport> {
    const { locks } = this.#parts;
    const locked = await locks.acquire(
      plan.parts.map(({ symbol }) => symbol),
      LOCK_TIMEOUT_MS,
    );
    if (locked.outcome === 'busy') {
      const because = `another plan is still at work in ${locked.symbol}: try again when it has ended`;
      return this.#refuse(plan, startedAt, { code: 'symbol_unsettled', because });
    }
    const held = new Map(locked.release);
    const release = (symbol: Ticker, report: PartReport | null) => {
      const giveBack = held.get(symbol);
      if (giveBack === undefined) return;
      held.delete(symbol);
      giveBack();
      for (const listener of this.#listeners) listener(symbol, report);
    };
    try {
      return await this.#executeLocked(plan, startedAt, release, onAnswered);
    } catch (fault) {
      if (!(fault instanceof JournalBrokenError)) this.#parts.state.halt(reasonOf(fault));
      throw fault;
    } finally {
      for (const symbol of [...held.keys()]) release(symbol, null);
    }
  }

  async #executeLocked(
    plan: ActionPlan,
    startedAt: EpochMs,
    release: (symbol: Ticker, report: PartReport) => void,
    onAnswered: () => void,
  ): Promise<ExecutionReport> {
    await this.#parts.look.freshen(plan.parts);
    // A halt that was lifted this instant must not be what the guardrails refuse.
    this.#parts.halts.notice();
    // After the fresh look, since that takes time in which a plan may expire or be used.
    const { reviewer } = this.#parts;
    const refusal = reviewer.whyNotNow(plan);
    if (refusal !== null) return this.#refuse(plan, startedAt, refusal);
    const reviewed = reviewer.review(plan);
    const { outcome, verdicts, inputs } = reviewed;
    this.#log(plan, 'plan_reviewed', { outcome, verdicts, inputs });
    if (reviewed.outcome === 'denied') {
      return this.#refuse(plan, startedAt, deniedBy(reviewed.denials), verdicts);
    }
    this.#spend(plan);
    const room = new Slots(this.#parts.settings.plansInFlight);
    const parts = await Promise.all(
      plan.parts.map(async (part) => {
        const giveBack = await room.take();
        const report = await this.executeAction(reviewed.approved, part, () => {
          giveBack();
          onAnswered();
        });
        release(part.symbol, report);
        return report;
      }),
    );
    return this.#finish(plan, startedAt, parts, verdicts);
  }

  /** From here on the plan has run, also after a crash. */
  #spend(plan: ActionPlan): void {
    const { approvals, rules, logger } = this.#parts;
    const approval = approvals.approvalOf(plan);
    logger.logDurably({
      type: 'plan_spent',
      actor: 'system',
      symbol: soleSymbolOf(plan),
      planId: plan.id,
      body: {
        hash: plan.hash,
        tier: plan.approval.tier,
        approvedBy: approval && { by: approval.by, channel: approval.channel, at: approval.at },
        soldUnasked: rules.soldUnasked(plan),
        wantedBy: [...new Set(plan.parts.flatMap((part) => part.wantedBy ?? []))],
      },
    });
    approvals.spent(plan);
  }

  /** Carries out one symbol's part, step by step; its lock is held by the caller. */
  async executeAction(
    approved: ApprovedPlan,
    part: PlanPart,
    onAnswered: () => void = () => {},
  ): Promise<PartReport> {
    const nakedBefore = this.#parts.state.nakedTime(part.symbol);
    const steps: StepResult[] = [];
    let fault: string | null = this.#parts.reviewer.driftOf(approved.plan, part);
    try {
      for (
        let index = 0;
        fault === null && index < part.steps.length && !this.#abandoning;
        index += 1
      ) {
        const isLast = index === part.steps.length - 1;
        const result = await this.#parts.steps.run(approved, part, index, ({ outcome }) => {
          if (isLast || outcome !== 'acknowledged') onAnswered();
        });
        steps.push(result);
        if (result.outcome !== 'done') break;
      }
    } catch (error) {
      fault = reasonOf(error);
      if (!(error instanceof JournalBrokenError)) this.#parts.state.halt(fault);
    }
    onAnswered();
    const results = [...steps, ...part.steps.slice(steps.length).map(notTried)];
    const { outcome, because } = await this.#outcomeOf(part, results, fault);
    const naked = nakedBetween(nakedBefore, this.#parts.state.nakedTime(part.symbol));
    return partReport(part, { outcome, steps: results, ...naked, because });
  }

  async #outcomeOf(
    part: PlanPart,
    results: readonly StepResult[],
    fault: string | null,
  ): Promise<Pick<PartReport, 'outcome' | 'because'>> {
    if (fault !== null) return { outcome: 'stopped', because: fault };
    const failed = results.find(({ outcome }) => outcome !== 'done');
    if (failed !== undefined) {
      const outcome = failed.outcome === 'unknown' ? 'unsettled' : 'stopped';
      return { outcome, because: failed.because };
    }
    const [entered] = results;
    if (isForEntry(part) && entered !== undefined) return this.#parts.look.atEntry(part, entered);
    const difference = await this.#parts.look.verify(part);
    return difference === null
      ? { outcome: 'completed', because: 'every step done and seen at the broker' }
      : { outcome: 'stopped', because: `every step done, but ${difference}` };
  }

  #refuse(
    plan: ActionPlan,
    startedAt: EpochMs,
    refusal: Refusal,
    verdicts: readonly Verdict[] = [],
  ): ExecutionReport {
    const { code, because } = refusal;
    this.#log(plan, 'plan_refused', { refusal: code, because });
    return deniedReport(plan, refusal, verdicts, {
      startedAt,
      finishedAt: this.#parts.clock.now(),
    });
  }

  #finish(
    plan: ActionPlan,
    startedAt: EpochMs,
    parts: readonly PartReport[],
    verdicts: readonly Verdict[],
  ): ExecutionReport {
    const times = { startedAt, finishedAt: this.#parts.clock.now() };
    const report = finishedReport(plan, parts, verdicts, times);
    this.#parts.logger.logAction(report);
    this.#parts.logger.commit();
    return report;
  }

  #log(plan: ActionPlan, type: 'plan_reviewed' | 'plan_refused', body: unknown): void {
    const symbol = soleSymbolOf(plan);
    this.#parts.logger.log({ type, actor: 'system', symbol, planId: plan.id, body });
  }
}
