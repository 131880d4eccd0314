import type { OrderSeen } from './evidence.ts';
import type { SealedPlan } from './plan-book.ts';
import { inWords, larger, magnitude, smaller, unitsOf } from './units.ts';

type Stop = { readonly price: bigint; readonly shares: bigint };

/** What the account holds, what rests under it, and what the market pays. */
export class Positions {
  readonly #held = new Map<string, bigint>();
  readonly #prices = new Map<string, bigint>();
  readonly #orders = new Map<string, OrderSeen>();
  /** The stops that rested when it was last quiet, less those that are nobody's fault to miss. */
  readonly #stopsBefore = new Map<string, readonly Stop[]>();
  /** Where a person has agreed that stops go, until it is quiet again. */
  readonly #excused = new Set<string>();

  holds(symbol: string, quantity: bigint): void {
    this.#held.set(symbol, quantity);
    this.changedByHand(symbol);
  }

  filled(symbol: string, held: bigint): void {
    this.#held.set(symbol, held);
  }

  price(symbol: string, price: bigint): void {
    this.#prices.set(symbol, price);
  }

  heldOf = (symbol: string): bigint => this.#held.get(symbol) ?? 0n;

  /** @throws where no price was told: nothing can be said then */
  priceOf(symbol: string): bigint {
    const price = this.#prices.get(symbol);
    if (price === undefined) throw new Error(`nobody told a price of ${symbol}`);
    return price;
  }

  order(order: OrderSeen): void {
    this.#orders.set(order.id, order);
    if (order.end === 'by_itself') this.#excused.add(order.symbol);
  }

  orderOf = (id: string): OrderSeen | null => this.#orders.get(id) ?? null;

  changedByHand(symbol: string): void {
    this.#excused.add(symbol);
  }

  isProtective({ symbol, side, stopPrice }: OrderSeen): boolean {
    const held = this.heldOf(symbol);
    return stopPrice !== null && held !== 0n && side === (held > 0n ? 'sell' : 'buy');
  }

  /** True when shares would be kept by the plan, and have less of a stop than they have now. */
  losesStop(plan: SealedPlan): boolean {
    return plan.parts.some(({ symbol, steps }) => {
      const held = magnitude(this.heldOf(symbol));
      const sold = steps
        .filter(({ kind, purpose, order }) => {
          const isSale = purpose === 'exit' || purpose === 'reduce';
          return isSale && kind !== 'cancel' && (order.stopPrice ?? null) === null;
        })
        .reduce(
          (sum, { order, change, before }) =>
            sum + unitsOf(order.quantity ?? change.quantity ?? before.quantity),
          0n,
        );
      const kept = larger(held - sold, 0n);
      const touched = new Set(steps.flatMap(({ orderId }) => orderId ?? []));
      const untouched = this.#stopsOf(symbol, touched);
      const placed = steps.flatMap(({ kind, order, change, before }) => {
        const stop =
          kind === 'cancel'
            ? null
            : (order.stopPrice ?? change.stopPrice ?? before.stopPrice ?? null);
        if (stop === null) return [];
        return [
          {
            price: unitsOf(stop),
            shares: unitsOf(order.quantity ?? change.quantity ?? before.quantity),
          },
        ];
      });
      return (
        lostOf(this.#stopsOf(symbol), [...untouched, ...placed], kept, this.heldOf(symbol)) > 0n
      );
    });
  }

  /** Called when nothing is under way. One sentence for each symbol that has less of a stop. */
  lostCover(): string[] {
    const found: string[] = [];
    for (const symbol of this.#held.keys()) {
      const held = this.heldOf(symbol);
      const now = this.#stopsOf(symbol);
      const before = this.#stopsBefore.get(symbol) ?? [];
      const lost = lostOf(before, now, magnitude(held), held);
      if (lost > 0n && !this.#excused.has(symbol)) {
        found.push(
          `${inWords(lost)} of ${inWords(held)} ${symbol} have less of a stop than before`,
        );
      }
      this.#stopsBefore.set(symbol, now);
    }
    this.#excused.clear();
    return found;
  }

  /** A person has agreed to what the plan does to the stops of these symbols. */
  excuse(plan: SealedPlan): void {
    for (const { symbol } of plan.parts) this.#excused.add(symbol);
  }

  #stopsOf(symbol: string, without: ReadonlySet<string> = new Set()): readonly Stop[] {
    return [...this.#orders.values()]
      .filter((order) => order.symbol === symbol && order.end === null && !without.has(order.id))
      .filter((order) => this.isProtective(order))
      .map(({ stopPrice, quantity, filledQuantity }) => ({
        price: unitsOf(stopPrice),
        shares: unitsOf(quantity) - unitsOf(filledQuantity),
      }));
  }
}

/** The most shares, of those that are kept, that had a stop at some level and have none there. */
function lostOf(
  before: readonly Stop[],
  after: readonly Stop[],
  kept: bigint,
  held: bigint,
): bigint {
  const at = (stops: readonly Stop[], level: bigint): bigint =>
    stops
      .filter(({ price }) => (held > 0n ? price >= level : price <= level))
      .reduce((sum, { shares }) => sum + shares, 0n);
  return before
    .map(({ price }) => smaller(at(before, price), kept) - at(after, price))
    .reduce(larger, 0n);
}
