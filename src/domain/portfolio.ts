import type { Advice } from './advice.ts';
import type { Decimal, Notional, Price, Quantity } from './decimal.ts';
import type { Environment, TradingState, TradingStateCause } from './environment.ts';
import type { EpisodeId, OrderId, Ticker } from './ids.ts';
import type { Session, SymbolMarket } from './market.ts';
import type { Order } from './order.ts';
import type { EpochMs } from './time.ts';

export type Account = {
  readonly accountNumber: string;
  readonly equity: Notional;
  /** Equity at the previous close: the base of the daily loss. */
  readonly lastEquity: Notional;
  readonly cash: Notional;
  readonly buyingPower: Notional;
  /** In words, when the broker or the user has blocked trading; null when it is open. */
  readonly blockedBecause: string | null;
  readonly shortingEnabled: boolean;
  /** What the broker holds against new risk; absent where it was not read. */
  readonly margin?: MarginState;
};

/** As the broker reports it with each reading of the account; no rule of its own is assumed. */
type MarginState = {
  /** How many times its equity the account may hold; 1 for cash. */
  readonly multiplier: Decimal;
  /** The least equity that the positions ask for. */
  readonly maintenance: Notional;
  /** In words, each flag that forbids new positions. */
  readonly restrictions: readonly string[];
};

export type PositionSide = 'long' | 'short';

export type Position = {
  readonly symbol: Ticker;
  readonly side: PositionSide;
  /** Shares held, positive on either side. */
  readonly quantity: Quantity;
  /** Shares that no open order holds. */
  readonly availableQuantity: Quantity;
  readonly averageEntryPrice: Price;
  readonly currentPrice: Price;
  readonly assetClass: 'us_equity' | 'crypto';
};

/**
 * One life of a position, flat to flat. Its facts are rebuilt from the journal and
 * the broker; a policy keeps none of them.
 */
export type Episode = {
  readonly id: EpisodeId;
  readonly symbol: Ticker;
  readonly side: PositionSide;
  readonly openedAt: EpochMs;
  /** Shares held when it was last looked at: with the entry it tells a split from a trade. */
  readonly quantity: Quantity;
  readonly entryPrice: Price;
  /** The first protective stop; null until one was set. With the entry it defines R. */
  readonly initialStopPrice: Price | null;
  /** The best price since the entry: highest for a long, lowest for a short. */
  readonly highWaterPrice: Price;
  /** Milestones done for good, for example `partial@2R`. */
  readonly milestones: readonly string[];
  /** Set by a split: orders that have not changed since are of before it. */
  readonly splitAfter?: EpochMs;
  /** When that split was seen: until then orders may have been placed on the old scale. */
  readonly splitSeenAt?: EpochMs;
  /** True when exits that sold more than was held opened it: nobody wanted this position. */
  readonly isExcess?: true;
};

/** An order that we sent or meant to send, as far as we can prove. */
export type IntentState = 'intended' | 'unknown' | 'live' | 'filled' | 'partly_filled' | 'dead';

/**
 * What became of the newest order under one idempotency key. The key may be used again
 * only under a higher generation, and that only when the order before it is `dead`:
 * terminal without a fill.
 */
export type IntentRecord = {
  readonly key: string;
  readonly generation: number;
  readonly clientOrderId: string;
  readonly state: IntentState;
  readonly orderId: OrderId | null;
};

/** How well a position is protected, counted pessimistically. */
export type Cover = {
  /** Stops that rest at the broker and can trigger, `held` stop legs included. */
  readonly stops: readonly Order[];
  readonly takeProfits: readonly Order[];
  /** Shares a confirmed stop protects, at most the position. */
  readonly coveredQuantity: Quantity;
  readonly nakedQuantity: Quantity;
  /** Shares that live exits may sell in the worst case; the exits of one group count once. */
  readonly exitQuantity: Quantity;
};

/** Why a snapshot may not be acted on, in words; empty when its parts agree. */
export type Incoherence = {
  readonly symbol: Ticker | null;
  readonly because: string;
  /** True where the figures agree, and a person has to say what the shares are. */
  readonly isRename?: true;
  /** True where the positions only show late what orders have filled: these tell what is held. */
  readonly isLag?: true;
};

/** All that is known at one instant; immutable. */
export type PortfolioSnapshot = {
  readonly version: number;
  readonly at: EpochMs;
  readonly environment: Environment;
  readonly account: Account;
  readonly positions: readonly Position[];
  /** Live orders and those that ended lately; legs flattened. */
  readonly orders: readonly Order[];
  readonly markets: ReadonlyMap<Ticker, SymbolMarket>;
  readonly session: Session;
  readonly episodes: ReadonlyMap<Ticker, Episode>;
  readonly intents: readonly IntentRecord[];
  readonly tradingState: TradingState;
  readonly tradingStateCauses: readonly TradingStateCause[];
  readonly incoherences: readonly Incoherence[];
  /** When each part was last confirmed by the broker. */
  readonly confirmedAt: {
    readonly account: EpochMs;
    readonly positions: EpochMs;
    readonly orders: EpochMs;
  };
};

/** Everything a policy may see of one symbol. */
export type PositionContext = {
  readonly now: EpochMs;
  readonly environment: Environment;
  readonly snapshotVersion: number;
  readonly account: Account;
  readonly position: Position;
  readonly episode: Episode;
  /** Live orders in this symbol, legs flattened. */
  readonly orders: readonly Order[];
  readonly cover: Cover;
  readonly market: SymbolMarket;
  readonly session: Session;
  /** The mark: last trade when fresh, else the broker's current price. */
  readonly price: Price;
  /** Entry minus initial stop (the other way for a short); null before there was a stop. */
  readonly riskPerShare: Price | null;
  /** Gain per share, negative for a loss, in dollars. */
  readonly gainPerShare: Decimal;
  readonly intents: readonly IntentRecord[];
  readonly tradingState: TradingState;
  /** True when `orders` also hold what orders of unknown outcome may turn out to be. */
  readonly isInDoubt?: true;
  /** What was said of the symbol from outside and holds now; absent where nothing was. */
  readonly advice?: readonly Advice[];
};
