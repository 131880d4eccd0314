import { NO_SHARES, type Price, ZERO } from '../../domain/decimal.ts';
import { episodeId, type Ticker } from '../../domain/ids.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import type { PortfolioSnapshot, PositionContext, PositionSide } from '../../domain/portfolio.ts';
import { unknownMarket } from './context.ts';
import { coverOf } from './cover.ts';

/**
 * A symbol of which nothing is held, seen as a position of no shares, so that the same
 * guardrails judge what is done there. It lies between two episodes, and has number 0.
 *
 * @param at the price that it is judged by
 */
export function flatContextAt(
  snapshot: PortfolioSnapshot,
  symbol: Ticker,
  { side, at }: { readonly side: PositionSide; readonly at: Price },
): PositionContext {
  const orders = liveOrdersIn(snapshot, symbol);
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
    intents: intentsIn(snapshot, symbol),
    tradingState: snapshot.tradingState,
  };
}

/** With the orders that they hang on, ended or not: those tell whose they are. */
export function liveOrdersIn({ orders }: PortfolioSnapshot, symbol: Ticker): readonly Order[] {
  const own = orders.filter((order) => order.symbol === symbol);
  const parents = new Set(own.filter(isLive).map(({ parentId }) => parentId));
  return own.filter((order) => isLive(order) || parents.has(order.id));
}

export const intentsIn = ({ intents }: PortfolioSnapshot, symbol: Ticker) =>
  intents.filter(({ key }) => key.includes(`|${symbol}#`));

export const isLive = ({ status }: Order): boolean => !isTerminal(status);
