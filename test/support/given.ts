import type { ControlFacts } from '../../src/domain/control-facts.ts';
import { decimal, notional, price, quantity, sharesLeft } from '../../src/domain/decimal.ts';
import type { Environment, TradingState } from '../../src/domain/environment.ts';
import type { ClientOrderId } from '../../src/domain/ids.ts';
import { episodeId, orderId, ticker } from '../../src/domain/ids.ts';
import type { Bar, Session, SymbolMarket } from '../../src/domain/market.ts';
import type {
  Order,
  OrderClass,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForce,
} from '../../src/domain/order.ts';
import type { Action, Evaluation, Urgency } from '../../src/domain/policy.ts';
import type {
  Account,
  Episode,
  Incoherence,
  IntentRecord,
  PortfolioSnapshot,
  Position,
  PositionContext,
  PositionSide,
} from '../../src/domain/portfolio.ts';
import type { EpochMs } from '../../src/domain/time.ts';
import { contextFor } from '../../src/engine/account/context.ts';
import { coverOf } from '../../src/engine/account/cover.ts';

/** Wednesday 2026-10-14, 10:00 in New York: half an hour into the session. */
export const NOW: EpochMs = Date.UTC(2026, 9, 14, 14, 0, 0);
export const ACCOUNT_NUMBER = 'PA3TEST00001';

const OPEN: Session = {
  isOpen: true,
  openAt: Date.UTC(2026, 9, 14, 13, 30, 0),
  closeAt: Date.UTC(2026, 9, 14, 20, 0, 0),
  nextOpenAt: Date.UTC(2026, 9, 15, 13, 30, 0),
};

/** The same day after the close. */
export const closedSession: Session = { ...OPEN, isOpen: false, openAt: null, closeAt: null };

export type GivenOrder = {
  readonly id?: string;
  readonly clientOrderId?: string;
  readonly symbol?: string;
  readonly side?: OrderSide;
  readonly type?: OrderType;
  readonly orderClass?: OrderClass;
  readonly timeInForce?: TimeInForce;
  readonly quantity?: string | null;
  readonly filled?: string;
  readonly limit?: string | null;
  readonly stop?: string | null;
  readonly status?: OrderStatus;
  readonly createdAt?: EpochMs;
  readonly updatedAt?: EpochMs;
  readonly replaces?: string | null;
  readonly replacedBy?: string | null;
  readonly parentId?: string | null;
  /** Foreign orders lack our prefix. Ignored when `clientOrderId` is given. */
  readonly foreign?: boolean;
};

/** A live sell limit of 10 AAPL, ours, unless said otherwise. */
export function order(given: GivenOrder = {}): Order {
  const id = given.id ?? 'order-1';
  const createdAt = given.createdAt ?? NOW - 3_600_000;
  return {
    id: orderId(id),
    clientOrderId: (given.clientOrderId ??
      `${given.foreign ? 'app' : 'bb1'}-${id}`) as ClientOrderId,
    symbol: ticker(given.symbol ?? 'AAPL'),
    side: given.side ?? 'sell',
    type: given.type ?? 'limit',
    orderClass: given.orderClass ?? 'simple',
    timeInForce: given.timeInForce ?? 'gtc',
    positionIntent: null,
    quantity: given.quantity === null ? null : quantity(given.quantity ?? '10'),
    filledQuantity: quantity(given.filled ?? '0'),
    filledAveragePrice: null,
    limitPrice: given.limit == null ? null : price(given.limit),
    stopPrice: given.stop == null ? null : price(given.stop),
    status: given.status ?? 'new',
    extendedHours: false,
    createdAt,
    updatedAt: given.updatedAt ?? createdAt,
    expiresAt: null,
    replaces: given.replaces == null ? null : orderId(given.replaces),
    replacedBy: given.replacedBy == null ? null : orderId(given.replacedBy),
    parentId: given.parentId == null ? null : orderId(given.parentId),
  };
}

/** A live protective stop-limit: `stop` 95 and `limit` 94.50 for 10 shares, GTC, ours. */
export const stopLimit = (given: GivenOrder = {}): Order =>
  order({ id: 'stop-1', type: 'stop_limit', stop: '95', limit: '94.5', ...given });

