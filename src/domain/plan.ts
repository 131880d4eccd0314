import type { ApprovalNeed } from './approval.ts';
import type { Notional, Price, Quantity } from './decimal.ts';
import type { Target } from './decision.ts';
import type { Environment, Mode } from './environment.ts';
import type { ClientOrderId, EpisodeId, OrderId, PlanId, Ticker } from './ids.ts';
import type { Order, OrderChange, OrderRequest, OrderSide } from './order.ts';
import type { PositionSide } from './portfolio.ts';
import type { NakedCause } from './recipe.ts';
import type { EpochMs } from './time.ts';

/**
 * Why a step is taken. `protect` raises cover, `release` frees shares that an exit holds, `open`
 * buys (or sells short) with the stop in the same order group.
 */
export type StepPurpose = 'protect' | 'release' | 'reduce' | 'exit' | 'reprice' | 'open';

/** From the key and the generation the client order id is derived; see client-order-id.ts. */
type Identity = {
  readonly key: string;
  readonly generation: number;
  readonly clientOrderId: ClientOrderId;
};

export type SubmitStep = Identity & {
  readonly kind: 'submit';
  readonly symbol: Ticker;
  readonly purpose: StepPurpose;
  readonly order: OrderRequest;
  readonly until: 'live' | 'filled';
};

export type ReplaceStep = Identity & {
  readonly kind: 'replace';
  readonly symbol: Ticker;
  readonly purpose: StepPurpose;
  readonly orderId: OrderId;
  /** The order as it was when the plan was made. */
  readonly before: Order;
  readonly change: OrderChange;
  readonly until: 'live';
};

export type CancelStep = {
  readonly kind: 'cancel';
  readonly symbol: Ticker;
  readonly purpose: StepPurpose;
  readonly orderId: OrderId;
  readonly before: Order;
  readonly until: 'terminal';
};

export type Step = SubmitStep | ReplaceStep | CancelStep;

/** Time without cover, foreseen: the figure the planner ranks recipes by. */
export type NakedEstimate = {
  readonly seconds: number;
  readonly shareSeconds: Quantity;
  readonly dollarSeconds: Notional;
  /** What the estimate rests on, in words. */
  readonly because: string;
};

/** The most that the part may lose if the stop holds, and with a gap through it. */
export type WorstLoss = {
  readonly atStop: Notional | null;
  readonly withGap: Notional;
  readonly gapPercent: string;
};

/** What the plan was made from; execution stops when the world no longer matches. */
export type PartBasis = {
  readonly snapshotVersion: number;
  readonly side: PositionSide;
  readonly quantity: Quantity;
  readonly price: Price;
  /** `id:status:quantity` of the live orders in the symbol, sorted. */
  readonly orders: readonly string[];
};

/** The ordered difference for one symbol. */
export type PlanPart = {
  readonly symbol: Ticker;
  readonly episodeId: EpisodeId;
  /** Names of recipes, joined by ` + `. */
  readonly recipe: string;
  /** What shares that are without a stop meanwhile are without one for. */
  readonly cause: NakedCause;
  readonly target: Target;
  readonly steps: readonly Step[];
  readonly basis: PartBasis;
  readonly ordersBefore: readonly OrderLine[];
  readonly ordersAfter: readonly OrderLine[];
  readonly naked: NakedEstimate;
  readonly worstLoss: WorstLoss;
  /** The policies whose wishes it follows, or `host`; absent where nobody's does. */
  readonly wantedBy?: readonly string[];
  readonly because: readonly string[];
};

/** One order as a person reads it in a plan. */
export type OrderLine = {
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly quantity: string;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly timeInForce: string;
  readonly owner: 'bigbrother' | 'foreign';
};

/** Who or what wants the plan. */
export type Intent =
  | { readonly kind: 'manage'; readonly symbol: Ticker | null }
  | { readonly kind: 'protect'; readonly symbol: Ticker | null }
  | {
      readonly kind: 'reduce';
      readonly symbol: Ticker;
      readonly amount:
        | { readonly kind: 'fraction'; readonly fraction: string }
        | { readonly kind: 'quantity'; readonly quantity: string };
    }
  | { readonly kind: 'exit'; readonly symbol: Ticker }
  | OpenIntent
  | CoordinatedIntent
  /** Stops what adds risk; its plan has no parts. Only a person stops more, or ends a halt. */
  | { readonly kind: 'halt'; readonly symbol: null };

/** How much is opened; decimal text. `risk`: percent of equity that is lost at the stop. */
type EntrySize =
  | { readonly kind: 'quantity'; readonly quantity: string }
  | { readonly kind: 'dollars'; readonly dollars: string }
  | { readonly kind: 'risk'; readonly percent: string };

/** A position is opened, or added to, together with the stop that guards it. */
export type OpenIntent = {
  readonly kind: 'open';
  readonly symbol: Ticker;
  /** `sell` opens a short position. */
  readonly side: OrderSide;
  readonly size: EntrySize;
  /** Decimal text; null where the policies say where the first stop belongs. */
  readonly stopPrice: string | null;
  /** Null for a limit just through the market. */
  readonly limitPrice: string | null;
  readonly takeProfitPrice: string | null;
};

/** What several positions are left together for. */
export const EXIT_REASONS = [
  'cluster_drawdown',
  'sector_shock',
  'daily_loss',
  'owner_wish',
] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

/** Positions that are left together. */
export type ExitGroup =
  | { readonly by: 'symbols'; readonly symbols: readonly Ticker[] }
  | { readonly by: 'sector'; readonly sector: string }
  /** Those whose prices move with this one's, it included. */
  | { readonly by: 'cluster'; readonly of: Ticker }
  | { readonly by: 'everything' };

/** The share of equity that one name should have, in percent as decimal text. */
type TargetWeight = { readonly symbol: Ticker; readonly percent: string };

/** An intent about several positions at once. */
export type CoordinatedIntent =
  | {
      readonly kind: 'exit_group';
      readonly symbol: null;
      readonly group: ExitGroup;
      readonly reason: ExitReason;
    }
  | {
      readonly kind: 'rebalance';
      readonly symbol: null;
      /** Names that are not among them are left as they are. */
      readonly weights: readonly TargetWeight[];
      /** Percent of equity to stay in cash; null where only the names count. */
      readonly cashPercent: string | null;
    };

export type PlanOrigin = 'loop' | 'host';

/** Under what a plan was made: where one of it changed, the plan is void. */
type PlanTerms = {
  /** Of the contexts it was made from, as the journal holds them. */
  readonly snapshotDigest: string;
  readonly settingsHash: string;
  readonly codeVersion: string;
  readonly mode: Mode;
  /** How far the price may have moved since. */
  readonly tolerance: { readonly priceBps: number };
};

/**
 * What would be done, symbol by symbol. `hash` covers every field but itself, so that
 * what was shown is exactly what is executed, once. The id has 130 random bits, so that no
 * other plan has the hash and nobody guesses either.
 */
export type ActionPlan = {
  readonly id: PlanId;
  readonly origin: PlanOrigin;
  readonly intent: Intent;
  readonly accountNumber: string;
  readonly environment: Environment;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly terms: PlanTerms;
  readonly approval: ApprovalNeed;
  readonly parts: readonly PlanPart[];
  readonly hash: string;
};
