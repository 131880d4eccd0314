import type {
  ExchangeEvent,
  Execution,
  Order,
  TradeUpdate,
} from '../../src/paper-exchange/core/basics/types.ts';
import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { RestRequest, RestResponse } from '../../src/paper-exchange/protocol/request.ts';
import { isLive } from '../invariants/books.ts';
import { coveredIn, exitGroupsOf } from '../invariants/exits.ts';
import { larger, numberOf } from '../invariants/units.ts';
import type { Ask } from './asks.ts';
import { type Amount, duplicatesIn, type Outright } from './duplicates.ts';
import { CONFLICTS, type Refusal, refusalOf } from './refusals.ts';

/** What the exchange has seen of one way to trade an account. */
export type Counted = {
  /** Orders and changes that the exchange took. */
  readonly orders: number;
  readonly executions: number;
  /** Shares sold beyond those held, which opened short positions that nobody wanted. */
  readonly oversoldShares: number;
  /** Orders for an ask beyond its first that executed or may yet. */
  readonly duplicates: number;
  /** Orders refused because of other orders or sales. */
  readonly conflicts: number;
  readonly refusals: Readonly<Partial<Record<Refusal, number>>>;
  /** Shares without a confirmed stop, times seconds, in the regular session. */
  readonly nakedShareSeconds: number;
  readonly nakedDollarSeconds: number;
};

/** How the order ids of the account's owner begin: what they do is nobody else's doing. */
export const OWNER = 'owner';

type Watched = { at: number; naked: bigint; price: number };

/**
 * Sits at the exchange and counts what really happened. It shares no code with what it counts:
 * it knows the wire, the executions and the orders, and what each agent was told to want.
 */
export class Counter {
  readonly #core: ExchangeCore;
  readonly #accountId: string;
  readonly #secondsBetween: (from: number, to: number) => number;
  readonly #live = new Map<string, Map<string, Order>>();
  readonly #naked = new Map<string, Watched>();
  /** Stop-limits whose stop the market has reached. */
  readonly #triggered = new Set<string>();
  readonly #refusals = new Map<Refusal, number>();
  /** Orders of this episode that sell or buy outright, by id. */
  readonly #outright = new Map<string, Outright>();
  /** What stops had not sold that the market reached, and that were taken back, in this episode. */
  #takenBack: Amount[] = [];
  /** Shares held at any time of this episode. */
  readonly #held = new Map<string, Set<number>>();
  #orders = 0;
  #executions = 0;
  #oversold = 0n;
  #duplicates = 0;
  #nakedShareSeconds = 0;
  #nakedDollarSeconds = 0;
  #isWatching = false;

