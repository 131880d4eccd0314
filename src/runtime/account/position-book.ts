import {
  type Decimal,
  type Price,
  type Quantity,
  quantity,
  smaller,
} from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { Position } from '../../domain/portfolio.ts';

const NONE: ReadonlySet<Ticker> = new Set();

/** Shares an order filled since it was last seen. */
export type Growth = { readonly order: Order; readonly shares: Decimal; readonly price: Price };

/**
 * What is held. The broker's own list is the truth; between two reads it is carried on by
 * the fills that were heard of, and a symbol carried on so counts as unconfirmed.
 */
export class PositionBook {
  #positions: ReadonlyMap<Ticker, Position> = new Map();
  /** Number of the last fill heard of in a symbol that no read has confirmed yet. */
  readonly #unconfirmed = new Map<Ticker, number>();
  #fills = 0;
  #wasRead = false;
  #list: readonly Position[] | null = [];

  list(): readonly Position[] {
    this.#list ??= [...this.#positions.values()];
    return this.#list;
  }

  get(symbol: Ticker): Position | null {
    return this.#positions.get(symbol) ?? null;
  }

  isConfirmed(symbol: Ticker): boolean {
    return !this.#unconfirmed.has(symbol);
  }

  /** To be asked before a read; given to `confirm` with its answer. */
  mark(): number {
    return this.#fills;
  }

  /** What is read just as it is known is what is known: what was made of it stands. */
  recognized(positions: readonly Position[]): readonly Position[] {
    return positions.map((position) => {
      const before = this.#positions.get(position.symbol);
      return before !== undefined && isSame(before, position) ? before : position;
    });
  }

  /**
   * Takes over the broker's list. Where a fill was heard of after `mark`, nobody knows
   * whether the list holds it: our own figure stays until the next read. So does that of a
   * symbol in `doubt`, which has vanished from the list without any order that explains it, and
   * of one in `behind`, of which the list does not show yet what its orders have filled.
   */
  confirm(
    positions: readonly Position[],
    mark: number,
    doubt: ReadonlySet<Ticker>,
    behind: ReadonlySet<Ticker> = NONE,
  ): void {
    const isFirst = !this.#wasRead;
    this.#wasRead = true;
    const next = new Map<Ticker, Position>();
    for (const position of this.recognized(positions)) {
      if (isFirst || !this.#heardAfter(position.symbol, mark)) {
        next.set(position.symbol, position);
      }
    }
    for (const [symbol, fill] of this.#unconfirmed) {
      const own = this.#positions.get(symbol);
      if (fill <= mark) this.#unconfirmed.delete(symbol);
      else if (own !== undefined) next.set(symbol, own);
    }
    for (const symbol of doubt) {
      const own = this.#positions.get(symbol);
      if (own !== undefined && !next.has(symbol)) next.set(symbol, own);
    }
    for (const symbol of behind) {
      const own = this.#positions.get(symbol);
      if (own === undefined) next.delete(symbol);
      else next.set(symbol, own);
    }
    this.#replace(next);
  }

  /** Carries a position on by a fill; before the first read there is none to carry on. */
  fill(growth: Growth): void {
    this.doubt(growth.order.symbol);
    if (this.#wasRead) this.#carryOn(growth);
  }

  /** What is held may have changed in a way that no fill tells of: unconfirmed until the next read. */
  doubt(symbol: Ticker): void {
    this.#fills += 1;
    this.#unconfirmed.set(symbol, this.#fills);
  }

  #carryOn({ order, shares, price: paid }: Growth): void {
    const { symbol } = order;
    const before = this.#positions.get(symbol);
    const signed = before === undefined ? quantity('0') : signedQuantity(before);
    const after = order.side === 'buy' ? signed.plus(shares) : signed.minus(shares);
    const next = new Map(this.#positions);
    if (after.eq('0')) next.delete(symbol);
    else next.set(symbol, carriedOn(before, symbol, after, paid));
    this.#replace(next);
  }

  #replace(next: ReadonlyMap<Ticker, Position>): void {
    this.#positions = next;
    this.#list = null;
  }

  #heardAfter(symbol: Ticker, mark: number): boolean {
    return (this.#unconfirmed.get(symbol) ?? 0) > mark;
  }
}

const signedQuantity = ({ side, quantity: held }: Position): Decimal =>
  side === 'long' ? held : held.neg();

function carriedOn(
  before: Position | undefined,
  symbol: Ticker,
  signed: Decimal,
  paid: Price,
): Position {
  const side = signed.gt('0') ? 'long' : 'short';
  const held = signed.abs() as Quantity;
  if (before === undefined || before.side !== side) {
    return {
      symbol,
      side,
      quantity: held,
      availableQuantity: held,
      averageEntryPrice: paid,
      currentPrice: paid,
      assetClass: symbol.includes('/') ? 'crypto' : 'us_equity',
    };
  }
  const grown = held.minus(before.quantity);
  const cost = before.averageEntryPrice.times(before.quantity).plus(paid.times(grown));
  return {
    ...before,
    quantity: held,
    availableQuantity: grown.gt('0')
      ? (before.availableQuantity.plus(grown) as Quantity)
      : smaller(before.availableQuantity, held),
    averageEntryPrice: grown.gt('0') ? (cost.div(held) as Price) : before.averageEntryPrice,
    currentPrice: paid,
  };
}

/** Equal positions keep their identity, so that what hangs on them need not be made anew. */
const isSame = (a: Position, b: Position): boolean =>
  a === b ||
  (a.side === b.side &&
    a.quantity.eq(b.quantity) &&
    a.availableQuantity.eq(b.availableQuantity) &&
    a.averageEntryPrice.eq(b.averageEntryPrice) &&
    a.currentPrice.eq(b.currentPrice) &&
    a.assetClass === b.assetClass);
