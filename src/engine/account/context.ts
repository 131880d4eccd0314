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
import { isOnScaleBefore } from './splits.ts';
import { withUnseenSuccessors } from './successors.ts';

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
  const live = liveOrdersBySymbol(snapshot.orders).get(symbol) ?? [];
  const orders = markedAfterSplit(pairsAsLeft(live), episode, price);
  const intents = [...intentsFor(snapshot, episode), ...entriesBehind(live, snapshot, symbol)];
  const gain = price.minus(episode.entryPrice);
  return {
    now: snapshot.at,
    environment: snapshot.environment,
    snapshotVersion: snapshot.version,
    account: snapshot.account,
    position,
    episode,
    orders,
    cover: coverOf(position, orders, price, isUnsettled(intents)),
    market,
    session: snapshot.session,
    price,
    riskPerShare: riskPerShareOf(episode),
    gainPerShare: position.side === 'long' ? gain : gain.neg(),
    intents,
    tradingState: snapshot.tradingState,
  };
}

function markedAfterSplit(
  orders: readonly Order[],
  episode: Episode,
  price: Price,
): readonly Order[] {
  if (episode.splitAfter === undefined) return orders;
  return orders.map((order) =>
    isOnScaleBefore(order, episode, price) ? { ...order, isBeforeSplit: true } : order,
  );
}

const positionsBySymbol = indexed((positions: readonly Position[]) =>
  groupedBy(positions, ({ symbol }) => symbol),
);
const liveOrdersBySymbol = indexed((orders: readonly Order[]) =>
  groupedBy(withUnseenSuccessors(orders), ({ symbol }) => symbol),
);
const intentsByEpisode = indexed((intents: readonly IntentRecord[]) =>
  groupedBy(intents, ({ key }) => episodeKey(key)),
);

/** Snapshots share the lists that did not change, so each list is indexed once. */
function indexed<List extends object, Index>(index: (list: List) => Index): (list: List) => Index {
  const indexes = new WeakMap<List, Index>();
  return (list) => {
    const made = indexes.get(list) ?? index(list);
    indexes.set(list, made);
    return made;
  };
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key) {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Entry minus initial stop, the other way for a short; null while there is no stop behind it. */
function riskPerShareOf(episode: Episode): Price | null {
  if (episode.initialStopPrice === null) return null;
  const distance = episode.entryPrice.minus(episode.initialStopPrice);
  const risk = episode.side === 'long' ? distance : distance.neg();
  return risk.gt(ZERO) ? (risk as Price) : null;
}

/** True while the outcome of one of our orders is not known. */
const isUnsettled = (intents: readonly IntentRecord[]): boolean =>
  intents.some(({ state }) => state === 'unknown');

/** The last trade when it is newer than the broker's own figure, else that figure. */
function markOf(position: Position, market: SymbolMarket, confirmedAt: number): Price {
  const trade = market.lastTrade;
  return trade !== null && trade.at >= confirmedAt ? trade.price : position.currentPrice;
}

const intentsFor = (snapshot: PortfolioSnapshot, episode: Episode): readonly IntentRecord[] =>
  intentsByEpisode(snapshot.intents).get(keyFor(snapshot.account.accountNumber, episode.id, '')) ??
  [];

/** The entry that brought its stop along was sent while nothing was held: before the episode. */
function entriesBehind(
  live: readonly Order[],
  { intents, account }: PortfolioSnapshot,
  symbol: Ticker,
): readonly IntentRecord[] {
  const parents = new Set(live.flatMap(({ parentId }) => parentId ?? []));
  if (parents.size === 0) return [];
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