  /** @param secondsBetween what of a stretch counts; all of it without */
  constructor(
    core: ExchangeCore,
    accountId: string,
    secondsBetween = (from: number, to: number): number => (to - from) / 1_000,
  ) {
    this.#secondsBetween = secondsBetween;
    this.#core = core;
    this.#accountId = accountId;
    core.subscribe((event) => this.#event(event));
  }

  /** From here on it counts; before that the subject makes itself at home. */
  begin(): void {
    this.#isWatching = true;
    for (const { symbol } of this.#core.positions(this.#accountId)) this.#look(symbol);
  }

  /** To be told of every request that the exchange carried out. */
  carriedOut({ method, path }: RestRequest, { status, body }: RestResponse): void {
    if (!this.#isWatching || method === 'GET') return;
    if (status >= 400) {
      const refusal = refusalOf(method, path, body);
      this.#refusals.set(refusal, (this.#refusals.get(refusal) ?? 0) + 1);
    } else if (method !== 'DELETE' && path.startsWith('/v2/orders')) this.#orders += 1;
  }

  /** Judges the orders of an episode by what was asked for in it. */
  endEpisode(asks: readonly Ask[]): void {
    const orders = [...this.#outright].filter(([id]) => this.#counts(id));
    this.#duplicates += duplicatesIn(
      orders.map(([, order]) => order),
      asks,
      (symbol) => this.#held.get(symbol) ?? [],
      this.#takenBack,
    );
    this.#outright.clear();
    this.#held.clear();
    this.#takenBack = [];
  }

  counted(): Counted {
    for (const symbol of this.#naked.keys()) this.#look(symbol);
    const refusals = Object.fromEntries(this.#refusals);
    const conflicts = [...this.#refusals].filter(([kind]) => CONFLICTS.has(kind));
    return {
      orders: this.#orders,
      executions: this.#executions,
      oversoldShares: numberOf(this.#oversold),
      duplicates: this.#duplicates,
      conflicts: conflicts.reduce((sum, [, count]) => sum + count, 0),
      refusals,
      nakedShareSeconds: this.#nakedShareSeconds,
      nakedDollarSeconds: this.#nakedDollarSeconds,
    };
  }

  #event(event: ExchangeEvent): void {
    if (event.kind === 'trade') this.#printed(event.trade.symbol, event.trade.price);
    if (event.kind !== 'trade_update') return;
    this.#remember(event);
    const { order, execution } = event;
    if (execution !== null) this.#executed(order, execution);
    if (!this.#isWatching) return;
    if (execution !== null && !order.clientOrderId.startsWith(OWNER)) {
      this.#executions += 1;
      const signed = order.side === 'buy' ? execution.qty : -execution.qty;
      const after = execution.positionQty;
      const shortBefore = larger(signed - after, 0n);
      this.#oversold += larger(larger(-after, 0n) - shortBefore, 0n);
    }
    this.#look(order.symbol);
  }

  /** From here on such a stop is a limit order, which may wait for ever. */
  #printed(symbol: string, price: bigint): void {
    for (const { id, type, side, stopPrice } of this.#live.get(symbol)?.values() ?? []) {
      if (type !== 'stop_limit' || stopPrice === null) continue;
      if (side === 'sell' ? price <= stopPrice : price >= stopPrice) this.#triggered.add(id);
    }
    if (this.#isWatching) this.#look(symbol);
  }

  #remember({ event, order, legs }: TradeUpdate): void {
    const live = this.#live.get(order.symbol) ?? new Map<string, Order>();
    this.#live.set(order.symbol, live);
    for (const each of [order, ...legs]) {
      if (isLive(each)) live.set(each.id, each);
      else if (live.delete(each.id)) this.#ended(each);
    }
    const isFirst = event === 'new' || event === 'accepted' || event === 'pending_new';
    if (!isFirst || order.type === 'stop' || order.type === 'stop_limit') return;
    if (order.qty === null || this.#outright.has(order.id)) return;
    const { symbol, side } = order;
    this.#outright.set(order.id, { symbol, side, shares: numberOf(order.qty), heldAfter: null });
  }

  #ended({ id, symbol, side, status, qty, filledQty }: Order): void {
    if (status !== 'canceled' || qty === null || !this.#triggered.has(id)) return;
    this.#takenBack.push({ symbol, side, shares: numberOf(qty - filledQty) });
  }

  #executed({ id, symbol, side }: Order, { qty, positionQty }: Execution): void {
    const held = this.#held.get(symbol) ?? new Set<number>();
    this.#held.set(symbol, held);
    held.add(numberOf(positionQty)).add(numberOf(positionQty + (side === 'buy' ? -qty : qty)));
    const order = this.#outright.get(id);
    if (order !== undefined) this.#outright.set(id, { ...order, heldAfter: numberOf(positionQty) });
  }

  /** What was taken away before any of it executed has done nothing. */
  #counts(orderId: string): boolean {
    const order = this.#core.order(this.#accountId, orderId)?.order;
    return order !== undefined && (isLive(order) || order.filledQty > 0n);
  }

  #look(symbol: string): void {
    const now = this.#core.now;
    const before = this.#naked.get(symbol);
    if (before !== undefined) {
      const seconds = this.#secondsBetween(before.at, now);
      const shares = numberOf(before.naked);
      this.#nakedShareSeconds += shares * seconds;
      this.#nakedDollarSeconds += shares * before.price * seconds;
    }
    const quantity = this.#core.position(this.#accountId, symbol)?.qty ?? 0n;
    const live = [...(this.#live.get(symbol)?.values() ?? [])];
    const orders = live.filter(({ id }) => !this.#triggered.has(id));
    const held = quantity < 0n ? -quantity : quantity;
    const naked = larger(held - coveredIn(exitGroupsOf({ symbol, quantity, orders })), 0n);
    const price = numberOf(this.#core.latestTrade(symbol)?.price ?? 0n);
    this.#naked.set(symbol, { at: now, naked, price });
  }
}
