import type { Activity, ExchangeEvent, Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Observation } from '../observation.ts';
import type { Write } from './traffic.ts';

/** How often all symbols are looked at though nothing was told of them, in simulated time. */
const SWEEP_MS = 1_000;
const OUR_PREFIX = 'bb1-';
/** Shares that came or went with these; a dividend only names the shares it was paid for. */
const MOVING = new Set(['SPLIT', 'NC', 'MA', 'REORG']);

/** What is true of one symbol: from the executions and the orders at the exchange. */
export type Book = {
  readonly symbol: string;
  /** Shares held, signed. */
  readonly quantity: bigint;
  /** Every open order, held legs included. */
  readonly orders: readonly Order[];
};

export type Move = {
  readonly at: number;
  readonly cause: 'our_fill' | 'strange_fill' | 'corporate_action' | 'taken_back';
};

/** The exchange's own books, read anew only where something may have changed. */
export class Books {
  readonly #core: ExchangeCore;
  readonly #accountId: string;
  readonly #quantities = new Map<string, bigint>();
  readonly #heldBefore = new Map<string, bigint>();
  readonly #shares = new Map<string, bigint>();
  readonly #books = new Map<string, Book>();
  readonly #actions = new Map<string, number>();
  readonly #renamed = new Set<string>();
  readonly #moves = new Map<string, Move>();
  readonly #strange = new Map<string, number>();
  #activities: number;
  #sweptAt = 0;

  constructor(core: ExchangeCore, accountId: string) {
    this.#core = core;
    this.#accountId = accountId;
    this.#activities = core.activities(accountId).length;
    for (const { symbol, qty } of core.positions(accountId)) this.#quantities.set(symbol, qty);
  }

