import type { Ticker } from '../../domain/ids.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Split } from '../../engine/account/splits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { AccountReading } from './account-reader.ts';
import type { EpisodeKeeper, Holding } from './episode-keeper.ts';
import type { MarketFeed } from './market-feed.ts';
import type { OrderBook } from './order-book.ts';
import type { PositionBook } from './position-book.ts';
import type { SessionCalendar } from './session-calendar.ts';

type Parts = {
  readonly positions: PositionBook;
  readonly orders: OrderBook;
  readonly market: MarketFeed;
  readonly calendar: SessionCalendar;
  readonly episodes: EpisodeKeeper;
  readonly logger: EventLogger;
  readonly clock: Clock;
};

/** Carries the episodes on by what is held, once the account was read for the first time. */
export class EpisodeCarrier {
  readonly #parts: Parts;
  #last: { readonly accountNumber: string; readonly at: EpochMs } | null = null;
  /** The reading before the last one. */
  #lastLookAt: EpochMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The account was read. */
  look({ account: { accountNumber }, at }: AccountReading): void {
    this.#lastLookAt = this.#last === null ? this.#lastSnapshotAt() : this.#last.at;
    this.#last = { accountNumber, at };
  }

  /** @param traded symbols in which an order filled */
  carryOn(
    symbols: Iterable<Ticker>,
    traded: ReadonlySet<Ticker>,
    splits: ReadonlyMap<Ticker, Split> = new Map(),
  ): void {
    const { episodes, clock, market } = this.#parts;
    if (this.#last === null) return;
    const { accountNumber, at } = this.#last;
    const times = { at: clock.now(), lastLookAt: this.#lastLookAt };
    const split = episodes.carryOn(symbols, accountNumber, times, (symbol) =>
      this.#holdingOf(symbol, at, traded, splits.get(symbol) ?? null),
    );
    for (const symbol of split) market.forgetRange(symbol);
  }

  #holdingOf(
    symbol: Ticker,
    at: EpochMs,
    traded: ReadonlySet<Ticker>,
    split: Split | null,
  ): Holding {
    const position = this.#parts.positions.get(symbol);
    const counts = this.#parts.calendar.isTradedAt(symbol, at);
    return {
      position,
      orders: this.#parts.orders.of(symbol),
      mark: position !== null && counts ? position.currentPrice : null,
      traded: traded.has(symbol),
      split,
    };
  }

  /** When the process before this one looked last; 0 where the journal does not know of any. */
  #lastSnapshotAt(): EpochMs {
    const { records } = this.#parts.logger.getHistory({ types: ['snapshot_taken'], limit: 1 });
    return records[0]?.at ?? 0;
  }
}
