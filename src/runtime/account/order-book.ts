import type { Decimal, Price } from '../../domain/decimal.ts';
import type { OrderId, Ticker } from '../../domain/ids.ts';
import { isTerminal, type Order, type OrderStatus } from '../../domain/order.ts';
import type { EpochMs } from '../../domain/time.ts';
import { mergeOrders } from '../../engine/account/merge-orders.ts';
import { inheritedFills } from '../../engine/account/readings.ts';
import { ordersBySymbol } from '../../engine/account/successors.ts';
import type { Growth } from './position-book.ts';

export type OrderChange = {
  readonly before: Order | null;
  readonly after: Order;
  /** Shares of `after` that were known before: also those its predecessor handed on to it. */
  readonly filledBefore: Decimal;
};

const NONE: readonly Order[] = [];

/** All orders heard of lately, from reads and the stream alike, each at its newest. */
export class OrderBook {
  readonly #orders = new Map<OrderId, Order>();
  #list: readonly Order[] | null = [];
  readonly #idOf = new Map<string, OrderId>();
  readonly #listeners: ((order: Order) => void)[] = [];

  /** Called with each order that is seen for the first time. */
  onNew(listener: (order: Order) => void): void {
    this.#listeners.push(listener);
  }

  list(): readonly Order[] {
    this.#list ??= [...this.#orders.values()];
    return this.#list;
  }

  of(symbol: Ticker): readonly Order[] {
    return ordersBySymbol(this.list()).get(symbol) ?? NONE;
  }

  /** Symbols in which an order has not ended. */
  liveSymbols(): ReadonlySet<Ticker> {
    const live = this.list().filter(({ status }) => !isTerminal(status));
    return new Set(live.map(({ symbol }) => symbol));
  }

  get(id: OrderId): Order | null {
    return this.#orders.get(id) ?? null;
  }

  byClientOrderId(clientOrderId: string): Order | null {
    const id = this.#idOf.get(clientOrderId);
    return id === undefined ? null : this.get(id);
  }

  /** What is new in `incoming`; what is older than what is known changes nothing. */
  merge(incoming: readonly Order[]): OrderChange[] {
    // Most of a reading is as it was; a successor still ends the order before it.
    const news = incoming.filter(
      (order) => order.replaces !== null || this.#orders.get(order.id) !== order,
    );
    const told = mergeOrders(this.#orders, news);
    const changes: OrderChange[] = [];
    for (const id of idsTouchedBy(news)) {
      const before = this.get(id);
      const after = told.get(id);
      if (after === undefined || after === before) continue;
      this.#idOf.set(after.clientOrderId, id);
      const { replaces } = after;
      const old = replaces === null ? null : (told.get(replaces) ?? this.get(replaces));
      changes.push({ before, after, filledBefore: filledBefore(before, after, old) });
    }
    for (const [id, order] of told) this.#orders.set(id, order);
    if (changes.length > 0) this.#list = null;
    for (const { before, after } of changes) {
      if (before === null) for (const listener of this.#listeners) listener(after);
    }
    return changes;
  }

  /** Forgets orders that ended before `endedBefore`; there is nothing more to come of them. */
  prune(endedBefore: EpochMs): void {
    const old = this.list().filter(
      ({ status, updatedAt }) => isTerminal(status) && updatedAt < endedBefore,
    );
    if (old.length === 0) return;
    for (const order of old) {
      this.#orders.delete(order.id);
      this.#idOf.delete(order.clientOrderId);
    }
    this.#list = null;
  }
}

/** Statuses in which an order has filled nothing of its own yet. */
const NOT_AT_WORK: ReadonlySet<OrderStatus> = new Set(['pending_new', 'accepted']);

/** What of `after` is not news; what a replacement inherits shows once it is at work, or refused. */
function filledBefore(before: Order | null, after: Order, old: Order | null): Decimal {
  if (before !== null && !NOT_AT_WORK.has(before.status)) return before.filledQuantity;
  return inheritedFills(after, old ?? undefined);
}

/** News of a successor may end the order before it, too. */
const idsTouchedBy = (orders: readonly Order[]): ReadonlySet<OrderId> =>
  new Set(orders.flatMap(({ id, replaces }) => (replaces === null ? [id] : [replaces, id])));

/** What an order filled between two sights of it; null when nothing. */
export function growthOf({ after, filledBefore }: OrderChange, paid: Price | null): Growth | null {
  const shares = after.filledQuantity.minus(filledBefore);
  const at = paid ?? after.filledAveragePrice ?? after.limitPrice;
  return shares.gt('0') && at !== null ? { order: after, shares, price: at } : null;
}
