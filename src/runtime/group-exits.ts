import type { Price } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { CoordinatedIntent } from '../domain/plan.ts';
import type { PortfolioSnapshot } from '../domain/portfolio.ts';
import type { GroupExit, PortfolioContext, PortfolioPolicy } from '../domain/portfolio-policy.ts';
import type { Clock, Ids } from '../ports/clock.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { PortfolioRiskManager } from './account/portfolio-risk-manager.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import type { ControlDesk } from './controls/control-desk.ts';
import type { CoordinatedPositionManager } from './coordinated-position-manager.ts';
import type { ActionCoordinator } from './coordination/action-coordinator.ts';
import { logThought } from './coordination/decision-journal.ts';
import type { PlanMaker, Thought } from './coordination/plan-maker.ts';
import type { PlanReviewer } from './coordination/plan-reviewer.ts';
import { choiceFor, type WantedBy } from './host-intents.ts';
import { type EventLogger, JournalBrokenError } from './journal/event-logger.ts';
import type { PlanStore } from './plans/plan-store.ts';
import type { RuntimeSettings } from './settings/settings.ts';

/** What did not end as meant is tried again after this; meanwhile every stop goes on resting. */
const PAUSE_MS = 30_000;

type Parts = {
  /** In order of precedence. */
  readonly policies: readonly PortfolioPolicy[];
  readonly state: PortfolioStateManager;
  readonly risk: Pick<PortfolioRiskManager, 'groupFacts'>;
  readonly controls: Pick<ControlDesk, 'facts'>;
  readonly coordinated: Pick<CoordinatedPositionManager, 'coordinateExits'>;
  readonly coordinator: Pick<ActionCoordinator, 'execute'>;
  readonly planMaker: PlanMaker;
  readonly reviewer: Pick<PlanReviewer, 'notedVerdictsOn'>;
  readonly plans: PlanStore;
  readonly logger: EventLogger;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Ids;
  readonly settings: Pick<RuntimeSettings, 'mode'>;
  readonly isGuarding: () => boolean;
};

/**
 * Asks the policies over the whole portfolio after each reading of the account. What one of them
 * wants to be left together becomes the same plan as an exit of a group that a host asks for: one
 * part for each position, in order, under the guardrails, the rollout and the locks.
 */
export class GroupExits {
  readonly #parts: Parts;
  #isAtWork = false;
  #notBefore = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    if (parts.policies.length > 0) parts.state.onReading(() => this.look());
  }

  look(): void {
    const { clock, isGuarding, state, settings } = this.#parts;
    const snapshot = state.snapshot();
    if (snapshot === null || !isGuarding() || settings.mode === 'observe') return;
    if (this.#isAtWork || clock.now() < this.#notBefore) return;
    if (!this.#parts.policies.some((policy) => policy.isOn())) return;
    const wanted = this.#wanted(snapshot);
    if (wanted === null) return;
    this.#isAtWork = true;
    this.#notBefore = clock.now() + PAUSE_MS;
    void this.#leave(wanted, snapshot)
      .catch((fault) => {
        if (!(fault instanceof JournalBrokenError)) state.halt(reasonOf(fault));
      })
      .finally(() => {
        this.#isAtWork = false;
      });
  }

  /** The first wish in order of precedence; a policy that breaks wants nothing. */
  #wanted(snapshot: PortfolioSnapshot): (GroupExit & { readonly policy: string }) | null {
    const context = this.#contextOf(snapshot);
    for (const { name, evaluate } of this.#parts.policies) {
      try {
        const [exit] = evaluate(context);
        if (exit !== undefined) return { ...exit, policy: name };
      } catch (fault) {
        const because = `${name} failed: ${reasonOf(fault)}`;
        this.#parts.logger.log({ type: 'cycle_failed', actor: 'loop', body: { because } });
      }
    }
    return null;
  }

  #contextOf(snapshot: PortfolioSnapshot): PortfolioContext {
    const { clock, risk, controls } = this.#parts;
    const facts = risk.groupFacts(snapshot);
    return {
      now: clock.now(),
      isOpen: snapshot.session.isOpen,
      account: snapshot.account,
      netDepositsToday: controls.facts().netDepositsToday,
      positions: snapshot.positions.map(({ symbol, side, quantity, currentPrice }) => ({
        ...{ symbol, side, quantity, price: currentPrice },
        bestPrice: bestPriceOf(snapshot, symbol) ?? currentPrice,
        ...(facts.get(symbol) ?? { sector: null, cluster: null, lastClose: null }),
      })),
    };
  }

  async #leave(
    { policy, group, reason, because }: GroupExit & { readonly policy: string },
    snapshot: PortfolioSnapshot,
  ): Promise<void> {
    const { coordinated, coordinator, planMaker, plans, reviewer, logger, clock, ids, settings } =
      this.#parts;
    const intent: CoordinatedIntent = { kind: 'exit_group', symbol: null, group, reason };
    const wished = coordinated.coordinateExits(intent, snapshot);
    if (wished.outcome === 'impossible') return;
    const mark = ids.next('wish');
    const by: WantedBy = { policy, because };
    const thoughts = wished.wishes.flatMap(({ symbol }) => this.#thinkOf(symbol, mark, by) ?? []);
    const due = thoughts.filter(({ part }) => part !== null);
    const [first] = due;
    if (first === undefined) return;
    for (const thought of due) logThought(logger, thought);
    const parts = due.flatMap(({ part }) => part ?? []);
    const contexts = due.map(({ context }) => context);
    const { accountNumber } = first.context.account;
    const plan = planMaker.seal(parts, contexts, accountNumber, intent, 'loop');
    plans.keep(plan, clock.now());
    const body = { plan, ...reviewer.notedVerdictsOn(plan), notes: wished.notes };
    logger.log({ type: 'plan_proposed', actor: 'loop', planId: plan.id, body });
    if (settings.mode === 'execute') await coordinator.execute(plan);
  }

  #thinkOf(symbol: Ticker, mark: string, wantedBy: WantedBy): Thought | null {
    const { state, planMaker } = this.#parts;
    const context = state.getCompleteContext(symbol);
    if (context === null) return null;
    const intent = { kind: 'exit', symbol } as const;
    const choice = choiceFor(intent, context, mark, wantedBy);
    if (choice.outcome === 'impossible') return null;
    const asked = { intent, mark, byPerson: false, wantedBy };
    return planMaker.think(context, { choose: choice.choose, asked });
  }
}

const bestPriceOf = ({ episodes }: PortfolioSnapshot, symbol: Ticker): Price | null =>
  episodes.get(symbol)?.highWaterPrice ?? null;
