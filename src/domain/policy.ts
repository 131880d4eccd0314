import type { Price, Quantity } from './decimal.ts';
import type { Ticker } from './ids.ts';
import type { PositionContext } from './portfolio.ts';

/** What should become true, never how to make it so: the planner owns the how. */
export type Action =
  /** All shares covered by a stop-limit at this price or a tighter one. */
  | { readonly kind: 'protect'; readonly stopPrice: Price; readonly limitPrice: Price }
  /** `quantity` fewer shares, once per milestone and episode. */
  | {
      readonly kind: 'reduce';
      readonly quantity: Quantity;
      readonly milestone: string;
      /** Those that wait for their profit: their own order is brought to the market. */
      readonly fromTakeProfit?: true;
    }
  /** Some of the shares get a limit beside their stop, so that a profit is taken at the broker. */
  | {
      readonly kind: 'take_profit';
      readonly quantity: Quantity;
      readonly limitPrice: Price;
      readonly milestone: string;
    }
  /** A triggered stop-limit did not fill: move its limit, staying under the collar. */
  | { readonly kind: 'reprice'; readonly limitPrice: Price }
  /** Flat. */
  | { readonly kind: 'exit'; readonly milestone: string };

export type Urgency = 'critical' | 'high' | 'normal';

/** Who asked: a policy by name, or `host` for an intent through MCP. */
export type Recommendation = {
  readonly policy: string;
  readonly symbol: Ticker;
  readonly action: Action;
  readonly urgency: Urgency;
  /** A sentence with the numbers, for the journal and for people. */
  readonly because: string;
};

/** A policy that wants nothing says why, so that silence can be told from a fault. */
export type Evaluation =
  | { readonly outcome: 'recommends'; readonly recommendation: Recommendation }
  | { readonly outcome: 'abstains'; readonly policy: string; readonly because: string }
  /** It says what it would do, and counts for nothing: its rollout does not let it act here. */
  | {
      readonly outcome: 'shadows';
      readonly recommendation: Recommendation;
      readonly because: string;
    };

/** Pure: the same context gives the same answer, and nothing is remembered between calls. */
export type TradingPolicy = {
  readonly name: string;
  /** One sentence in the words of the account's owner. */
  readonly promise: string;
  evaluate(context: PositionContext): Evaluation;
};