  get symbols(): readonly string[] {
    return [...this.#quantities.keys()];
  }

  of(symbol: string): Book {
    const known = this.#books.get(symbol);
    if (known !== undefined) return known;
    const book = {
      symbol,
      quantity: this.#quantities.get(symbol) ?? 0n,
      orders: this.#open(symbol),
    };
    this.#books.set(symbol, book);
    return book;
  }

  order(id: string): Order | null {
    return this.#core.order(this.#accountId, id)?.order ?? null;
  }

  /** What was held, signed, when this execution came. */
  heldBefore(executionId: string): bigint {
    return this.#heldBefore.get(executionId) ?? 0n;
  }

  /** The last change of the position that no rule may overlook; null when there was none. */
  /** When a corporate action last changed the shares; long ago if never. */
  lastAction(symbol: string): number {
    return this.#actions.get(symbol) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether the shares came from another symbol, or went to one. */
  wasRenamed(symbol: string): boolean {
    return this.#renamed.has(symbol);
  }

  lastMove(symbol: string): Move | null {
    return this.#moves.get(symbol) ?? null;
  }

  /** When anything happened in the symbol that was not our doing; long ago if nothing did. */
  lastStrange(symbol: string): number {
    return this.#strange.get(symbol) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether the order bears an id of ours, or is a leg of one that does. */
  isOurs(order: Order): boolean {
    if (order.clientOrderId.startsWith(OUR_PREFIX)) return true;
    const parent = order.parentId === null ? null : this.order(order.parentId);
    return parent?.clientOrderId.startsWith(OUR_PREFIX) ?? false;
  }

  /** The symbols whose books have to be looked at again after this observation. */
  take(observation: Observation, write: Write | null): readonly string[] {
    const touched = this.#readActivities();
    switch (observation.kind) {
      case 'exchange_event':
        this.#hear(observation.event, touched);
        break;
      case 'request_carried_out':
        if (write?.symbol != null) touched.add(write.symbol);
        else if (write !== null) this.#addAll(touched);
        break;
      // Nothing has changed at the exchange, but whose move it is.
      case 'request_sent':
      case 'answer_arrived':
        if (write?.symbol != null) touched.add(write.symbol);
        break;
      case 'stranger_acted':
      case 'fault_fired':
        this.#addAll(touched);
        break;
      default:
    }
    if (observation.at - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = observation.at;
      this.#addAll(touched);
    }
    for (const symbol of touched) {
      this.#books.delete(symbol);
      if (!this.#quantities.has(symbol)) this.#quantities.set(symbol, 0n);
    }
    return [...touched];
  }

  #hear(event: ExchangeEvent, touched: Set<string>): void {
    // A price may leave a stop behind.
    if (event.kind === 'trade' && this.#quantities.has(event.trade.symbol)) {
      touched.add(event.trade.symbol);
    }
    if (event.kind !== 'trade_update') return;
    touched.add(event.order.symbol);
    if (!this.isOurs(event.order)) this.#strange.set(event.order.symbol, event.at);
  }

  #addAll(touched: Set<string>): void {
    for (const symbol of this.#quantities.keys()) touched.add(symbol);
  }

  #readActivities(): Set<string> {
    const touched = new Set<string>();
    const activities = this.#core.activities(this.#accountId);
    for (; this.#activities < activities.length; this.#activities += 1) {
      const activity = activities.at(this.#activities);
      if (activity !== undefined) this.#book(activity, touched);
    }
    return touched;
  }

  /** An execution that was taken back or corrected stands in its old place with new figures. */
  amend(executionId: string): string | null {
    const activities = this.#core.activities(this.#accountId);
    const place = activities.placeOf(executionId);
    const activity = place === null ? undefined : activities.at(place);
    if (activity?.kind !== 'fill') return null;
    this.#move(activity.symbol, -(this.#shares.get(executionId) ?? 0n), 'taken_back', activity.at);
    const shares = activity.status === 'canceled' ? 0n : signed(activity);
    this.#shares.set(executionId, shares);
    this.#move(activity.symbol, shares, 'taken_back', this.#core.now);
    this.#books.delete(activity.symbol);
    return activity.symbol;
  }

  #book(activity: Activity, touched: Set<string>): void {
    const { symbol, at } = activity;
    if (activity.kind === 'fill') {
      const order = this.order(activity.orderId);
      const isOurs = order !== null && this.isOurs(order);
      const shares = activity.status === 'canceled' ? 0n : signed(activity);
      this.#shares.set(activity.executionId, shares);
      this.#heldBefore.set(activity.executionId, this.#quantities.get(symbol) ?? 0n);
      this.#move(symbol, shares, isOurs ? 'our_fill' : 'strange_fill', at);
    } else if (activity.qty !== null && MOVING.has(activity.type)) {
      this.#move(symbol, activity.qty, 'corporate_action', at);
      this.#actions.set(symbol, at);
      if (activity.type === 'NC') this.#renamed.add(symbol);
    } else return;
    touched.add(symbol);
  }

  #move(symbol: string, shares: bigint, cause: Move['cause'], at: number): void {
    const after = (this.#quantities.get(symbol) ?? 0n) + shares;
    this.#quantities.set(symbol, after);
    this.#moves.set(symbol, { at, cause });
    if (cause !== 'our_fill') this.#strange.set(symbol, at);
  }

  #open(symbol: string): readonly Order[] {
    const found = new Map<string, Order>();
    const listed = this.#core.listOrders(this.#accountId, {
      status: 'open',
      limit: 500,
      after: null,
      until: null,
      afterOrderId: null,
      beforeOrderId: null,
      direction: 'asc',
      nested: false,
      symbols: new Set([symbol]),
      side: null,
    });
    // A held leg is not listed as open; it hangs on its parent, which may have ended.
    for (const { order } of listed) {
      found.set(order.id, order);
      const family = this.#core.order(this.#accountId, order.parentId ?? order.id);
      for (const leg of family?.legs ?? []) if (isLive(leg)) found.set(leg.id, leg);
    }
    return [...found.values()];
  }
}

const signed = ({ side, qty }: Extract<Activity, { kind: 'fill' }>): bigint =>
  side === 'buy' ? qty : -qty;

/** Whether the order may still execute. */
export const isLive = ({ status }: Order): boolean =>
  status !== 'filled' &&
  status !== 'canceled' &&
  status !== 'expired' &&
  status !== 'replaced' &&
  status !== 'rejected';
