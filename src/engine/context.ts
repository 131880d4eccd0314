import type { Price } from '../domain/decimal.ts';
import { ZERO } from '../domain/decimal.ts';
import type { Ticker } from '../domain/ids.ts';
import type { SymbolMarket } from '../domain/market.ts';
import { isTerminal } from '../domain/order.ts';
import type {
  Episode,
  IntentRecord,
  PortfolioSnapshot,
  Position,
  PositionContext,
} from '../domain/portfolio.ts';
import { coverOf } from './cover.ts';
import { belongsTo } from './intents.ts';

/** All that is known of one symbol; null when nothing is held or its episode is not known yet. */
export function contextFor(snapshot: PortfolioSnapshot, symbol: Ticker): PositionContext | null {
  const position = snapshot.positions.find((held) => held.symbol === symbol);
  const episode = snapshot.episodes.get(symbol);
  if (position === undefined || episode === undefined) return null;

  const market = snapshot.markets.get(symbol) ?? unknownMarket(symbol);
  const price = markOf(position, market, snapshot.confirmedAt.positions);
  const orders = snapshot.orders.filter(
    (order) => order.symbol === symbol && !isTerminal(order.status),
  );
  const intents = intentsFor(snapshot, episode);
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

/** Entry minus initial stop, the other way for a short; null while there is no stop behind it. */
function riskPerShareOf(episode: Episode): Price | null {
  if (episode.initialStopPrice === null) return null;
  const distance = episode.entryPrice.minus(episode.initialStopPrice);
  const risk = episode.side === 'long' ? distance : distance.neg();
  return risk.gt(ZERO) ? (risk as Price) : null;
}

/** True while the outcome of one of our orders is not known. */
export const isUnsettled = (intents: readonly IntentRecord[]): boolean =>
  intents.some(({ state }) => state === 'unknown');

/** The last trade when it is newer than the broker's own figure, else that figure. */
function markOf(position: Position, market: SymbolMarket, confirmedAt: number): Price {
  const trade = market.lastTrade;
  return trade !== null && trade.at >= confirmedAt ? trade.price : position.currentPrice;
}

const intentsFor = (snapshot: PortfolioSnapshot, episode: Episode): readonly IntentRecord[] =>
  snapshot.intents.filter(({ key }) => belongsTo(key, snapshot.account.accountNumber, episode.id));

const unknownMarket = (symbol: Ticker): SymbolMarket => ({
  symbol,
  quote: null,
  lastTrade: null,
  averageTrueRange: null,
  halted: false,
});
