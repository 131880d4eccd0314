import type { Decimal } from '../basics/decimal.ts';
import type { Quote, Trade, Venue } from '../basics/types.ts';
import { BarSeries } from './bar-series.ts';
import type { OrderRecord } from './order-record.ts';
import { PriceLadder } from './price-ladder.ts';
import { TickHistory } from './tick-history.ts';

/** What the exchange knows of one symbol, and the orders that wait for its prices. */
export class SymbolMarket {
  symbol: string;
  /** Trades at any hour, as coins do. */
  readonly isAroundTheClock: boolean;
  /** The newest wherever it comes from, as the next. */
  quote: Quote | null = null;
  trade: Trade | null = null;
  readonly newest: Record<Venue, { quote: Quote | null; trade: Trade | null }> = {
    day: { quote: null, trade: null },
    night: { quote: null, trade: null },
  };
  halted = false;
  /** Set by a resume until the first print after it. */
  reopening = false;
  /** The last price of the trading day before; null until one is known. */
  lastDayClose: Decimal | null = null;
  /** The last price of the regular session that ended last. */
  closingPrice: Decimal | null = null;
  readonly bars = new BarSeries();
  readonly quotes: TickHistory<Quote>;
  readonly trades: TickHistory<Trade>;
  /** Whether anything has been sold in this regular session. */
  hasPrinted = false;
  /** Orders that take the next quote whatever it is. */
  readonly atMarket = new Set<OrderRecord>();
  readonly buyLimits = new PriceLadder('highest');
  readonly sellLimits = new PriceLadder('lowest');
  readonly buyStops = new PriceLadder('lowest');
  readonly sellStops = new PriceLadder('highest');
  readonly trailingStops = new Set<OrderRecord>();
  /** Orders for the opening or the closing auction. */
  readonly auction = new Set<OrderRecord>();

  constructor(symbol: string, isAroundTheClock: boolean, ticksKept: number) {
    this.symbol = symbol;
    this.isAroundTheClock = isAroundTheClock;
    this.quotes = new TickHistory(ticksKept);
    this.trades = new TickHistory(ticksKept);
  }

  /**
   * Takes in the newest quote, or the newest trade, of a venue. An exchange that begins in the
   * night has no day before it: what is heard first is the day's too.
   */
  hear(venue: Venue, heard: { readonly quote: Quote } | { readonly trade: Trade }): void {
    Object.assign(this, heard);
    Object.assign(this.newest[venue], heard);
    const { day } = this.newest;
    day.quote ??= this.quote;
    day.trade ??= this.trade;
  }

  /** Those of before a split say nothing of after it. */
  forgetPrices(): void {
    for (const newest of [this, this.newest.day, this.newest.night]) {
      newest.quote = null;
      newest.trade = null;
    }
  }

  /** The last sale, else the last close, else the middle of the quote; null when nothing is known. */
  get lastPrice(): Decimal | null {
    if (this.trade !== null) return this.trade.price;
    if (this.lastDayClose !== null) return this.lastDayClose;
    return this.midpoint;
  }

  get midpoint(): Decimal | null {
    return this.quote === null ? null : (this.quote.bidPrice + this.quote.askPrice) / 2n;
  }
}
