import { NO_DOLLARS, notional, type Price, type Quantity, quantity } from '../domain/decimal.ts';
import { episodeId } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import type { Account, Episode, Position, PositionContext } from '../domain/portfolio.ts';
import { averageTrueRange } from '../engine/account/atr.ts';
import { coverOf } from '../engine/account/cover.ts';
import { dailyBarsBefore, type PriceBars, priceOf } from './price-bars.ts';
import { restingOrders } from './resting-orders.ts';

/** How many daily bars production measures the average true range over. */
const RANGE_BARS = 60;

const ACCOUNT: Account = {
  accountNumber: 'BACKTEST',
  equity: notional('1'),
  lastEquity: notional('1'),
  cash: NO_DOLLARS,
  buyingPower: NO_DOLLARS,
  blockedBecause: null,
  shortingEnabled: false,
};

/** What is held and what rests for it, in units of the bars. */
type Held = {
  readonly quantity: number;
  readonly stopPrice: number;
  readonly takeProfitPrice: number;
  readonly takeProfitQuantity: number;
  readonly initialStopPrice: number | null;
  readonly bestPrice: number;
  readonly milestones: readonly string[];
};

type Resting = {
  readonly held: number;
  readonly stopPrice: number;
  readonly waiting: number;
  readonly initial: Price | null;
  readonly shares: Quantity;
  readonly orders: readonly Order[];
};

/** A long position as the engine is shown one in production. */
export class PositionView {
  readonly #bars: PriceBars;
  readonly #openedAt: number;
  readonly #entryPrice: Price;
  /** Of the episode, what does not change as long as it lasts. */
  readonly #opened: Pick<
    Episode,
    'id' | 'symbol' | 'side' | 'openedAt' | 'quantity' | 'entryPrice'
  >;
  #known: Resting | null = null;
  #rangeDay = -1;
  #range: Price | null = null;

  constructor(
    bars: PriceBars,
    entry: { readonly bar: number; readonly price: number; readonly quantity: number },
  ) {
    this.#bars = bars;
    this.#openedAt = bars.openAt[entry.bar] ?? 0;
    this.#entryPrice = priceOf(entry.price);
    this.#opened = {
      id: episodeId(bars.symbol, 1),
      symbol: bars.symbol,
      side: 'long',
      openedAt: this.#openedAt,
      quantity: quantity(String(entry.quantity)),
      entryPrice: this.#entryPrice,
    };
  }

  /** @param withRange whether the average true range of that day is told, which costs a look */
  at(held: Held, bar: number, at: Price, withRange: boolean): PositionContext {
    const { symbol, openAt, dayOf } = this.#bars;
    const now = openAt[bar] ?? 0;
    const { initial, shares, orders } = this.#resting(held);
    const position: Position = {
      symbol,
      side: 'long',
      assetClass: 'us_equity',
      quantity: shares,
      availableQuantity: shares,
      averageEntryPrice: this.#entryPrice,
      currentPrice: at,
    };
    return {
      now,
      environment: 'simulated',
      snapshotVersion: 1,
      account: ACCOUNT,
      position,
      episode: {
        ...this.#opened,
        initialStopPrice: initial,
        highWaterPrice: priceOf(held.bestPrice),
        milestones: held.milestones,
      },
      orders,
      cover: coverOf(position, orders, at),
      market: {
        symbol,
        quote: null,
        lastTrade: { price: at, at: now },
        averageTrueRange: withRange ? this.#rangeOn(dayOf[bar] ?? 0) : null,
        halted: false,
      },
      session: { isOpen: true, openAt: now, closeAt: now + 1, nextOpenAt: now + 1 },
      price: at,
      riskPerShare: initial === null ? null : (this.#entryPrice.minus(initial) as Price),
      gainPerShare: at.minus(this.#entryPrice),
      intents: [],
      tradingState: 'active',
    };
  }

  /** What stays the same until an order changes is made once. */
  #resting(now: Held): Resting {
    const { quantity: held, stopPrice, takeProfitQuantity: waiting, initialStopPrice } = now;
    const known = this.#known;
    const isSame = known?.held === held && known.stopPrice === stopPrice;
    if (isSame && known.waiting === waiting) return known;
    this.#known = {
      held,
      stopPrice,
      waiting,
      initial: known?.initial ?? (initialStopPrice === null ? null : priceOf(initialStopPrice)),
      shares: known?.held === held ? known.shares : quantity(String(held)),
      orders: restingOrders({
        ...{ symbol: this.#bars.symbol, placedAt: this.#openedAt, quantity: held, stopPrice },
        ...{ waiting, profitPrice: now.takeProfitPrice },
      }),
    };
    return this.#known;
  }

  #rangeOn(day: number): Price | null {
    if (day !== this.#rangeDay) {
      this.#rangeDay = day;
      this.#range = averageTrueRange(dailyBarsBefore(this.#bars, day, RANGE_BARS));
    }
    return this.#range;
  }
}