/** A live OCO: the take-profit is the parent, the `held` stop-limit its leg. */
export function oco(given: {
  readonly id?: string;
  readonly symbol?: string;
  readonly side?: OrderSide;
  readonly quantity?: string;
  readonly takeProfit?: string;
  readonly stop?: string;
  readonly limit?: string;
  readonly foreign?: boolean;
}): readonly [takeProfit: Order, stop: Order] {
  const id = given.id ?? 'oco-1';
  const shared: GivenOrder = {
    symbol: given.symbol ?? 'AAPL',
    side: given.side ?? 'sell',
    quantity: given.quantity ?? '10',
    orderClass: 'oco',
    foreign: given.foreign ?? false,
  };
  return [
    order({ ...shared, id, type: 'limit', limit: given.takeProfit ?? '120' }),
    order({
      ...shared,
      id: `${id}-stop`,
      clientOrderId: `leg-of-${id}`, // Alpaca names legs itself.
      type: 'stop_limit',
      stop: given.stop ?? '95',
      limit: given.limit ?? '94.5',
      status: 'held',
      parentId: id,
    }),
  ];
}

export type GivenHolding = {
  readonly symbol?: string;
  readonly side?: PositionSide;
  readonly quantity?: string;
  /** Default: what the given orders leave free. */
  readonly available?: string;
  readonly entry?: string;
  /** The mark; also the broker's current price. */
  readonly price?: string;
  /** Bid and ask; default a cent on either side of the price; null for no quote. */
  readonly bid?: string | null;
  readonly ask?: string | null;
  readonly quotedAt?: EpochMs;
  readonly averageTrueRange?: string | null;
  readonly halted?: boolean;
  readonly initialStop?: string | null;
  readonly highWater?: string;
  readonly milestones?: readonly string[];
  readonly episode?: number;
  readonly openedAt?: EpochMs;
  readonly assetClass?: Position['assetClass'];
  readonly orders?: readonly Order[];
};

export type GivenWorld = {
  readonly holdings?: readonly GivenHolding[];
  readonly at?: EpochMs;
  readonly version?: number;
  readonly environment?: Environment;
  readonly account?: Partial<Account>;
  readonly session?: Session;
  readonly intents?: readonly IntentRecord[];
  readonly tradingState?: TradingState;
  readonly incoherences?: readonly Incoherence[];
  readonly confirmedAt?: Partial<PortfolioSnapshot['confirmedAt']>;
  /** Orders in symbols that are not held, and ended orders. */
  readonly otherOrders?: readonly Order[];
};

/** A coherent snapshot of an open session, everything confirmed just now. */
export function snapshot(given: GivenWorld = {}): PortfolioSnapshot {
  const holdings = given.holdings ?? [{}];
  const at = given.at ?? NOW;
  return {
    version: given.version ?? 1,
    at,
    environment: given.environment ?? 'simulated',
    account: account(given.account),
    positions: holdings.map(positionOf),
    orders: [...holdings.flatMap(({ orders = [] }) => orders), ...(given.otherOrders ?? [])],
    markets: new Map(holdings.map((held) => [tickerOf(held), marketOf(held, at)])),
    session: given.session ?? OPEN,
    episodes: new Map(holdings.map((held) => [tickerOf(held), episodeOf(held, at)])),
    intents: given.intents ?? [],
    tradingState: given.tradingState ?? 'active',
    tradingStateCauses: [],
    incoherences: given.incoherences ?? [],
    confirmedAt: { account: at, positions: at, orders: at, ...given.confirmedAt },
  };
}

/**
 * The context of one holding: 10 AAPL long at 100, now 100, first stop at 95, average
 * true range 2, no orders, in an open session, unless said otherwise.
 */
export function holding(given: GivenHolding & Omit<GivenWorld, 'holdings'> = {}): PositionContext {
  const context = contextFor(snapshot({ ...given, holdings: [given] }), tickerOf(given));
  if (context === null) throw new Error('a holding always has a context');
  return context;
}

export const account = (given: Partial<Account> = {}): Account => ({
  accountNumber: ACCOUNT_NUMBER,
  equity: notional('100000'),
  lastEquity: notional('100000'),
  cash: notional('50000'),
  buyingPower: notional('200000'),
  blockedBecause: null,
  shortingEnabled: true,
  ...given,
});

/** Daily bars, oldest first, the last one yesterday: each `[open, high, low, close]`. */
export const bars = (...rows: readonly (readonly [string, string, string, string])[]): Bar[] =>
  rows.map(([open, high, low, close], index) => ({
    at: NOW - (rows.length - index) * 86_400_000,
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
  }));

