import type { Ticker } from '../../domain/ids.ts';
import type { SymbolMarket } from '../../domain/market.ts';
import { newYorkDay } from '../../domain/new-york.ts';
import type { EpochMs } from '../../domain/time.ts';
import { averageTrueRange } from '../../engine/account/atr.ts';
import type { MarketData, MarketEvent, StreamState } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { reasonOf, withDeadline } from '../../ports/deadline.ts';
import type { EventLogger } from '../journal/event-logger.ts';
import type { RuntimeSettings } from '../settings/settings.ts';
import { MarketBook } from './market-book.ts';
import { logStream } from './stream-trust.ts';

const DAY_MS = 24 * 3_600_000;
/** Enough for Wilder's average over 14 days to have forgotten where it began. */
const RANGE_BARS = 60;
/** Longer than an entry waits to be filled. */
const FOLLOWED_MS = 15 * 60_000;
/** Well inside the 5 s that guardrails take of it by default. */
const ENTRY_QUOTE_MS = 2_000;
/** After a failure the daily bars are not asked for again before this. */
const RETRY_MS = 60_000;

/**
 * Prices: from the stream while it is live, asked for where it is not; and the average true
 * range of each symbol, once a day.
 */
export class MarketFeed {
  readonly #marketData: MarketData;
  readonly #clock: Clock;
  readonly #logger: EventLogger;
  readonly #settings: RuntimeSettings;
  readonly #aheadMs: () => number;
  readonly #book = new MarketBook();
  readonly #rangedOn = new Map<Ticker, string>();
  readonly #followedUntil = new Map<Ticker, EpochMs>();
  #retryAt: EpochMs = 0;
  #state: StreamState = 'connecting';

  constructor(parts: {
    readonly marketData: MarketData;
    readonly clock: Clock;
    readonly logger: EventLogger;
    readonly settings: RuntimeSettings;
    /** How far our clock is ahead of the market's; 0 where they agree. */
    readonly aheadMs: () => number;
  }) {
    this.#marketData = parts.marketData;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#settings = parts.settings;
    this.#aheadMs = parts.aheadMs;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** The stream says how it is. */
  changed(state: StreamState, because: string): void {
    this.#state = state;
    logStream(this.#logger, 'market', state, because);
  }

  /** Told in the time of our clock, since ages are counted by it, be it right or wrong. */
  of(symbol: Ticker): SymbolMarket {
    const market = this.#book.of(symbol);
    const aheadMs = this.#aheadMs();
    if (aheadMs === 0) return market;
    const { quote, lastTrade } = market;
    return {
      ...market,
      quote: quote === null ? null : { ...quote, at: quote.at + aheadMs },
      lastTrade: lastTrade === null ? null : { ...lastTrade, at: lastTrade.at + aheadMs },
    };
  }

  /** Symbols that count like held ones for a while: something may be opened in them. */
  follow(symbols: readonly Ticker[]): void {
    const until = this.#clock.now() + FOLLOWED_MS;
    for (const symbol of symbols) this.#followedUntil.set(symbol, until);
  }

  followed(): readonly Ticker[] {
    const now = this.#clock.now();
    for (const [symbol, until] of this.#followedUntil) {
      if (until < now) this.#followedUntil.delete(symbol);
    }
    return [...this.#followedUntil.keys()];
  }

  /** False when the event told nothing new. */
  apply(event: MarketEvent): boolean {
    return this.#book.apply(event);
  }

  /**
   * Asks for the newest prices where no stream would bring them: none was ever seen, or they
   * are stale and the stream is down. One request, whatever the number; a failure leaves the
   * prices as old as they are.
   */
  async fillGaps(symbols: readonly Ticker[]): Promise<void> {
    const staleBefore = this.#staleBefore();
    await this.#readLatest(
      this.#book.quotedBefore(symbols, this.#state === 'live' ? 0 : staleBefore),
    );
  }

  /**
   * Asks for the newest prices of those whose quote is stale, stream or not: before acting. An
   * entry pays the quote, which is stale sooner where one may be made.
   */
  async freshen(symbols: readonly Ticker[]): Promise<void> {
    const followed = new Set(this.followed());
    const entered = symbols.filter((symbol) => followed.has(symbol));
    const others = symbols.filter((symbol) => !followed.has(symbol));
    await this.#readLatest([
      ...this.#book.quotedBefore(entered, this.#staleBefore(ENTRY_QUOTE_MS)),
      ...this.#book.quotedBefore(others, this.#staleBefore()),
    ]);
  }

  /** In the market's time. */
  #staleBefore(afterMs = this.#settings.quoteStaleAfterMs): EpochMs {
    return this.#clock.now() - this.#aheadMs() - afterMs;
  }

  /** Reads the daily bars of symbols whose range is not known for today. */
  async updateRanges(symbols: readonly Ticker[]): Promise<void> {
    const now = this.#clock.now();
    // A day's bar is whole when the next day begins in New York, and not before.
    const today = newYorkDay(now);
    const missing = symbols.filter((symbol) => this.#rangedOn.get(symbol) !== today);
    if (missing.length === 0 || now < this.#retryAt) return;
    try {
      const bars = await this.#inTime('the daily bars', () =>
        this.#marketData.readDailyBars(missing, now, RANGE_BARS),
      );
      for (const symbol of missing) {
        // The day that still runs has no range yet.
        const complete = (bars.get(symbol) ?? []).filter(({ at }) => at + DAY_MS <= now);
        this.#book.setAverageTrueRange(symbol, averageTrueRange(complete));
        this.#rangedOn.set(symbol, today);
      }
    } catch (error) {
      this.#retryAt = now + RETRY_MS;
      this.#failed('the daily bars could not be read', error);
    }
  }

  /** Its shares were split: the range is read anew, since the one that is known is of before. */
  forgetRange(symbol: Ticker): void {
    this.#rangedOn.delete(symbol);
    this.#book.setAverageTrueRange(symbol, null);
  }

  async #readLatest(symbols: readonly Ticker[]): Promise<void> {
    if (symbols.length === 0) return;
    try {
      const events = await this.#inTime('the latest prices', () =>
        this.#marketData.readLatest(symbols),
      );
      for (const event of events) this.#book.apply(event);
    } catch (error) {
      this.#failed('the latest prices could not be read', error);
    }
  }

  #inTime<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
    const { callTimeoutMs } = this.#settings;
    return withDeadline({ clock: this.#clock, timeoutMs: callTimeoutMs, what, call });
  }

  #failed(what: string, error: unknown): void {
    const because = `${what}: ${reasonOf(error)}`;
    this.#logger.log({ type: 'cycle_failed', actor: 'system', body: { because } });
  }
}
