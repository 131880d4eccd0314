import type { Alert } from '../domain/answers.ts';
import { sha256 } from '../domain/canonical.ts';
import { type Price, text } from '../domain/decimal.ts';
import type { EventType } from '../domain/event.ts';
import type { Ticker } from '../domain/ids.ts';
import { isTerminal } from '../domain/order.ts';
import type { PortfolioSnapshot } from '../domain/portfolio.ts';
import { exitSide } from '../domain/side.ts';
import type { EpochMs } from '../domain/time.ts';
import { isManaged } from '../engine/account/groups.ts';
import { orphansOf } from '../engine/decision/orphans.ts';
import type { Clock } from '../ports/clock.ts';
import type { PortfolioStateManager } from './account/portfolio-state-manager.ts';
import {
  nextProtectionLevelAt,
  PROTECTION_CODES,
  protectionLevels,
} from './controls/protection-alerts.ts';
import type { BrokerErrorWatch } from './halt/broker-error-watch.ts';
import type { AlertBoard } from './journal/alert-board.ts';
import type { EventLogger } from './journal/event-logger.ts';
import type { UnsettledSteps } from './plans/unsettled-steps.ts';

/** What a person hears of within seconds, whenever in a cycle it begins. */
const PROMPT_CODES = [
  ...PROTECTION_CODES,
  'unknown_order',
  'trading_stream_down',
  'market_stream_down',
] as const;
/** What is certain only when the account was read anew. */
const CYCLE_CODES = ['foreign_exit', 'orphaned_exit', 'snapshot_incoherent'] as const;
const PROMPT_MS = 4_000;
/** With these something may begin that no change of a position or an order tells of. */
const OMENS: ReadonlySet<EventType> = new Set<EventType>(['stream_changed', 'step_answered']);

type Level = Omit<Alert, 'since'> & {
  readonly code: (typeof PROMPT_CODES)[number] | (typeof CYCLE_CODES)[number];
};

/**
 * Ends each cycle: what was seen goes into the journal, what is wrong onto the alert board. What
 * cannot wait for the end of a cycle is told on a timer in between.
 */
export class CycleBookkeeper {
  readonly #state: PortfolioStateManager;
  readonly #unsettled: UnsettledSteps;
  readonly #alerts: AlertBoard;
  readonly #logger: EventLogger;
  readonly #clock: Clock;
  readonly #brokerErrors: BrokerErrorWatch;
  #cancelTimer: () => void = () => {};
  readonly #marks = new Map<Ticker, Price>();
  /** Since when readings contradict themselves, by symbol. */
  readonly #doubtedSince = new Map<string | null, EpochMs>();
  #dueAt: EpochMs | null = null;
  #stopped = false;

