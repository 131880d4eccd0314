import type { Bar, Milliseconds, Quote, Trade } from '../core/types.ts';

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
  | { readonly kind: 'split'; readonly at: Milliseconds; readonly split: Split };

/**
 * Where prices come from: a generator or recorded bars. It is read forward once, instant by
 * instant; the same options give the same inputs again.
 */
export interface MarketSource {
  readonly symbols: readonly string[];
  /** Bars of the past, from before the first input; those of one name oldest first. */
  readonly history: readonly Bar[];
  /** When the market does something next; null when it has nothing more to say. */
  nextDueAt(): Milliseconds | null;
  /** What the market does at `nextDueAt`, in order; the source then moves on. */
  next(): readonly MarketInput[];
}
