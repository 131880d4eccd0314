import { type Decimal, decimal } from '../core/basics/decimal.ts';
import type { Milliseconds, Quote, Trade } from '../core/basics/types.ts';
import { MarketRandom } from './random.ts';

/** The smallest step of a price, and how many make a dollar. */
type Tick = { readonly size: Decimal; readonly perDollar: number };
const tickOf = (decimals: number): Tick => ({
  size: decimal((10 ** -decimals).toFixed(decimals)),
  perDollar: 10 ** decimals,
});
const cent = tickOf(2);
const hundredthOfACent = tickOf(4);
const millionthOfACent = tickOf(8);

// Sale conditions of the consolidated tapes: regular, odd lot, extended hours, auctions.
const regular = '@';
const oddLot = '@I';
const extended = '@T';
const extendedOddLot = '@TI';
const auctions = { opening: '@O', reopening: '@5', closing: '@6' };
export type Auction = keyof typeof auctions;

const roundLot = 100;
const coinParts = 10_000;

/** What one name shows: its quotes and its trades. */
export class Tape {
  private readonly isCoin: boolean;
  private readonly quoteRandom: MarketRandom;
  private readonly tradeRandom: MarketRandom;
  private bid = 0;
  private ask = 0;
  private perDollar = 0;
  private bidPrice: Decimal = 0n;
  private askPrice: Decimal = 0n;
  private last = 0;

  constructor(seed: string, isCoin: boolean) {
    this.isCoin = isCoin;
    this.quoteRandom = new MarketRandom(`${seed}/quotes`);
    this.tradeRandom = new MarketRandom(`${seed}/trades`);
  }

  /** Bid and ask in whole ticks around a price. */
  quote(symbol: string, at: Milliseconds, price: number, spreadBps: number): Quote {
    const tick = this.tickAt(price);
    const middle = price * tick.perDollar;
    const spread = Math.max(1, Math.round((middle * spreadBps) / 10_000));
    const bid = Math.max(1, Math.round(middle - spread / 2));
    const ask = bid + spread;
    // Big integers cost more than all the rest, and prices often stay.
    const isSame = tick.perDollar === this.perDollar;
    if (!isSame || bid !== this.bid) this.bidPrice = BigInt(bid) * tick.size;
    if (!isSame || ask !== this.ask) this.askPrice = BigInt(ask) * tick.size;
    this.bid = bid;
    this.ask = ask;
    this.perDollar = tick.perDollar;
    const { bidPrice, askPrice } = this;
    const [bidSize, askSize] = [this.quoteSize(), this.quoteSize()];
    return { symbol, at, bidPrice, askPrice, bidSize, askSize };
  }

  /** A trade at the bid or at the ask; `meanSize` in shares or coins. */
  trade(
    symbol: string,
    at: Milliseconds,
    id: number,
    meanSize: number,
    isExtended: boolean,
  ): Trade {
    const isBuy = this.tradeRandom.uniform() < 0.5;
    const size = this.rounded(meanSize * this.tradeRandom.exponential());
    const price = isBuy ? this.askPrice : this.bidPrice;
    this.last = (isBuy ? this.ask : this.bid) / this.perDollar;
    return { symbol, at, price, size, id, conditions: this.conditionsOf(size, isExtended) };
  }

  /** Whether somebody trades at all in an hour in which few do. */
  isTraded(probability: number): boolean {
    return probability === 1 || this.tradeRandom.uniform() < probability;
  }

  /** The print of an auction, in the middle of the quote. */
  auction(symbol: string, at: Milliseconds, id: number, size: number, kind: Auction): Trade {
    const middle = Math.floor((this.bid + this.ask) / 2);
    const price = (this.bidPrice / BigInt(this.bid)) * BigInt(middle);
    this.last = middle / this.perDollar;
    return { symbol, at, price, size: this.rounded(size), id, conditions: auctions[kind] };
  }

  /** The price of the last trade, in dollars. */
  get lastPrice(): number {
    return this.last;
  }

  private quoteSize(): number {
    const lots = this.quoteRandom.integer(1, 12);
    return this.isCoin ? lots / 10 : lots * roundLot;
  }

  private rounded(size: number): number {
    if (this.isCoin) return Math.max(1, Math.round(size * coinParts)) / coinParts;
    return Math.max(1, Math.round(size));
  }

  private conditionsOf(size: number, isExtended: boolean): string {
    const isOdd = size < roundLot && !this.isCoin;
    if (isExtended) return isOdd ? extendedOddLot : extended;
    return isOdd ? oddLot : regular;
  }

  private tickAt(price: number): Tick {
    if (this.isCoin) {
      if (price >= 100) return cent;
      return price >= 0.1 ? hundredthOfACent : millionthOfACent;
    }
    return price >= 1 ? cent : hundredthOfACent;
  }
}
