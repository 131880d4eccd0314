import { type EntryPlan, entryShares, nextEntryBar } from '../../backtest/entries.ts';
import type { Booking, SymbolRun } from '../../backtest/fast-path.ts';
import { costOf } from '../../backtest/fills.ts';
import { type PriceBars, UNITS_PER_DOLLAR } from '../../backtest/price-bars.ts';
import type { Exit, Trade } from '../../backtest/trade.ts';
import { type Decimal, formatDecimal } from '../../paper-exchange/core/basics/decimal.ts';
import type { Order, TradeUpdate } from '../../paper-exchange/core/basics/types.ts';

type Costs = { readonly spreadBps: number; readonly costBps: number };

const unitsOf = (price: Decimal): number =>
  Math.round(Number(formatDecimal(price)) * UNITS_PER_DOLLAR);

/** Keeps the books of one symbol by what the exchange executed, and nothing that BigBrother says. */
export class FillLedger {
  readonly #bars: PriceBars;
  readonly #entries: EntryPlan;
  readonly #costs: Costs;
  readonly #startCash: number;
  readonly #barOpenedAt: ReadonlyMap<number, number>;
  readonly #trades: Trade[] = [];
  readonly #bookings: Booking[] = [];
  /** The limit that each stop price first had: below it the stop was left behind. */
  readonly #limits = new Map<number, number>();
  #cash: number;
  #bar = 0;
  #nextEntry: number | null;
  #skipped = 0;

  constructor(bars: PriceBars, entries: EntryPlan, cash: number, costs: Costs) {
    this.#bars = bars;
    this.#entries = entries;
    this.#costs = costs;
    this.#cash = cash;
    this.#startCash = cash;
    this.#barOpenedAt = new Map([...bars.openAt].map((at, bar) => [at, bar]));
    this.#nextEntry = nextEntryBar(entries, null, 0);
  }

  get bars(): PriceBars {
    return this.#bars;
  }

  /** @returns shares to buy at this print; 0 unless it opens a bar in which something is due */
  sharesDue(at: number): number {
    const bar = this.#barOpenedAt.get(at);
    if (bar === undefined) return 0;
    this.#bar = bar;
    if (this.#nextEntry !== bar || this.#held() > 0) return 0;
    const open = this.#bars.open[bar] ?? 0;
    const shares = entryShares(this.#entries, bar, { cash: this.#cash, open }, this.#costs);
    if (shares === 0) this.notBought();
    return shares;
  }

  /** The purchase that was due came to nothing: the next one is tried. */
  notBought(): void {
    this.#skipped += 1;
    this.#nextEntry = nextEntryBar(this.#entries, this.#flatSince(), this.#bar + 1);
  }

  /** Takes in what the exchange tells of an order of this symbol. */
  see({ order, legs, execution, at }: TradeUpdate): void {
    for (const each of [order, ...legs]) this.#noteStop(each);
    if (execution === null) return;
    const quantity = Number(formatDecimal(execution.qty));
    const price = unitsOf(execution.price);
    if (order.side === 'buy') this.#bought(at, quantity, price);
    else this.#sold(order, { at, bar: this.#bar, quantity, price });
  }

  run(nakedShareSeconds: number): SymbolRun {
    return {
      ...{ bars: this.#bars, cash: this.#startCash, trades: this.#trades, nakedShareSeconds },
      ...{ bookings: this.#bookings, skippedEntries: this.#skipped },
    };
  }

  #noteStop({ side, stopPrice, limitPrice }: Order): void {
    const trade = this.#trades.at(-1);
    if (side !== 'sell' || stopPrice === null || trade === undefined || trade.left === 0) return;
    const stop = unitsOf(stopPrice);
    if (!this.#limits.has(stop)) {
      this.#limits.set(stop, limitPrice === null ? 0 : unitsOf(limitPrice));
    }
    if (trade.initialStopPrice === null) {
      this.#trades[this.#trades.length - 1] = { ...trade, initialStopPrice: stop };
    }
  }

  #bought(at: number, quantity: number, price: number): void {
    this.#limits.clear();
    this.#book(price, quantity);
    this.#trades.push({
      ...{ symbol: this.#bars.symbol, openedAt: at, bar: this.#bar, quantity, left: quantity },
      ...{ entryPrice: price, initialStopPrice: null, exits: [] },
      lastPrice: this.#bars.close.at(-1) ?? 0,
    });
  }

  #sold(order: Order, sale: Omit<Exit, 'by'>): void {
    this.#book(sale.price, -sale.quantity);
    const trade = this.#trades.at(-1);
    if (trade === undefined) return;
    const exit = { ...sale, by: this.#reasonOf(order, sale.price, trade) };
    const left = trade.left - sale.quantity;
    this.#trades[this.#trades.length - 1] = { ...trade, exits: [...trade.exits, exit], left };
    if (left === 0) {
      this.#nextEntry = nextEntryBar(this.#entries, this.#bar, this.#bar + 1);
    }
  }

  /** By the order that executed: a pair's limit, a stop where it stood, or one left behind. */
  #reasonOf({ type, stopPrice }: Order, paid: number, { initialStopPrice }: Trade): string {
    if (type === 'market') return 'gap-rescue';
    if (stopPrice === null) return 'partial-profit';
    const stop = unitsOf(stopPrice);
    if (paid < (this.#limits.get(stop) ?? 0)) return 'gap-rescue';
    return stop === initialStopPrice ? 'stop-loss' : 'trailing-stop';
  }

  #book(price: number, shares: number): void {
    const cost = costOf(price, Math.abs(shares), this.#costs.costBps);
    const cash = -price * shares - cost;
    this.#cash += cash;
    this.#bookings.push({ bar: this.#bar, cash, shares });
  }

  #held = (): number => this.#trades.at(-1)?.left ?? 0;
  #flatSince = (): number | null => this.#trades.at(-1)?.exits.at(-1)?.bar ?? null;
}
