import { toJson } from '../../src/domain/canonical.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import { price, quantity, text } from '../../src/domain/decimal.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import { ticker } from '../../src/domain/ids.ts';
import type { Session } from '../../src/domain/market.ts';
import type { Order, OrderRequest } from '../../src/domain/order.ts';
import { isTerminal } from '../../src/domain/order.ts';
import type { PlanPart, Step } from '../../src/domain/plan.ts';
import type { PortfolioSnapshot, Position, PositionContext } from '../../src/domain/portfolio.ts';
import { contextFor } from '../../src/engine/account/context.ts';
import {
  type EpisodeBook,
  episodesFromJournal,
  foldEpisodes,
} from '../../src/engine/account/episodes.ts';
import { foldIntents, milestonesDone } from '../../src/engine/account/intents.ts';
import { NyseCalendar } from '../../src/paper-exchange/calendar/nyse.ts';
import { decimal, formatDecimal } from '../../src/paper-exchange/core/basics/decimal.ts';
import {
  type Latencies,
  WireError,
  type Order as WireOrder,
} from '../../src/paper-exchange/core/basics/types.ts';
import { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import * as given from '../support/given.ts';

const SYMBOL = ticker('AAPL');
const STEP_TIMEOUT_MS = 30_000;

/**
 * A desk at the exchange's core, without network or loop: it sees the account, carries out
 * plans step by step as the coordinator would, and keeps what was refused.
 */
export class Desk {
  readonly core: ExchangeCore;
  /** Every refusal by the exchange of a planned step, with the step. */
  readonly refusals: string[] = [];
  readonly #journal: JournalRecord[] = [];
  readonly #account: string;
  #episodes: EpisodeBook = episodesFromJournal([]);
  #trades = 0;

  constructor(start: {
    readonly shares: string;
    readonly price: string;
    readonly latencies: Partial<Latencies>;
  }) {
    this.core = new ExchangeCore({
      seed: 'desk',
      startAt: given.NOW,
      calendar: new NyseCalendar(),
      accounts: [
        {
          keyId: 'key',
          secretKey: 'secret',
          cash: '500000',
          multiplier: '4',
          accountNumber: given.ACCOUNT_NUMBER,
          positions: [{ symbol: SYMBOL, qty: start.shares, averageEntryPrice: '100' }],
        },
      ],
      assets: [{ symbol: SYMBOL }],
      latencies: start.latencies,
    });
    this.#account = this.core.accountIds[0] ?? '';
    this.move(start.price);
  }

  /** The market goes to a price: quote first, then a trade at it. */
  move(to: string): void {
    const at = this.core.now;
    const tick = decimal('0.01');
    const last = decimal(to);
    this.core.onQuote({
      symbol: SYMBOL,
      at,
      bidPrice: last - tick,
      askPrice: last + tick,
      bidSize: 10_000,
      askSize: 10_000,
    });
    this.#trades += 1;
    this.core.onTrade({ symbol: SYMBOL, at, price: last, size: 1_000, id: this.#trades });
    this.wait(1_000);
  }

  wait(durationMs: number): void {
    this.core.advanceTo(this.core.now + durationMs);
  }

  /** An order by somebody else; whether it is taken is the exchange's business. */
  stranger(body: Readonly<Record<string, unknown>>): void {
    this.core.submitOrder(this.#account, { symbol: SYMBOL, ...body });
    this.wait(1_000);
  }

  /** Part of a live order fills at its limit, or at the price. */
  fillPart(nth: number, shares: string): void {
    const working = this.#orders().filter(({ status }) => status === 'new');
    const order = working[nth % Math.max(working.length, 1)];
    if (order === undefined) return;
    const at = order.limitPrice === null ? '100' : text(order.limitPrice);
    this.core.executePart(this.#account, order.id, decimal(shares), decimal(at));
    this.wait(1_000);
  }

  /** Signed shares held. */
  get held(): bigint {
    return this.core.position(this.#account, SYMBOL)?.qty ?? 0n;
  }

  get trade(): string {
    return formatDecimal(this.core.latestTrade(SYMBOL)?.price ?? 0n);
  }

  /** The key of each order of ours with a fill: a milestone's must come up once. */
  filledKeys(): string[] {
    const keys = new Map(
      this.#journal
        .filter(({ type }) => type === 'step_intended')
        .map(({ body }) => body as { readonly key: string; readonly clientOrderId: string })
        .map(({ key, clientOrderId }) => [clientOrderId, key]),
    );
    return this.#orders()
      .filter(({ filledQuantity }) => filledQuantity.gt('0'))
      .flatMap(({ clientOrderId }) => keys.get(clientOrderId) ?? []);
  }

  /** The symbol as the state manager would show it; null when flat. */
  look(): PositionContext | null {
    const at = this.core.now;
    const position = this.#position();
    const positions = position === null ? [] : [position];
    const orders = this.#orders();
    const intents = foldIntents(this.#journal, orders);
    this.#episodes = foldEpisodes(this.#episodes, {
      lastLookAt: 0,
      at,
      positions,
      orders,
      marks: new Map(positions.map(({ currentPrice }) => [SYMBOL, currentPrice])),
      traded: new Set([SYMBOL]),
      splits: new Map(),
      milestonesOf: (id) => milestonesDone(intents, given.ACCOUNT_NUMBER, id),
    }).book;
    const snapshot: PortfolioSnapshot = {
      ...given.snapshot({ holdings: [], at, intents }),
      session: this.#session(at),
      positions,
      orders,
      episodes: this.#episodes.open,
      markets: new Map([[SYMBOL, this.#market(at)]]),
    };
    return contextFor(snapshot, SYMBOL);
  }

  /** Carries a plan out; true when every step was taken and confirmed. */
  run(part: PlanPart): boolean {
    return part.steps.every((step) => this.#take(step));
  }

  #take(step: Step): boolean {
    this.#note('step_intended', step.kind === 'cancel' ? { key: null } : step);
    const answer = this.#send(step);
    if (answer instanceof WireError) {
      this.refusals.push(`${step.kind} ${step.purpose}: ${JSON.stringify(answer.body)}`);
      if (step.kind !== 'cancel') {
        this.#note('step_answered', { clientOrderId: step.clientOrderId, outcome: 'rejected' });
      }
      return false;
    }
    if (step.kind !== 'cancel') {
      this.#note('step_answered', { clientOrderId: step.clientOrderId, outcome: 'acknowledged' });
    }
    const id = answer ?? (step.kind === 'submit' ? '' : step.orderId);
    return this.#confirm(id, step.until);
  }

  #send(step: Step): string | WireError | null {
    if (step.kind === 'cancel') return this.core.cancelOrder(this.#account, step.orderId);
    const digits = (value: Decimal | null) => (value === null ? {} : text(value));
    const prices = (of: {
      readonly stopPrice: Decimal | null;
      readonly limitPrice: Decimal | null;
    }) => ({
      ...(of.stopPrice === null ? {} : { stop_price: digits(of.stopPrice) }),
      ...(of.limitPrice === null ? {} : { limit_price: digits(of.limitPrice) }),
    });
    const client_order_id = step.clientOrderId;
    const answer =
      step.kind === 'replace'
        ? this.core.replaceOrder(this.#account, step.orderId, {
            client_order_id,
            ...(step.change.quantity === null ? {} : { qty: text(step.change.quantity) }),
            ...prices(step.change),
          })
        : this.core.submitOrder(this.#account, {
            client_order_id,
            symbol: step.order.symbol,
            side: step.order.side,
            type: step.order.type,
            time_in_force: step.order.timeInForce,
            qty: text(step.order.quantity),
            position_intent: step.order.positionIntent,
            ...prices(step.order),
            ...pairOf(step.order, digits),
          });
    return answer instanceof WireError ? answer : answer.order.id;
  }

  #confirm(id: string, until: Step['until']): boolean {
    const deadline = this.core.now + STEP_TIMEOUT_MS;
    while (this.core.now <= deadline) {
      const status = this.core.order(this.#account, id)?.order.status;
      if (status !== undefined && isReached(status, until)) return true;
      this.wait(10);
    }
    return false;
  }

  #note(type: EventType, body: unknown): void {
    this.#journal.push({
      v: 1,
      seq: this.#journal.length + 1,
      at: this.core.now,
      boot: 'desk',
      type,
      actor: 'loop',
      symbol: SYMBOL,
      planId: null,
      orderId: null,
      body: toJson(body),
      prev: '',
      hash: '',
    });
  }

  #position(): Position | null {
    const view = this.core.position(this.#account, SYMBOL);
    if (view === null) return null;
    const size = (shares: bigint) => quantity(formatDecimal(shares < 0n ? -shares : shares));
    return {
      symbol: SYMBOL,
      side: view.qty < 0n ? 'short' : 'long',
      quantity: size(view.qty),
      availableQuantity: size(view.qtyAvailable),
      averageEntryPrice: price(formatDecimal(view.averageEntryPrice)),
      currentPrice: price(formatDecimal(view.currentPrice)),
      assetClass: 'us_equity',
    };
  }

  #session(at: number): Session {
    const { calendar } = this.core;
    return {
      isOpen: calendar.sessionAt(at) === 'regular',
      openAt: null,
      closeAt: calendar.nextClose(at),
      nextOpenAt: calendar.nextOpen(at),
    };
  }

  #market(at: number) {
    const quote = this.core.latestQuote(SYMBOL);
    return {
      symbol: SYMBOL,
      quote: quote && {
        bid: price(formatDecimal(quote.bidPrice)),
        ask: price(formatDecimal(quote.askPrice)),
        at,
      },
      lastTrade: { price: price(this.trade), at },
      averageTrueRange: price('2'),
      halted: false,
    };
  }

  #orders(): Order[] {
    return this.core
      .listOrders(this.#account, {
        status: 'all',
        limit: 500,
        after: null,
        until: null,
        afterOrderId: null,
        beforeOrderId: null,
        direction: 'asc',
        nested: false,
        symbols: null,
        side: null,
      })
      .map(({ order }) => fromWire(order));
  }
}

