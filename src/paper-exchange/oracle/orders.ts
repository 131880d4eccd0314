import { type Amount, product, sizeOf, textOf } from './amounts.ts';
import type { Ledger } from './ledger.ts';
import type { Judge } from './rules.ts';
import { isOpen, type OrderView, TERMINAL } from './views.ts';

/** Average prices are rounded on the wire to six decimals. */
const AVERAGE_UNIT: Amount = 10n ** 12n;
const AVERAGE_SLACK: Amount = 10n ** 9n;
/** What no change of an order may touch. */
const LASTING = ['clientOrderId', 'createdAt', 'side', 'type', 'intent', 'replaces'] as const;

/** Every order of one account as its endpoint last showed it, and what one view owes the last. */
export class Orders {
  readonly #judge: Judge;
  readonly #ledger: Ledger;
  readonly #latest = new Map<string, OrderView>();
  readonly #openIds = new Map<string, Set<string>>();
  readonly #adjustedGroups = new Set<string>();
  readonly #countedAnew = new Set<string>();
  readonly #excused = new Set<string>();
  readonly #firstQuantities = new Map<string, Amount>();
  readonly #byClientId = new Map<string, string>();
  /** The root of the parent that a leg, or a parent of legs, belongs to. */
  readonly #groups = new Map<string, string>();
  /** Every member that a group has had, replaced ones included. */
  readonly #members = new Map<string, Set<string>>();
  /** Whether an id may be used again once its order has ended. */
  readonly #reusesClientIds: boolean;

  constructor(ledger: Ledger, reusesClientIds: boolean, judge: Judge) {
    this.#ledger = ledger;
    this.#reusesClientIds = reusesClientIds;
    this.#judge = judge;
  }

  get(id: string): OrderView | undefined {
    return this.#latest.get(id);
  }

  /** Ids of the orders in a symbol that had not ended when they were last looked at. */
  openIds(symbol: string): ReadonlySet<string> {
    return this.#openIds.get(symbol) ?? new Set();
  }

