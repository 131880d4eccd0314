import { text } from '../domain/decimal.ts';
import type { HandedOrder, HandedPosition, HandOver } from '../domain/hand-over.ts';
import { isTerminal, type Order } from '../domain/order.ts';
import type { Position } from '../domain/portfolio.ts';
import { isManaged } from '../engine/account/groups.ts';
import { onlyProtects } from '../engine/planning/doubt.ts';
import type { Clock } from '../ports/clock.ts';
import { reasonOf } from '../ports/deadline.ts';
import type { StandDownLatch } from '../ports/stand-down-latch.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import type { ActionCoordinator } from './coordination/action-coordinator.ts';
import { logThought } from './coordination/decision-journal.ts';
import type { PlanMaker } from './coordination/plan-maker.ts';
import type { UnsettledResolver } from './coordination/unsettled-resolver.ts';
import { choiceFor } from './host-intents.ts';
import type { EventLogger } from './journal/event-logger.ts';
import type { PlanStore } from './plans/plan-store.ts';
import type { UnsettledSteps } from './plans/unsettled-steps.ts';
import type { ModeGate } from './rollout/mode-gate.ts';
import type { StandDownWatch } from './rollout/stand-down-watch.ts';
import type { RuntimeSettings } from './settings/settings.ts';

/** Plans that are half way are given so long to reach their end: a stop may be part of it. */
const DRAIN_MS = 25_000;
/** Then so long to find out about steps of which nobody knows the outcome. */
const SETTLE_MS = 10_000;
const SETTLE_EVERY_MS = 500;

export type RollbackRequest = {
  /** Who asks, in words. */
  readonly by: string;
  readonly because: string;
  /** Whether stops are placed first where they are missing. */
  readonly protect: boolean;
};

type Parts = {
  readonly latch: StandDownLatch | null;
  readonly watch: StandDownWatch;
  readonly gate: ModeGate;
  readonly coordinator: ActionCoordinator;
  readonly resolver: UnsettledResolver;
  readonly unsettled: UnsettledSteps;
  readonly planMaker: PlanMaker;
  readonly plans: PlanStore;
  readonly state: PortfolioStateManager;
  readonly logger: EventLogger;
  readonly clock: Clock;
  readonly settings: RuntimeSettings;
};

/**
 * Gives the account back within a minute. From the first instant no new plan is admitted; those
 * at work end, so that nothing is left half done; then the broker is read, and what is held,
 * covered and open is said. Places nothing, unless missing stops are asked for.
 */
export class Rollback {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws when the word to stand down cannot be kept: then it acts on */
  async run({ by, because, protect }: RollbackRequest): Promise<HandOver> {
    const { latch, watch, clock, coordinator, unsettled, state, logger } = this.#parts;
    const startedAt = clock.now();
    if (latch === null) throw new Error('there is no place to keep it in');
    latch.latch({ since: startedAt, by, because });
    watch.notice();
    const isIdle = await this.#within(coordinator.idle(), DRAIN_MS);
    await this.#settleSteps();
    const protection = protect ? await this.#protect() : [];
    const unreadBecause = await state.updateFromAlpaca();
    const steps = unsettled.list();
    const positions = this.#positions();
    const isQuiet = isIdle && steps.length === 0;
    const isBare = positions.some(({ nakedQuantity }) => nakedQuantity !== '0');
    const handOver: HandOver = {
      accountNumber: state.snapshot()?.account.accountNumber ?? 'not known',
      environment: this.#parts.settings.environment,
      at: clock.now(),
      tookMs: clock.now() - startedAt,
      ...{ by, because, isQuiet, unreadBecause, positions, protection },
      isCovered: isQuiet && unreadBecause === null && state.snapshot() !== null && !isBare,
      orders: this.#orders(),
      unsettled: steps.map(
        ({ symbol, kind, clientOrderId, orderId }) =>
          `${symbol}: what became of the ${kind} of ${clientOrderId ?? orderId} is not known`,
      ),
      journalRecords: logger.length + 1,
    };
    const { isCovered, tookMs } = handOver;
    logger.log({
      type: 'account_handed_over',
      actor: 'person',
      body: { by, because, isQuiet, isCovered, tookMs, positions, protection },
    });
    logger.commit();
    return handOver;
  }

