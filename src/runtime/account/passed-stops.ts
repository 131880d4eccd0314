import type { Price } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketFeed } from './market-feed.ts';
import type { OrderBook } from './order-book.ts';
import type { SessionCalendar } from './session-calendar.ts';

/** At most four looks a second, whatever the market does; one serves all symbols together. */
const BETWEEN_LOOKS_MS = 250;
/** How often a symbol is looked at in which no price moves, until a cycle looks at all of them. */
const AGAIN_MS = 1_000;
const AGAIN_FOR_MS = 10_000;

type Parts = {
  readonly clock: Clock;
  readonly orders: OrderBook;
  readonly market: MarketFeed;
  readonly calendar: SessionCalendar;
};

/**
 * Prices that went through a resting stop: what the stop was to guard may be bare, which shows
 * in no order's status. A look costs the broker nothing.
 */
export class PassedStops {
  readonly #parts: Parts;
  readonly #listeners: ((symbol: Ticker) => void)[] = [];
  /** The stops that the last trade was through, for symbols in which there are any. */
  readonly #passed = new Map<Ticker, string>();
  readonly #due = new Set<Ticker>();
  /** Until when a symbol is looked at again though no price moves in it. */
  readonly #again = new Map<Ticker, number>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cancelLook: (() => void) | null = null;
  #cancelAgain: (() => void) | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Called with each symbol that calls for another decision. */
  onPassed(listener: (symbol: Ticker) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * To be called after each new price of a symbol that is held.
   *
   * @returns whether a trade went through a stop-limit that it was not through before, or back
   */
  see(symbol: Ticker): boolean {
    const stops = this.#stopsOf(symbol);
    const { lastTrade, quote } = this.#parts.market.of(symbol);
    const traded = stops.filter((stop) => isBeyond(stop, lastTrade?.price));
    const limited = traded.filter(({ type }) => type === 'stop_limit');
    const passed = limited.map(({ id }) => id).join();
    const isNews = (this.#passed.get(symbol) ?? '') !== passed;
    if (passed === '') this.#passed.delete(symbol);
    else this.#passed.set(symbol, passed);
    const isQuoted = stops.some((stop) =>
      isBeyond(stop, stop.side === 'sell' ? quote?.bid : quote?.ask),
    );
    if (isNews || isQuoted || traded.length > 0) this.#call(symbol);
    return isNews;
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelAgain?.();
    this.#due.clear();
    this.#again.clear();
  }

  #call(symbol: Ticker): void {
    const { clock, calendar } = this.#parts;
    if (!calendar.isTradedAt(symbol, clock.now())) return;
    this.#again.set(symbol, clock.monotonicMs() + AGAIN_FOR_MS);
    this.#lookSoon(symbol);
  }

  #lookSoon(symbol: Ticker): void {
    const { clock } = this.#parts;
    this.#due.add(symbol);
    if (this.#cancelLook !== null) return;
    const waitMs = this.#lookedAt + BETWEEN_LOOKS_MS - clock.monotonicMs();
    if (waitMs <= 0) this.#lookAtAll();
    else this.#cancelLook = clock.after(waitMs, () => this.#lookAtAll());
  }

  #lookAtAll(): void {
    const { clock } = this.#parts;
    this.#cancelLook = null;
    this.#lookedAt = clock.monotonicMs();
    const symbols = [...this.#due];
    this.#due.clear();
    for (const symbol of symbols) for (const listener of this.#listeners) listener(symbol);
    if (this.#again.size > 0) this.#cancelAgain ??= clock.after(AGAIN_MS, () => this.#lookAgain());
  }

  #lookAgain(): void {
    const now = this.#parts.clock.monotonicMs();
    this.#cancelAgain = null;
    for (const [symbol, until] of this.#again) {
      const { lastTrade } = this.#parts.market.of(symbol);
      const isPassed = this.#stopsOf(symbol).some((stop) => isBeyond(stop, lastTrade?.price));
      if (isPassed && now < until) this.#lookSoon(symbol);
      else this.#again.delete(symbol);
    }
  }

  #stopsOf(symbol: Ticker): readonly Order[] {
    return this.#parts.orders
      .of(symbol)
      .filter(({ stopPrice, status }) => stopPrice !== null && !isTerminal(status));
  }
}

const isBeyond = ({ side, stopPrice }: Order, at: Price | undefined): boolean =>
  at !== undefined &&
  stopPrice !== null &&
  (side === 'sell' ? at.lte(stopPrice) : at.gte(stopPrice));
