import { type Price, parseDecimal, price } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { SymbolMarket } from '../../domain/market.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { MarketEvent } from '../../ports/broker.ts';

/** The newest quote, trade, halt and range of each symbol; older news never replaces newer. */
export class MarketBook {
  readonly #markets = new Map<Ticker, SymbolMarket>();

  of(symbol: Ticker): SymbolMarket {
    return this.#markets.get(symbol) ?? unknownMarket(symbol);
  }

  /** False when the event told nothing new. */
  apply(event: MarketEvent): boolean {
    const before = this.of(event.symbol);
    const after = applied(before, event);
    if (after === before) return false;
    this.#markets.set(event.symbol, after);
    return true;
  }

  setAverageTrueRange(symbol: Ticker, averageTrueRange: Price | null): void {
    this.#markets.set(symbol, { ...this.of(symbol), averageTrueRange });
  }

  /** Symbols without a quote since `before`. */
  quotedBefore(symbols: readonly Ticker[], before: EpochMs): Ticker[] {
    return symbols.filter((symbol) => (this.of(symbol).quote?.at ?? -Infinity) < before);
  }
}

const unknownMarket = (symbol: Ticker): SymbolMarket => ({
  symbol,
  quote: null,
  lastTrade: null,
  averageTrueRange: null,
  halted: false,
});

function applied(market: SymbolMarket, event: MarketEvent): SymbolMarket {
  switch (event.kind) {
    case 'quote': {
      if (market.quote !== null && event.at < market.quote.at) return market;
      const bid = positivePrice(event.bid);
      const ask = positivePrice(event.ask);
      // One-sided and crossed quotes are no price; the last good one stays, and ages.
      if (bid === null || ask === null || bid.gt(ask)) return market;
      return { ...market, quote: { bid, ask, at: event.at } };
    }
    case 'trade': {
      if (market.lastTrade !== null && event.at < market.lastTrade.at) return market;
      const paid = positivePrice(event.price);
      return paid === null ? market : { ...market, lastTrade: { price: paid, at: event.at } };
    }
    case 'status':
      return market.halted === event.halted ? market : { ...market, halted: event.halted };
  }
}

function positivePrice(digits: string): Price | null {
  const value = parseDecimal(digits);
  return value?.gt('0') ? price(value) : null;
}