  async #settleSteps(): Promise<void> {
    const { resolver, unsettled, clock } = this.#parts;
    const until = clock.now() + SETTLE_MS;
    while (unsettled.list().length > 0 && clock.now() < until) {
      await this.#within(resolver.resolve(), until - clock.now());
      if (unsettled.list().length > 0) await clock.sleep(SETTLE_EVERY_MS);
    }
  }

  /** True when `work` has ended in time; a fault in it is somebody else's to tell. */
  async #within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
    const over = new AbortController();
    const ended = work.then(
      () => true,
      () => true,
    );
    const late = this.#parts.clock.sleep(timeoutMs, over.signal).then(() => false);
    return Promise.race([ended, late]).finally(() => over.abort());
  }

  /** Places the stops that are missing, and nothing that would have to end another order. */
  async #protect(): Promise<readonly string[]> {
    const { state } = this.#parts;
    const failure = await state.updateFromAlpaca();
    if (failure !== null)
      return [`nothing was placed, since the account cannot be read: ${failure}`];
    const bare = state
      .symbols()
      .filter((symbol) => state.getCompleteContext(symbol)?.cover.nakedQuantity.gt('0') === true);
    await state.freshenQuotes(bare);
    return Promise.all(bare.map((symbol) => this.#protectOne(symbol)));
  }

  async #protectOne(symbol: Position['symbol']): Promise<string> {
    const { state, planMaker, plans, gate, coordinator, logger, clock } = this.#parts;
    const context = state.getCompleteContext(symbol);
    if (context === null) return `${symbol}: nothing is held any more`;
    const intent = { kind: 'protect', symbol } as const;
    const choice = choiceFor(intent, context, '');
    if (choice.outcome === 'impossible') return `${symbol}: ${choice.because}`;
    const asked = { intent, mark: '', byPerson: true };
    const thought = planMaker.think(context, { choose: choice.choose, asked });
    const { part, notes } = thought;
    if (part === null) {
      return `${symbol}: no stop was placed: ${notes.map((note) => note.because).join('; ')}`;
    }
    if (!onlyProtects(part)) {
      return `${symbol}: no stop was placed, since another order would have to end first`;
    }
    const { accountNumber } = context.account;
    const plan = planMaker.seal([part], [context], accountNumber, intent, 'host');
    logThought(logger, thought);
    gate.letThrough(plan.id);
    plans.keep(plan, clock.now());
    logger.log({ type: 'plan_proposed', actor: 'person', symbol, planId: plan.id, body: { plan } });
    try {
      const { outcome, because } = await coordinator.execute(plan);
      return outcome === 'completed' ? `${symbol}: a stop was placed` : `${symbol}: ${because}`;
    } catch (error) {
      return `${symbol}: no stop was placed: ${reasonOf(error)}`;
    }
  }

  #positions(): readonly HandedPosition[] {
    const { state } = this.#parts;
    return state.symbols().flatMap((symbol) => {
      const context = state.getCompleteContext(symbol);
      if (context === null) return [];
      const { position, cover, price } = context;
      return [
        {
          symbol,
          side: position.side,
          quantity: text(position.quantity),
          price: text(price),
          coveredQuantity: text(cover.coveredQuantity),
          nakedQuantity: text(cover.nakedQuantity),
          stops: cover.stops.map(stopInWords),
        },
      ];
    });
  }

  #orders(): readonly HandedOrder[] {
    const snapshot = this.#parts.state.snapshot();
    const live = (snapshot?.orders ?? []).filter(({ status }) => !isTerminal(status));
    return live.map((order) => {
      const { id, clientOrderId, symbol, side, type, timeInForce, status } = order;
      const amount = (value: Order['quantity'] | Order['stopPrice']) =>
        value === null ? null : text(value);
      return {
        ...{ id, clientOrderId, symbol, side, type, timeInForce, status },
        quantity: amount(order.quantity),
        stopPrice: amount(order.stopPrice),
        limitPrice: amount(order.limitPrice),
        owner: isManaged(order, live, snapshot?.intents ?? []) ? 'bigbrother' : 'foreign',
      };
    });
  }
}

const stopInWords = ({ id, type, quantity, stopPrice, timeInForce, status }: Order): string =>
  `${type} ${quantity === null ? '' : text(quantity)} at ` +
  `${stopPrice === null ? 'a trailing price' : text(stopPrice)} ${timeInForce}, ${status}, ${id}`;