/** Facts with which every control lets AAPL be entered: quiet, compared just now, on every list. */
export const facts = (given: Partial<ControlFacts> = {}): ControlFacts => ({
  messages: [],
  latches: [],
  peakEquity: notional('100000'),
  netDepositsToday: decimal('0'),
  inFlight: [],
  sessionCheck: { at: NOW, brokerSaysOpen: true, calendarSaysOpen: true },
  configuration: {
    at: NOW,
    noShorting: true,
    maxMarginMultiplier: decimal('1'),
    suspendTrade: false,
    fractionalTrading: true,
  },
  recordAgreedAt: NOW,
  asset: { assetClass: 'us_equity', isActive: true, isTradable: true },
  averageDailyVolume: quantity('100000000'),
  ownEntryQuantities: [],
  groups: new Map(),
  ...given,
});

/** What a policy says when it wants something. */
export const wants = (
  action: Action,
  given: { policy?: string; symbol?: string; urgency?: Urgency; because?: string } = {},
): Evaluation => ({
  outcome: 'recommends',
  recommendation: {
    policy: given.policy ?? action.kind,
    symbol: ticker(given.symbol ?? 'AAPL'),
    action,
    urgency: given.urgency ?? 'normal',
    because: given.because ?? `a test wants to ${action.kind}`,
  },
});

export const protect = (stop: string, limit: string): Action => ({
  kind: 'protect',
  stopPrice: price(stop),
  limitPrice: price(limit),
});
export const reduce = (shares: string, milestone = 'partial@2R'): Action => ({
  kind: 'reduce',
  quantity: quantity(shares),
  milestone,
});
export const takeProfit = (shares: string, limit: string, milestone = 'partial@2R'): Action => ({
  kind: 'take_profit',
  quantity: quantity(shares),
  limitPrice: price(limit),
  milestone,
});
export const exit = (milestone = 'exit@host'): Action => ({ kind: 'exit', milestone });
export const reprice = (limit: string): Action => ({ kind: 'reprice', limitPrice: price(limit) });

const tickerOf = (held: GivenHolding) => ticker(held.symbol ?? 'AAPL');

function positionOf(held: GivenHolding): Position {
  const current = price(held.price ?? '100');
  const position: Position = {
    symbol: tickerOf(held),
    side: held.side ?? 'long',
    quantity: quantity(held.quantity ?? '10'),
    availableQuantity: quantity(held.quantity ?? '10'),
    averageEntryPrice: price(held.entry ?? '100'),
    currentPrice: current,
    assetClass: held.assetClass ?? 'us_equity',
  };
  const { exitQuantity } = coverOf(position, held.orders ?? []);
  return {
    ...position,
    availableQuantity:
      held.available === undefined
        ? sharesLeft(position.quantity, exitQuantity)
        : quantity(held.available),
  };
}

function marketOf(held: GivenHolding, at: EpochMs): SymbolMarket {
  const mark = price(held.price ?? '100');
  const quotedAt = held.quotedAt ?? at;
  const bid = held.bid === undefined ? mark.minus('0.01') : held.bid;
  const ask = held.ask === undefined ? mark.plus('0.01') : held.ask;
  return {
    symbol: tickerOf(held),
    quote: bid === null || ask === null ? null : { bid: price(bid), ask: price(ask), at: quotedAt },
    lastTrade: { price: mark, at: quotedAt },
    averageTrueRange: held.averageTrueRange === null ? null : price(held.averageTrueRange ?? '2'),
    halted: held.halted ?? false,
  };
}

function episodeOf(held: GivenHolding, at: EpochMs): Episode {
  const side = held.side ?? 'long';
  const entry = held.entry ?? '100';
  const initialStop =
    held.initialStop === undefined ? (side === 'long' ? '95' : '105') : held.initialStop;
  return {
    id: episodeId(tickerOf(held), held.episode ?? 1),
    symbol: tickerOf(held),
    side,
    openedAt: held.openedAt ?? at - 86_400_000,
    quantity: quantity(held.quantity ?? '10'),
    entryPrice: price(entry),
    initialStopPrice: initialStop === null ? null : price(initialStop),
    highWaterPrice: price(held.highWater ?? held.price ?? entry),
    milestones: held.milestones ?? [],
  };
}
