import type { Ticker } from '../domain/ids.ts';
import type { EpochMs } from '../domain/time.ts';

/** One article, in the words of whoever wrote it. */
export type Article = {
  readonly id: string;
  readonly at: EpochMs;
  readonly symbols: readonly Ticker[];
  readonly headline: string;
  readonly source: string;
};

/** What a company does to its shares, as the broker's own record has it. */
export type CorporateEvent = {
  readonly symbol: Ticker;
  /** Alpaca's word for it, for example `cash_mergers`. */
  readonly kind: string;
  /** The day it takes effect, as `2026-11-22`. */
  readonly date: string;
};

/** What is written about symbols. @throws BrokerError when it does not answer */
export interface NewsSource {
  /** Newest first, at most fifty. */
  readArticles(symbols: readonly Ticker[], since: EpochMs): Promise<readonly Article[]>;
  /** Those of the days from `from` to `to`. */
  readCorporateEvents(
    symbols: readonly Ticker[],
    from: EpochMs,
    to: EpochMs,
  ): Promise<readonly CorporateEvent[]>;
}
