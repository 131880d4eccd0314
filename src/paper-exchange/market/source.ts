import type {
  Bar,
  MarketNotice,
  Milliseconds,
  Quote,
  Resumable,
  Trade,
} from '../core/basics/types.ts';
import type { Announcement } from '../core/corporate-actions/corporate-actions.ts';
import type { NewsDraft } from '../core/state/news-desk.ts';

/** A share split: a holder has `newShares` for every `oldShares` afterwards. */
export type Split = {
  readonly symbol: string;
  readonly newShares: number;
  readonly oldShares: number;
};

/** One thing that the market does, for the exchange to act on. */
export type MarketInput =
  | { readonly kind: 'quote'; readonly quote: Quote }
  | { readonly kind: 'trade'; readonly trade: Trade }
  | { readonly kind: 'bar'; readonly bar: Bar }
  | { readonly kind: 'split'; readonly at: Milliseconds; readonly split: Split }
  | { readonly kind: 'corporate_action'; readonly announcement: Announcement }
  | { readonly kind: 'delisting'; readonly symbol: string }
  /** Until a resume follows. */
  | { readonly kind: 'halt'; readonly symbol: string; readonly reason: string }
  /** Ends by itself after so long. */
  | { readonly kind: 'pause'; readonly symbol: string; readonly pauseMs: number }
  | { readonly kind: 'resume'; readonly symbol: string; readonly reason: string }
  | { readonly kind: 'notice'; readonly notice: MarketNotice }
  | { readonly kind: 'news'; readonly news: NewsDraft };

/**
 * Where prices come from: a generator or recorded bars. It is read forward once, instant by
 * instant; the same options give the same inputs again, and what was saved goes on the same.
 */
export interface MarketSource extends Resumable {
  readonly symbols: readonly string[];
  /** Bars of the past, from before the first input; those of one name oldest first. */
  readonly history: readonly Bar[];
  /** What companies did before the first input, oldest first; `history` is not adjusted for it. */
  readonly past: readonly Announcement[];
  /** When the market does something next; null when it has nothing more to say. */
  nextDueAt(): Milliseconds | null;
  /** What the market does at `nextDueAt`, in order; the source then moves on. */
  next(): readonly MarketInput[];
}
