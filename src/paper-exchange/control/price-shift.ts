import { type Decimal, fromNumber, multiply, roundTo, toNumber } from '../core/basics/decimal.ts';
import type { JsonValue, Milliseconds, Resumable } from '../core/basics/types.ts';
import type { MarketInput } from '../market/source.ts';

type Shift = {
  /** Null: every symbol. */
  readonly symbol: string | null;
  readonly factor: number;
  readonly from: Milliseconds;
  readonly overMs: Milliseconds;
};

const FACTOR_DECIMALS = 9;
const CENT = 2;
const SUB_PENNY = 4;

/** Moves what the market source says: at once or little by little, and from then on. */
export class PriceShift implements Resumable {
  #shifts: Shift[] = [];

  add(symbol: string | null, percent: number, from: Milliseconds, overMs: Milliseconds): void {
    this.#shifts.push({ symbol, factor: 1 + percent / 100, from, overMs });
  }

  clear(): void {
    this.#shifts = [];
  }

  save(): JsonValue {
    return this.#shifts;
  }

  restore(state: JsonValue): void {
    // What `save` wrote.
    this.#shifts = [...(state as readonly Shift[])];
  }

  applied(input: MarketInput): MarketInput {
    if (this.#shifts.length === 0) return input;
    switch (input.kind) {
      case 'quote': {
        const { quote } = input;
        const move = this.#moveOf(quote.symbol, quote.at);
        const [bidPrice, askPrice] = [move(quote.bidPrice), move(quote.askPrice)];
        return { ...input, quote: { ...quote, bidPrice, askPrice } };
      }
      case 'trade': {
        const { trade } = input;
        const price = this.#moveOf(trade.symbol, trade.at)(trade.price);
        return { ...input, trade: { ...trade, price } };
      }
      case 'bar': {
        const { bar } = input;
        const move = this.#moveOf(bar.symbol, bar.at + bar.durationMs);
        const [open, high, low] = [move(bar.open), move(bar.high), move(bar.low)];
        const [close, vwap] = [move(bar.close), move(bar.vwap)];
        return { ...input, bar: { ...bar, open, high, low, close, vwap } };
      }
      default:
        return input;
    }
  }

  #moveOf(symbol: string, at: Milliseconds): (price: Decimal) => Decimal {
    let factor = 1;
    for (const shift of this.#shifts) {
      if (at < shift.from || (shift.symbol ?? symbol) !== symbol) continue;
      const part = shift.overMs === 0 ? 1 : Math.min(1, (at - shift.from) / shift.overMs);
      factor *= 1 + (shift.factor - 1) * part;
    }
    if (factor === 1) return (price) => price;
    const exact = fromNumber(factor, FACTOR_DECIMALS);
    return (price) => {
      const moved = multiply(price, exact);
      return roundTo(moved, toNumber(moved) >= 1 ? CENT : SUB_PENNY);
    };
  }
}