  constructor(parts: {
    readonly brokerErrors: BrokerErrorWatch;
    readonly state: PortfolioStateManager;
    readonly unsettled: UnsettledSteps;
    readonly alerts: AlertBoard;
    readonly logger: EventLogger;
    readonly clock: Clock;
  }) {
    this.#state = parts.state;
    this.#unsettled = parts.unsettled;
    this.#alerts = parts.alerts;
    this.#logger = parts.logger;
    this.#clock = parts.clock;
    this.#brokerErrors = parts.brokerErrors;
    parts.state.onChange(() => this.#lookWithin(PROMPT_MS));
    parts.state.onReading(() => this.#noteDoubts());
    parts.logger.onRecord(({ type }) => {
      if (OMENS.has(type)) this.#lookWithin(PROMPT_MS);
    });
  }

  /** Tells of nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  closeCycle(): void {
    const snapshot = this.#state.snapshot();
    if (snapshot !== null) {
      const body = { ...summaryOf(snapshot), marks: this.#newMarks(snapshot) };
      this.#logger.log({ type: 'snapshot_taken', actor: 'loop', body });
      this.#brokerErrors.see(snapshot);
      this.#tellPrompt(snapshot);
      this.#alerts.replace(CYCLE_CODES, [
        ...this.#foreignExits(snapshot),
        ...this.#orphanedExits(snapshot),
        ...incoherences(snapshot),
      ]);
    }
    this.#logger.commit();
  }

  /** Prices that have moved since they were last written down: the course of the market. */
  #newMarks({ positions }: PortfolioSnapshot): ReadonlyMap<Ticker, Price> {
    const moved = positions.filter(({ symbol, currentPrice }) => {
      const last = this.#marks.get(symbol);
      return last === undefined || currentPrice.minus(last).abs().times('1000').gte(last);
    });
    const marks = new Map(moved.map(({ symbol, currentPrice }) => [symbol, currentPrice]));
    for (const [symbol, price] of marks) this.#marks.set(symbol, price);
    return marks;
  }

  /** Tells now what is due, and what comes due before the next cycle when it is. */
  #tellPrompt(snapshot: PortfolioSnapshot): void {
    const facts = {
      snapshot,
      now: this.#clock.now(),
      contextOf: (symbol: Ticker) => this.#state.getCompleteContext(symbol),
      isTold: (symbol: Ticker) =>
        this.#alerts
          .alerts()
          .some((alert) => alert.code === 'naked_position' && alert.symbol === symbol),
      nakedTimeOf: (symbol: Ticker) => this.#state.nakedTime(symbol),
    };
    this.#alerts.replace(PROMPT_CODES, [
      ...protectionLevels(facts),
      ...this.#unknownOrders(),
      ...this.#streamsDown(),
    ]);
    const nextAt = nextProtectionLevelAt(facts);
    if (nextAt !== null) this.#lookWithin(nextAt - facts.now);
  }

  #lookWithin(delayMs: number): void {
    const at = this.#clock.now() + delayMs;
    if (this.#stopped || (this.#dueAt !== null && this.#dueAt <= at)) return;
    this.#cancelTimer();
    this.#dueAt = at;
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#dueAt = null;
      const latest = this.#state.snapshot();
      if (latest !== null) {
        this.#tellPrompt(latest);
        this.#tellLastingDoubts(latest);
      }
      this.#logger.commit();
    });
  }

  #noteDoubts(): void {
    const { incoherences: doubts = [] } = this.#state.snapshot() ?? {};
    const found = new Set<string | null>(doubts.map(({ symbol }) => symbol));
    for (const symbol of this.#doubtedSince.keys()) {
      if (!found.has(symbol)) this.#doubtedSince.delete(symbol);
    }
    for (const symbol of found) {
      if (this.#doubtedSince.has(symbol)) continue;
      this.#doubtedSince.set(symbol, this.#clock.now());
      this.#lookWithin(PROMPT_MS);
    }
  }

  /** Most doubts are over with the next reading; while none succeeds no cycle ends, either. */
  #tellLastingDoubts(snapshot: PortfolioSnapshot): void {
    const now = this.#clock.now();
    for (const level of incoherences(snapshot)) {
      const leftMs = PROMPT_MS - (now - (this.#doubtedSince.get(level.symbol) ?? now));
      if (leftMs > 0) this.#lookWithin(leftMs);
      else this.#alerts.raise(level);
    }
  }

  #unknownOrders(): Level[] {
    return this.#unsettled.list().map(({ symbol, kind, clientOrderId, orderId }) => ({
      code: 'unknown_order',
      symbol,
      because: `what became of the ${kind} of ${clientOrderId ?? orderId} is not known yet`,
    }));
  }

  #foreignExits({ positions }: PortfolioSnapshot): Level[] {
    return positions.flatMap(({ symbol, side }) => {
      const context = this.#state.getCompleteContext(symbol);
      if (context === null) return [];
      const { orders, intents } = context;
      const foreign = orders.filter(
        (order) => order.side === exitSide(side) && !isManaged(order, orders, intents),
      );
      if (foreign.length === 0) return [];
      const because = `${foreign.length} exit orders here are not BigBrother's; they are left alone`;
      return [{ code: 'foreign_exit', symbol, because }];
    });
  }

  /** Exits that nobody here may cancel: their owner has to. */
  #orphanedExits(snapshot: PortfolioSnapshot): Level[] {
    return this.#state.flatSymbols().flatMap((symbol) => {
      const { foreign } = orphansOf(snapshot, symbol);
      if (foreign.length === 0) return [];
      const because =
        `${foreign.length} exit orders here are not BigBrother's, and nothing is held that they ` +
        'could close: cancel them where they were placed, or they open a position when they fill';
      return [{ code: 'orphaned_exit', symbol, because }];
    });
  }

  #streamsDown(): Level[] {
    const { trading, market } = this.#state.streams();
    const down: Level[] = [];
    if (trading.startsWith('polling')) {
      const because = `the trading stream is gone, and fills are found by reading: ${trading}`;
      down.push({ code: 'trading_stream_down', symbol: null, because });
    }
    if (market !== 'live') {
      const because = `the market stream is ${market}: prices are asked for every cycle`;
      down.push({ code: 'market_stream_down', symbol: null, because });
    }
    return down;
  }
}

const incoherences = ({ incoherences: found }: PortfolioSnapshot): Level[] =>
  found.map(({ symbol, because }) => ({ code: 'snapshot_incoherent', symbol, because }));

/** Counts and a digest: one line for each position and each order, whatever else moves. */
function summaryOf(snapshot: PortfolioSnapshot): object {
  const { version, account, positions, orders, session, tradingState } = snapshot;
  const lines = [
    `account ${account.accountNumber} ${text(account.equity)} ${text(account.cash)}`,
    ...positions.map(
      ({ symbol, side, quantity, averageEntryPrice, currentPrice }) =>
        `position ${symbol} ${side} ${text(quantity)} ${text(averageEntryPrice)} ${text(currentPrice)}`,
    ),
    ...orders.map(
      ({ id, status, filledQuantity, updatedAt }) =>
        `order ${id} ${status} ${text(filledQuantity)} ${updatedAt}`,
    ),
  ];
  return {
    version,
    positions: positions.length,
    liveOrders: orders.filter(({ status }) => !isTerminal(status)).length,
    equity: account.equity,
    sessionOpen: session.isOpen,
    tradingState,
    confirmedAt: snapshot.confirmedAt,
    incoherent: [...new Set(snapshot.incoherences.map(({ symbol }) => symbol ?? 'all'))],
    digest: sha256(lines.join('\n')),
  };
}
