import { addShares, type Price } from '../../domain/decimal.ts';
import type { Ticker } from '../../domain/ids.ts';
import type { SymbolMarket } from '../../domain/market.ts';
import type { OrderSide } from '../../domain/order.ts';
import type { PlanPart } from '../../domain/plan.ts';
import type {
  Episode,
  PortfolioSnapshot,
  Position,
  PositionContext,
  PositionSide,
} from '../../domain/portfolio.ts';
import { contextFor } from './context.ts';
import { coverOf } from './cover.ts';
import { flatContextAt } from './flat-context.ts';

/** True for a part that opens a position or adds to one. */
export const isForEntry = ({ cause }: Pick<PlanPart, 'cause'>): boolean =>
  cause === 'position_opened';

export const sideOpenedBy = (side: OrderSide): PositionSide => (side === 'buy' ? 'long' : 'short');

/**
 * A symbol as it stands before something is opened in it: as the position that is added to, or
 * as one of no shares.
 *
 * @returns null where it is held on the other side, cannot be read whole, or has no price
 */
export function entryContextFor(
  snapshot: PortfolioSnapshot,
  symbol: Ticker,
  side: PositionSide,
): PositionContext | null {
  const held = contextFor(snapshot, symbol);
  if (held !== null) return held.position.side === side ? held : null;
  if (snapshot.positions.some((position) => position.symbol === symbol)) return null;
  const at = markOf(snapshot.markets.get(symbol), side);
  return at === null ? null : flatContextAt(snapshot, symbol, { side, at });
}

/** The position once the entry of `part` has filled whole, at the price of now. */
export function positionWith({ position }: PositionContext, part: PlanPart): Position {
  const quantity = part.steps.reduce(
    (held, step) =>
      step.kind === 'submit' && step.purpose === 'open' && step.order.quantity !== null
        ? addShares(held, step.order.quantity)
        : held,
    position.quantity,
  );
  return { ...position, quantity, availableQuantity: quantity };
}

/** The last trade, else what an entry would have to pay. */
function markOf(market: SymbolMarket | undefined, side: PositionSide): Price | null {
  const { lastTrade = null, quote = null } = market ?? {};
  return lastTrade?.price ?? (side === 'long' ? quote?.ask : quote?.bid) ?? null;
}

/**
 * The position that an entry would make by itself, with no stop yet: what policies say to it is
 * where its first stop belongs.
 *
 * @param stopPrice the stop that it is wanted with; null where none was named
 */
export function supposedContext(
  context: PositionContext,
  entryPrice: Price,
  shares: Position['quantity'],
  stopPrice: Price | null,
): PositionContext {
  const position: Position = {
    ...context.position,
    quantity: shares,
    availableQuantity: shares,
    averageEntryPrice: entryPrice,
  };
  const episode: Episode = {
    ...context.episode,
    openedAt: context.now,
    quantity: shares,
    entryPrice,
    initialStopPrice: stopPrice,
    highWaterPrice: entryPrice,
    milestones: [],
  };
  return {
    ...context,
    position,
    episode,
    orders: [],
    intents: [],
    cover: coverOf(position, []),
    riskPerShare: null,
  };
}
