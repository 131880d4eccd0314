import { text } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { Incoherence, Position } from '../../domain/portfolio.ts';
import { splitBetween } from '../../engine/account/splits.ts';

/**
 * Notices shares that turn up under another symbol without a trade: a rename, or a merger. Who
 * holds what they were, and what its stops should be, is for a person to say, so that nothing
 * is done in the new symbol until BigBrother is started anew, but to take back exits for more
 * than is held.
 */
export class RenameWatch {
  readonly #frozen = new Map<Ticker, string>();
  #before: readonly Position[] | null = null;
  /** Symbols whose orders went on under another one since they were read. */
  readonly #leaving = new Map<Ticker, string>();

  /** An order went on as one for another symbol: so may its shares, as the next reading shows. */
  noteSuccessor({ symbol }: Order, successor: Order): Incoherence {
    const because =
      `an order of ${symbol} goes on as one of ${successor.symbol}, as by a rename: what is ` +
      'held is read anew first';
    this.#leaving.set(symbol, because);
    return { symbol, because };
  }

  /** @param isRead true for a symbol whose shares were read since */
  leaving(isRead: (symbol: Ticker) => boolean): Incoherence[] {
    for (const symbol of this.#leaving.keys()) if (isRead(symbol)) this.#leaving.delete(symbol);
    return [...this.#leaving].map(([symbol, because]) => ({ symbol, because }));
  }

  /** @param traded symbols whose orders filled shares since the last reading */
  judge(positions: readonly Position[], traded: ReadonlySet<Ticker>): Incoherence[] {
    const before = this.#before ?? positions;
    this.#before = positions;
    const [were, are] = [symbolsOf(before), symbolsOf(positions)];
    const untraded = (of: readonly Position[], without: ReadonlySet<Ticker>) =>
      of.filter(({ symbol }) => !traded.has(symbol) && !without.has(symbol));
    const gone = untraded(before, are);
    for (const come of untraded(positions, were)) {
      const was = gone.find((one) => isSameHolding(one, come));
      if (was !== undefined) this.#frozen.set(come.symbol, wordsFor(was, come));
    }
    for (const symbol of this.#frozen.keys()) {
      if (!are.has(symbol)) this.#frozen.delete(symbol);
    }
    return [...this.#frozen].map(([symbol, because]) => ({ symbol, because, isRename: true }));
  }
}

const symbolsOf = (positions: readonly Position[]): ReadonlySet<Ticker> =>
  new Set(positions.map(({ symbol }) => symbol));

/** The same shares at the same cost, or others at another price that cost the same together. */
function isSameHolding(was: Position, is: Position): boolean {
  if (was.side !== is.side) return false;
  const [before, after] = [was, is].map(({ quantity, averageEntryPrice }) => ({
    quantity,
    entryPrice: averageEntryPrice,
  }));
  if (before === undefined || after === undefined) return false;
  const isUnchanged = before.quantity.eq(after.quantity) && before.entryPrice.eq(after.entryPrice);
  return isUnchanged || splitBetween(before, after) !== null;
}

const wordsFor = (was: Position, is: Position): string =>
  `${text(was.quantity)} shares of ${was.symbol} turned up as ${text(is.quantity)} of ` +
  `${is.symbol} without a trade, as by a rename or a merger: nothing is sold or protected there; ` +
  'look at its stops, then start BigBrother again';
