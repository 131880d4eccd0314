import { type Amount, amountOf, product, share, sizeOf, textOf } from './amounts.ts';
import type { Judge } from './rules.ts';
import type { EntryView, FillView, PositionView } from './views.ts';

/** What one symbol's shares are and cost, by the executions alone. */
export type Holding = { readonly qty: Amount; readonly cost: Amount };

/** One execution as it was booked. */
export type Booked = { readonly fill: FillView; readonly positionAfter: Amount };

/** Entries whose quantity came or went; that of a dividend is what it was paid for. */
const MOVES_SHARES: ReadonlySet<string> = new Set(['SPLIT', 'NC', 'MA', 'REORG', 'CFEE']);
const NOTHING: Holding = { qty: 0n, cost: 0n };

/** The cash and the shares of one account, computed from its start and its activities. */
export class Ledger {
  cash: Amount;
  readonly #holdings: Map<string, Holding>;
  readonly #executed = new Map<string, { readonly qty: Amount; readonly value: Amount }>();
  readonly #fills = new Map<string, FillView>();
  #costAside: Amount = 0n;
  readonly #judge: Judge;

  constructor(cash: Amount, holdings: ReadonlyMap<string, Holding>, judge: Judge) {
    this.cash = cash;
    this.#holdings = new Map(holdings);
    this.#judge = judge;
  }

  holding(symbol: string): Holding {
    return this.#holdings.get(symbol) ?? NOTHING;
  }

  get holdings(): ReadonlyMap<string, Holding> {
    return this.#holdings;
  }

  /** Those that are not flat. */
  *held(): Generator<readonly [string, Holding]> {
    for (const entry of this.#holdings) if (entry[1].qty !== 0n) yield entry;
  }

  /** Shares and dollars that one order has executed itself. */
  executedOf(orderId: string): { readonly qty: Amount; readonly value: Amount } {
    return this.#executed.get(orderId) ?? { qty: 0n, value: 0n };
  }

  /** An execution from before the oracle was there: the order has it, the start has its effect. */
  noteFill(fill: FillView): void {
    this.#countFill(fill);
    this.#fills.set(fill.executionId, fill);
  }

  book(fill: FillView): Booked {
    this.noteFill(fill);
    return { fill, positionAfter: this.#move(fill) };
  }

  /**
   * Takes an execution back and, unless that is all, books it again as it should have been.
   * Gives back the shares that are held then.
   */
  correct(
    executionId: string,
    correction: { readonly price: string | null; readonly qty: string | null } | null,
  ): Amount {
    const fill = this.#fills.get(executionId);
    if (fill === undefined) return 0n;
    const side = fill.side === 'buy' ? 'sell' : 'buy';
    this.#move({ ...fill, side });
    this.#countFill({ ...fill, qty: -fill.qty });
    this.#fills.delete(executionId);
    if (correction === null) return this.holding(fill.symbol).qty;
    const price = amountOf(correction.price ?? '') ?? fill.price;
    const qty = amountOf(correction.qty ?? '') ?? fill.qty;
    return this.book({ ...fill, price, qty }).positionAfter;
  }

  /** A dividend, a fee, a split, a new name: cash and shares move as the entry says. */
  enter({ type, symbol, qty, netAmount }: EntryView): void {
    this.cash += netAmount;
    if (symbol === null || qty === 0n || !MOVES_SHARES.has(type)) return;
    const before = this.holding(symbol);
    const after = before.qty + qty;
    // The first entry of a pair takes all shares out, the second brings others for their cost.
    if (after === 0n) this.#costAside = before.cost;
    const cost = before.qty === 0n ? this.#costAside : before.cost;
    this.#holdings.set(symbol, { qty: after, cost: after === 0n ? 0n : cost });
  }

  #countFill({ orderId, qty, price }: FillView): void {
    const before = this.executedOf(orderId);
    const value = before.value + product(qty, price);
    this.#executed.set(orderId, { qty: before.qty + qty, value });
  }

  #move({ symbol, side, qty, price }: FillView): Amount {
    const value = product(qty, price);
    const signed = side === 'buy' ? qty : -qty;
    this.cash -= side === 'buy' ? value : -value;
    const before = this.holding(symbol);
    const after = before.qty + signed;
    const flips = (before.qty > 0n && after < 0n) || (before.qty < 0n && after > 0n);
    this.#judge.expect(
      'flip',
      !flips,
      () => `${symbol}: ${textOf(before.qty)} to ${textOf(after)}`,
    );
    this.#holdings.set(symbol, { qty: after, cost: costAfter(before, signed, value) });
    return after;
  }
}

/** Shares are added at their price, and go at the average of what is there. */
function costAfter({ qty, cost }: Holding, signed: Amount, value: Amount): Amount {
  if (qty === 0n || qty > 0n === signed > 0n) return cost + value;
  const [there, gone] = [sizeOf(qty), sizeOf(signed)];
  if (gone > there) return share(value, gone - there, gone);
  return cost - share(cost, gone, there);
}

/** What positions show to begin with. */
export function holdingsOf(positions: readonly PositionView[]): ReadonlyMap<string, Holding> {
  return new Map(
    positions.map(({ symbol, qty, costBasis }) => [symbol, { qty, cost: sizeOf(costBasis) }]),
  );
}