/** The two exits of an OCO as the wire has them. */
const pairOf = (
  { orderClass, takeProfitLimitPrice, stopLoss }: OrderRequest,
  digits: (value: Decimal | null) => unknown,
) =>
  orderClass === 'simple'
    ? {}
    : {
        order_class: orderClass,
        take_profit: { limit_price: digits(takeProfitLimitPrice) },
        stop_loss: {
          stop_price: digits(stopLoss?.stopPrice ?? null),
          limit_price: digits(stopLoss?.limitPrice ?? null),
        },
      };

function isReached(status: WireOrder['status'], until: Step['until']): boolean {
  switch (until) {
    case 'live':
      return ['new', 'accepted', 'held', 'partially_filled', 'filled'].includes(status);
    case 'filled':
      return status === 'filled';
    case 'terminal':
      return isTerminal(status);
  }
}

const fromWire = (wire: WireOrder): Order => {
  const at = (digits: bigint | null) => (digits === null ? null : price(formatDecimal(digits)));
  return {
    ...given.order({
      id: wire.id,
      clientOrderId: wire.clientOrderId,
      symbol: wire.symbol,
      side: wire.side,
      type: wire.type,
      orderClass: wire.orderClass === '' ? 'simple' : wire.orderClass,
      timeInForce: wire.timeInForce,
      quantity: wire.qty === null ? null : formatDecimal(wire.qty),
      filled: formatDecimal(wire.filledQty),
      status: wire.status,
      createdAt: wire.createdAt,
      updatedAt: wire.updatedAt,
      replaces: wire.replaces,
      replacedBy: wire.replacedBy,
      parentId: wire.parentId,
    }),
    limitPrice: at(wire.limitPrice),
    stopPrice: at(wire.stopPrice),
  };
};