  *open(): Generator<OrderView> {
    for (const ids of this.#openIds.values()) for (const id of ids) yield* this.#known(id);
  }

  /**
   * What is known so far is from before the oracle was there: nobody saw what the broker changed.
   * A successor for just what was left, that shows no fills of its chain, was the broker's; where
   * replacements never show them, one that was asked for may look the same.
   */
  beginHere(): void {
    for (const group of this.#members.keys()) this.#adjustedGroups.add(group);
    for (const order of this.#latest.values()) {
      const before = order.replaces === null ? undefined : this.#latest.get(order.replaces);
      if (before === undefined || before.qty === null || order.filledQty > 0n) continue;
      const left = before.qty - this.executedByChain(before);
      if (left !== before.qty && order.qty === left) this.#countedAnew.add(order.id);
    }
  }

  /** This one's quantity is what was left of the order before it: the broker made it. */
  countAnew(id: string): void {
    this.#countedAnew.add(id);
  }

  /** The broker has restated the order: the mark that it trails may be any. */
  restart(id: string): void {
    const order = this.#latest.get(id);
    if (order !== undefined) this.#latest.set(id, { ...order, highWaterMark: null });
    const group = this.groupOf(id);
    if (group !== null) this.#adjustedGroups.add(group);
  }

  /** What this order has filled was corrected; its quantities need not fit any more. */
  excuse(id: string): void {
    this.#excused.add(id);
  }

  /** The quantity of an order when it was first seen; its exits may shrink. */
  firstQuantity(id: string): Amount {
    return this.#firstQuantities.get(id) ?? 0n;
  }

  groupOf(id: string): string | null {
    return this.#groups.get(id) ?? null;
  }

  /** Whether the broker has changed a group: its shares are then not those of its start. */
  isAdjusted(group: string): boolean {
    return this.#adjustedGroups.has(group);
  }

  members(group: string): readonly OrderView[] {
    return [...(this.#members.get(group) ?? [])].flatMap((id) => this.#known(id));
  }

  /** The order, what it replaced, and so on back to the first. */
  chain(order: OrderView): readonly OrderView[] {
    const chain = [order];
    const seen = new Set([order.id]);
    for (let next = this.#before(order); next !== null; ) {
      const before = this.#latest.get(next);
      if (before === undefined) return chain;
      if (seen.has(next)) {
        this.#judge.expect('chain', false, () => `order ${order.id} replaces itself in the end`);
        return chain;
      }
      chain.push(before);
      seen.add(next);
      next = this.#before(before);
    }
    return chain;
  }

  /** Shares that the order and those it replaced have executed. */
  executedByChain(order: OrderView): Amount {
    return this.chain(order).reduce((sum, { id }) => sum + this.#ledger.executedOf(id).qty, 0n);
  }

  /** Takes a new view of an order and of its legs. Gives back those never seen before. */
  take(order: OrderView, group: string | null = null): readonly OrderView[] {
    const before = this.#latest.get(order.id);
    if (before !== undefined) this.#checkChange(before, order);
    this.#latest.set(order.id, order);
    if (before === undefined) {
      this.#firstQuantities.set(order.id, order.qty ?? 0n);
      this.#checkNewIds(order);
    }
    this.#setOpen(order, before?.symbol ?? order.symbol);
    const own = this.#join(order, group);
    const fresh = before === undefined ? [order] : [];
    return [...fresh, ...order.legs.flatMap((leg) => this.take(leg, own))];
  }

  /** What must be right about an order by itself, once its executions are booked. */
  check(order: OrderView): void {
    this.#checkStamps(order);
    this.#checkFilled(order);
    this.#checkChain(order);
  }

  /** The order whose executions count for this one too. */
  #before({ id, replaces }: OrderView): string | null {
    return this.#countedAnew.has(id) ? null : replaces;
  }

  #known(id: string): readonly OrderView[] {
    const order = this.#latest.get(id);
    return order === undefined ? [] : [order];
  }

  #setOpen(order: OrderView, symbolBefore: string): void {
    this.#openIds.get(symbolBefore)?.delete(order.id);
    const ids = this.#openIds.get(order.symbol) ?? new Set();
    if (isOpen(order)) ids.add(order.id);
    this.#openIds.set(order.symbol, ids);
  }

  #join(order: OrderView, group: string | null): string | null {
    const { id, replaces, legs } = order;
    const inherited = replaces === null ? null : this.groupOf(replaces);
    const own = group ?? inherited ?? this.groupOf(id) ?? (legs.length > 0 ? id : null);
    if (own === null) return null;
    const joined = replaces === null || inherited !== null ? [id] : [id, replaces];
    const members = this.#members.get(own) ?? new Set();
    for (const member of joined) {
      this.#groups.set(member, own);
      members.add(member);
    }
    this.#members.set(own, members);
    if (this.#countedAnew.has(id)) this.#adjustedGroups.add(own);
    return own;
  }

  #checkNewIds({ id, clientOrderId }: OrderView): void {
    const other = this.#byClientId.get(clientOrderId) ?? id;
    this.#byClientId.set(clientOrderId, id);
    if (other === id) return;
    const earlier = this.#latest.get(other);
    const mayReuse = this.#reusesClientIds && earlier !== undefined && !isOpen(earlier);
    this.#judge.expect('identity', mayReuse, () => `${other} and ${id} are both ${clientOrderId}`);
  }

  #checkChange(before: OrderView, after: OrderView): void {
    const { expect } = this.#judge;
    const { id } = after;
    for (const name of LASTING) {
      const is = after[name];
      // By a switch a stop-limit that has triggered shows the type it works as.
      if (name === 'type' && before.type === 'stop_limit' && is === 'limit') continue;
      expect('identity', before[name] === is, () => `${name} of ${id}: ${before[name]}, now ${is}`);
    }
    if (TERMINAL.has(before.status)) {
      const isFilledAlike = before.filledQty === after.filledQty || this.#excused.has(id);
      const isSame = before.status === after.status && isFilledAlike;
      expect('terminal', isSame, () => `order ${id} was ${before.status} and is ${after.status}`);
    }
    const [from, to] = [before.highWaterMark, after.highWaterMark];
    if (from === null || to === null) return;
    const isForward = after.side === 'sell' ? to >= from : to <= from;
    expect(
      'trail',
      isForward,
      () => `the mark of ${id} went from ${textOf(from)} to ${textOf(to)}`,
    );
  }

