import { NO_DOLLARS, NO_SHARES, price, ZERO } from '../domain/decimal.ts';
import type { Decision } from '../domain/decision.ts';
import { episodeId, type Ticker } from '../domain/ids.ts';
import { isTerminal, type Order, type OrderSide } from '../domain/order.ts';
import type { PlanPart } from '../domain/plan.ts';
import type { PortfolioSnapshot, PositionContext, PositionSide } from '../domain/portfolio.ts';
import { recipeText } from '../domain/recipe.ts';
import { bookOf, booksAlong } from './book.ts';
import { type Draft, identify } from './candidate.ts';
import { unknownMarket } from './context.ts';
import { coverOf } from './cover.ts';
import { basisOf } from './drift.ts';
import { groupsOf, isManaged } from './groups.ts';
import { orderLines } from './orders.ts';
import type { Planning } from './plan.ts';
import type { PlanningSettings } from './planning-settings.ts';
import { isCancelable } from './rules/cancel.ts';

/** Exits that rest in a symbol of which nothing is held: what they fill opens a position. */
type Orphans = {
  /** One order of each group that may be canceled now; its fellows go with it. */
  readonly ours: readonly Order[];
  /** Exits of the user's app or of another bot: for their owner to cancel. */
  readonly foreign: readonly Order[];
};

/**
 * Sorts a flat symbol's orders. We place exits only, so that every order of ours is an
 * orphan; a foreign one counts as an entry unless it sells or says that it closes.
 */
function orphansIn({ orders, intents }: Pick<PositionContext, 'orders' | 'intents'>): Orphans {
  const ours: Order[] = [];
  const foreign: Order[] = [];
  for (const group of groupsOf(orders)) {
    const members = group.orders.filter(isLive);
    if (members.some(isEntry)) continue;
    const managed = members.find((order) => isManaged(order, orders, intents));
    // While one of them is changing at the broker, its end has to be awaited.
    if (managed === undefined) foreign.push(...members.filter(opensWhenFlat));
    else if (members.every(isCancelable)) ours.push(managed);
  }
  return { ours, foreign };
}

/** The orphans of a symbol of which nothing is held. */
export const orphansOf = (snapshot: PortfolioSnapshot, symbol: Ticker): Orphans =>
  orphansIn({ orders: liveOrders(snapshot, symbol), intents: intentsOf(snapshot, symbol) });

/**
 * A flat symbol with exits of ours, seen as a position of no shares, so that the same
 * guardrails judge what is done there. It lies between two episodes, and has number 0.
 *
 * @returns null when no exit of ours rests there; whether the symbol is flat is the caller's
 *   to know
 */
export function flatContextFor(
  snapshot: PortfolioSnapshot,
  symbol: Ticker,
): PositionContext | null {
  const [orphan] = orphansOf(snapshot, symbol).ours;
  if (orphan === undefined) return null;
  const side = sideClosedBy(orphan.side);
  const orders = liveOrders(snapshot, symbol);
  const at = orphan.stopPrice ?? orphan.limitPrice ?? price(ZERO);
  const position = {
    symbol,
    side,
    quantity: NO_SHARES,
    availableQuantity: NO_SHARES,
    averageEntryPrice: at,
    currentPrice: at,
    assetClass: symbol.includes('/') ? 'crypto' : 'us_equity',
  } as const;
  return {
    now: snapshot.at,
    environment: snapshot.environment,
    snapshotVersion: snapshot.version,
    account: snapshot.account,
    position,
    episode: {
      id: episodeId(symbol, 0),
      symbol,
      side,
      openedAt: snapshot.at,
      quantity: NO_SHARES,
      entryPrice: at,
      initialStopPrice: null,
      highWaterPrice: at,
      milestones: [],
    },
    orders,
    cover: coverOf(position, orders),
    market: snapshot.markets.get(symbol) ?? unknownMarket(symbol),
    session: snapshot.session,
    price: at,
    riskPerShare: null,
    gainPerShare: ZERO,
    intents: intentsOf(snapshot, symbol),
    tradingState: snapshot.tradingState,
  };
}

/**
 * What is to be done in a flat symbol: hold nothing, and cancel each group of orphans. That
 * is asked for outside the session, too, since no shares wait for its end.
 *
 * @param context as `flatContextFor` made it
 */
export function releaseOrphans(
  context: PositionContext,
  settings: PlanningSettings,
): { readonly decision: Decision } & Planning {
  const decision = releaseDecision(context);
  return { decision, ...planRelease(decision, context, settings) };
}

function releaseDecision(context: PositionContext): Decision {
  const { symbol, side } = context.position;
  return {
    symbol,
    at: context.now,
    snapshotVersion: context.snapshotVersion,
    evaluations: [],
    target: {
      symbol,
      side,
      holdQuantity: NO_SHARES,
      cover: null,
      sale: null,
      takeProfit: null,
      repriceLimit: null,
    },
    chosen: [],
    overruled: [],
    urgency: 'critical',
  };
}

function planRelease(
  { target }: Decision,
  context: PositionContext,
  { gapPercent }: PlanningSettings,
): Planning {
  const recipe = recipeText(['cancel-orphaned-exits']);
  const drafts = orphansIn(context).ours.map(
    (before): Draft => ({ kind: 'cancel', purpose: 'release', before }),
  );
  const identified = identify({ drafts }, context);
  if (identified.outcome === 'spent') {
    const notes = [{ recipe, because: identified.because }];
    return { outcome: 'impossible', part: null, notes };
  }
  const after = booksAlong(drafts, context).at(-1) ?? bookOf(context);
  const part: PlanPart = {
    symbol: target.symbol,
    episodeId: context.episode.id,
    recipe,
    cause: 'orphans_released',
    target,
    steps: identified.steps,
    basis: basisOf(context),
    ordersBefore: orderLines(context.orders.filter(isLive), context),
    ordersAfter: orderLines(after.orders.filter(isLive), context),
    naked: {
      seconds: 0,
      shareSeconds: NO_SHARES,
      dollarSeconds: NO_DOLLARS,
      because: 'nothing is held that could be without cover',
    },
    worstLoss: { atStop: NO_DOLLARS, withGap: NO_DOLLARS, gapPercent },
    because: [
      'nothing is held any more, so that an exit that fills would open ' +
        `a ${target.side === 'long' ? 'short' : 'long'} position`,
    ],
  };
  return { outcome: 'planned', part, notes: [] };
}

/** With the orders that they hang on, ended or not: those tell whose they are. */
function liveOrders({ orders }: PortfolioSnapshot, symbol: Ticker): readonly Order[] {
  const own = orders.filter((order) => order.symbol === symbol);
  const parents = new Set(own.filter(isLive).map(({ parentId }) => parentId));
  return own.filter((order) => isLive(order) || parents.has(order.id));
}

const isLive = ({ status }: Order): boolean => !isTerminal(status);

const intentsOf = ({ intents }: PortfolioSnapshot, symbol: Ticker) =>
  intents.filter(({ key }) => key.includes(`|${symbol}#`));

const isEntry = ({ positionIntent }: Order): boolean =>
  positionIntent === 'buy_to_open' || positionIntent === 'sell_to_open';

/** Without a word about what it is for, a sale of nothing opens a short; a purchase is an entry. */
const opensWhenFlat = ({ side, positionIntent }: Order): boolean =>
  side === 'sell' || positionIntent === 'buy_to_close';

const sideClosedBy = (side: OrderSide): PositionSide => (side === 'sell' ? 'long' : 'short');
