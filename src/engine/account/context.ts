import type { Price } from '../../domain/decimal.ts';
import { ZERO } from '../../domain/decimal.ts';
import { episodeId, type Ticker } from '../../domain/ids.ts';
import type { SymbolMarket } from '../../domain/market.ts';
import type { Order } from '../../domain/order.ts';
import type {
  Episode,
  IntentRecord,
  PortfolioSnapshot,
  Position,
  PositionContext,
} from '../../domain/portfolio.ts';
import { coverOf } from './cover.ts';
import { pairsAsLeft } from './groups.ts';
import { episodeKey, keyFor } from './intents.ts';
import { grouped, indexed, unlessChanged } from './kept.ts';
import { isOnScaleBefore } from './splits.ts';
import { ordersBySymbol, withUnseenSuccessors } from './successors.ts';

const known = new WeakMap<PortfolioSnapshot, Map<Ticker, PositionContext | null>>();

/**
 * All that is known of one symbol; null when nothing is held or its episode is not known yet.
 * The same snapshot and symbol give the same object: snapshots never change.
 */
export function contextFor(snapshot: PortfolioSnapshot, symbol: Ticker): PositionContext | null {
  const contexts = known.get(snapshot) ?? new Map<Ticker, PositionContext | null>();
  known.set(snapshot, contexts);
  const before = contexts.get(symbol);
  if (before !== undefined) return before;
  const context = makeContext(snapshot, symbol);
  contexts.set(symbol, context);
  return context;
}

function makeContext(snapshot: PortfolioSnapshot, symbol: Ticker): PositionContext | null {
  const position = positionsBySymbol(snapshot.positions).get(symbol)?.[0];
  const episode = snapshot.episodes.get(symbol);
  if (position === undefined || episode === undefined) return null;

  const market = snapshot.markets.get(symbol) ?? unknownMarket(symbol);
  const price = markOf(position, market, snapshot.confirmedAt.positions);
  const own = ordersBySymbol(snapshot.orders).get(symbol) ?? NO_ORDERS;
  const live = withUnseenSuccessors(own, snapshot.orders);
  const orders = ordersAsTheyCount(live, episode, price);
  const behind = entriesBehind(live, snapshot, symbol);
  const known = intentsFor(snapshot, episode);
  const intents = behind.length === 0 ? known : [...known, ...behind];
  const gain = price.minus(episode.entryPrice);
  return {
    now: snapshot.at,
    environment: snapshot.environment,
    snapshotVersion: snapshot.version,
    account: snapshot.account,
    position,
    episode,
    orders,
    cover: coverBy(orders, position, price, isUnsettled(intents)),
    market,
    session: snapshot.session,
    price,
    riskPerShare: riskPerShareOf(episode),
    gainPerShare: position.side === 'long' ? gain : gain.neg(),
    intents,
    tradingState: snapshot.tradingState,
  };
}

const NO_ORDERS: readonly Order[] = [];
const NO_INTENTS: readonly IntentRecord[] = [];

/** With what is left of pairs, and marked where they are of before a split. */
const ordersAsTheyCount = unlessChanged(
  (live: readonly Order[], episode: Episode, price: Price): readonly Order[] => {
    const orders = pairsAsLeft(live);
    if (episode.splitAfter === undefined) return orders;
    return orders.map((order) =>
      isOnScaleBefore(order, episode, price) ? { ...order, isBeforeSplit: true } : order,
    );
  },
);
const coverBy = unlessChanged(
  (orders: readonly Order[], position: Position, price: Price, unsettled: boolean) =>
    coverOf(position, orders, price, unsettled),
);

const positionsBySymbol = grouped(({ symbol }: Position) => symbol);
const intentsByEpisode = grouped(({ key }: IntentRecord) => episodeKey(key));

/** Entry minus initial stop, the other way for a short; null while there is no stop behind it. */
function riskPerShareOf(episode: Episode): Price | null {
  if (episode.initialStopPrice === null) return null;
  const distance = episode.entryPrice.minus(episode.initialStopPrice);
  const risk = episode.side === 'long' ? distance : distance.neg();
  return risk.gt(ZERO) ? (risk as Price) : null;
}

/** True while the outcome of one of our orders is not known. */
const isUnsettled = indexed((intents: readonly IntentRecord[]): boolean =>
  intents.some(({ state }) => state === 'unknown'),
);

/** The last trade when it is newer than the broker's own figure, else that figure. */
function markOf(position: Position, market: SymbolMarket, confirmedAt: number): Price {
  const trade = market.lastTrade;
  return trade !== null && trade.at >= confirmedAt ? trade.price : position.currentPrice;
}

const intentsFor = (snapshot: PortfolioSnapshot, episode: Episode): readonly IntentRecord[] =>
  intentsByEpisode(snapshot.intents).get(keyFor(snapshot.account.accountNumber, episode.id, '')) ??
  NO_INTENTS;

/** The entry that brought its stop along was sent while nothing was held: before the episode. */
function entriesBehind(
  live: readonly Order[],
  { intents, account }: PortfolioSnapshot,
  symbol: Ticker,
): readonly IntentRecord[] {
  if (live.every(({ parentId }) => parentId === null)) return NO_INTENTS;
  const parents = new Set(live.flatMap(({ parentId }) => parentId ?? []));
  const before = keyFor(account.accountNumber, episodeId(symbol, 0), '');
  return (intentsByEpisode(intents).get(before) ?? []).filter(
    ({ orderId }) => orderId !== null && parents.has(orderId),
  );
}

/** What is known of a symbol whose prices nobody follows. */
export const unknownMarket = (symbol: Ticker): SymbolMarket => ({
  symbol,
  quote: null,
  lastTrade: null,
  averageTrueRange: null,
  halted: false,
});