  #checkStamps({ id, status, stamps }: OrderView): void {
    const fits = stamps.join() === (TERMINAL.has(status) ? status : '');
    const names = () => `order ${id} is ${status} and has the times of: ${stamps.join() || 'none'}`;
    this.#judge.expect('stamps', fits, names);
  }

  /** A successor shows the fills of its chain or only its own; both are found in the field. */
  #checkFilled(order: OrderView): void {
    const { id, filledQty } = order;
    const own = this.#ledger.executedOf(id);
    const chain = this.chain(order).map((member) => this.#ledger.executedOf(member.id));
    const all = chain.reduce((sum, part) => sum + part.qty, 0n);
    const fits = filledQty === own.qty || (filledQty === all && order.replaces !== null);
    const shown = () => `order ${id} shows ${textOf(filledQty)}, and executed ${textOf(own.qty)}`;
    this.#judge.expect('filledQuantity', fits, shown);
    const shows = filledQty === own.qty ? [own] : chain;
    const value = shows.reduce((sum, part) => sum + part.value, 0n);
    this.#checkAverage(order, value);
    this.#checkComplete(order, all, value);
  }

  #checkComplete(
    { id, status, qty, notional, replaces }: OrderView,
    all: Amount,
    value: Amount,
  ): void {
    const { expect } = this.#judge;
    if (notional !== null) {
      const took = () => `order ${id} for ${textOf(notional)} dollars took ${textOf(value)}`;
      expect('overfill', value <= notional, took);
      return;
    }
    if (qty === null || status === 'rejected' || status === 'replaced') return;
    if (this.#excused.has(id)) return;
    // What the order to be replaced fills meanwhile may leave nothing: then this one is rejected.
    if (replaces !== null && status === 'pending_new') return;
    const executed = () => `order ${id} of ${textOf(qty)}, ${status}, executed ${textOf(all)}`;
    expect('overfill', all <= qty, executed);
    if (status === 'filled' || !TERMINAL.has(status)) {
      expect('overfill', (all === qty) === (status === 'filled'), executed);
    }
  }

  #checkAverage({ id, filledQty, filledAveragePrice }: OrderView, value: Amount): void {
    const shown = filledAveragePrice ?? 0n;
    const tolerance = product(filledQty, AVERAGE_UNIT) + AVERAGE_SLACK;
    const isRight = sizeOf(value - product(filledQty, shown)) <= tolerance;
    const fits = filledQty === 0n ? filledAveragePrice === null : isRight;
    const detail = () =>
      `${id} shows ${textOf(shown)} for ${textOf(filledQty)}, ${textOf(value)} dollars`;
    this.#judge.expect('averagePrice', fits, detail);
  }

  #checkChain(order: OrderView): void {
    const { expect } = this.#judge;
    const { id, status, replaces, replacedBy } = order;
    const before = replaces === null ? undefined : this.#latest.get(replaces);
    if (before !== undefined && status !== 'rejected') {
      const named = before.replacedBy;
      expect('chain', named === id, () => `${id} replaces ${before.id}, which names ${named}`);
    }
    expect('chain', status !== 'replaced' || replacedBy !== null, () => `${id} names no successor`);
    const next = replacedBy === null ? undefined : this.#latest.get(replacedBy);
    if (next === undefined) return;
    expect('chain', next.replaces === id, () => `${id} names ${next.id}, which names another`);
    const isAlike = next.side === order.side && (next.qty === null) === (order.qty === null);
    expect('chain', isAlike, () => `${next.id} is no other ${id}`);
    const isOver = !isOpen(order) && status !== 'replaced';
    const fits = !isOver || next.status === 'rejected';
    expect('chain', fits, () => `${id} ended as ${status}, its successor is ${next.status}`);
  }
}
