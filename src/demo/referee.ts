import {
  absolute,
  type Decimal,
  decimal,
  larger,
  ZERO,
} from '../paper-exchange/core/basics/decimal.ts';
import type {
  ExchangeEvent,
  OpeningPosition,
  Order,
  TradeUpdate,
} from '../paper-exchange/core/basics/types.ts';

/** Anything that must not happen, as the exchange saw it. */
export type Foul = {
  readonly kind: 'shared_exit' | 'oversell';
  readonly symbol: string;
  readonly at: number;
  readonly because: string;
};

const DEAD = new Set(['filled', 'canceled', 'expired', 'replaced', 'rejected']);

/**
 * Watches the exchange's own events and counts what must never happen: two live exits for
 * one share, and a sale of shares that were not there. It trusts nothing that BigBrother
 * says of itself.
 */
export class Referee {
  readonly #holdings = new Map<string, Decimal>();
  readonly #live = new Map<string, Map<string, Order>>();
  readonly #touched = new Set<string>();
  readonly #fouls: Foul[] = [];
  #at = 0;
  #fills = 0;
  #bars = 0;

  constructor(opening: readonly OpeningPosition[]) {
    for (const { symbol, qty } of opening) this.#holdings.set(symbol, decimal(qty));
  }

  get fills(): number {
    return this.#fills;
  }

  get bars(): number {
    return this.#bars;
  }

  fouls(): readonly Foul[] {
    this.#judgeInstant();
    return this.#fouls;
  }

  see(event: ExchangeEvent): void {
    if (event.kind === 'bar') this.#bars += 1;
    if (event.kind !== 'trade_update') return;
    // An exit and its sibling end at one instant, one message after the other.
    if (event.at > this.#at) this.#judgeInstant();
    this.#at = event.at;
    for (const order of [event.order, ...event.legs]) this.#keep(order);
    if (event.execution !== null) this.#judgeFill(event, event.execution.positionQty);
  }

  /** What is held, once all events of a moment are told: a split changes it without a trade. */
  recount(symbol: string, held: Decimal): void {
    this.#holdings.set(symbol, held);
  }

  #keep(order: Order): void {
    const orders = this.#live.get(order.symbol) ?? new Map<string, Order>();
    this.#live.set(order.symbol, orders);
    if (DEAD.has(order.status)) orders.delete(order.id);
    else orders.set(order.id, order);
    this.#touched.add(order.symbol);
  }

  #judgeFill({ order, at }: TradeUpdate, after: Decimal): void {
    this.#fills += 1;
    const before = this.#holdings.get(order.symbol) ?? ZERO;
    this.#holdings.set(order.symbol, after);
    const crossed = (before > ZERO && after < ZERO) || (before < ZERO && after > ZERO);
    const opened = order.clientOrderId.startsWith('bb1-') && absolute(after) > absolute(before);
    if (!crossed && !opened) return;
    const because = crossed ? 'the position changed sides' : 'an exit opened a position';
    this.#fouls.push({ kind: 'oversell', symbol: order.symbol, at, because });
  }

  #judgeInstant(): void {
    for (const symbol of this.#touched) {
      const held = this.#holdings.get(symbol) ?? ZERO;
      const exits = exitShares(this.#live.get(symbol) ?? new Map(), held);
      if (exits <= absolute(held)) continue;
      const because = 'live exits cover more shares than are held';
      this.#fouls.push({ kind: 'shared_exit', symbol, at: this.#at, because });
    }
    this.#touched.clear();
  }
}

/** Shares that live exits may trade; of a pair, and of an order and its successor, the larger. */
function exitShares(orders: ReadonlyMap<string, Order>, held: Decimal): Decimal {
  const byGroup = new Map<string, Decimal>();
  for (const order of orders.values()) {
    // A held leg sleeps behind its parent or its sibling, which counts.
    if (!isExit(order, held) || order.status === 'held' || order.qty === null) continue;
    const { id, parentId, replaces } = order;
    const group = parentId ?? (replaces !== null && orders.has(replaces) ? replaces : id);
    const remaining = order.qty - order.filledQty;
    byGroup.set(group, larger(byGroup.get(group) ?? ZERO, remaining));
  }
  return [...byGroup.values()].reduce((sum, shares) => sum + shares, ZERO);
}

/** With nothing held, every order that means to close is one exit too many. */
const isExit = ({ positionIntent, side }: Order, held: Decimal): boolean =>
  positionIntent.endsWith('_to_close') &&
  (held === ZERO || side === (held > ZERO ? 'sell' : 'buy'));
