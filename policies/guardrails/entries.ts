import {
  NO_DOLLARS,
  NO_SHARES,
  type Notional,
  notional,
  type Price,
  type Quantity,
  worth,
} from '../../src/domain/decimal.ts';
import type { Ticker } from '../../src/domain/ids.ts';
import type { Quote, SymbolMarket } from '../../src/domain/market.ts';
import { isTerminal, type Order, remainingQuantity } from '../../src/domain/order.ts';
import type { PlanPart, Step } from '../../src/domain/plan.ts';
import type { PortfolioSnapshot, Position } from '../../src/domain/portfolio.ts';
import { sharesAdded } from '../../src/domain/risk-reducing.ts';
import { exitSide } from '../../src/domain/side.ts';

/** What one step would add to a position; its worth is null where no price tells it. */
export type Entry = { readonly quantity: Quantity; readonly worth: Notional | null };

/** The steps of a part that add shares, whatever they say of themselves. */
export function entriesOf(part: PlanPart, snapshot: PortfolioSnapshot): readonly Entry[] {
  const held = heldIn(part, snapshot);
  const market = snapshot.markets.get(part.symbol);
  return part.steps.flatMap((step) => {
    const quantity = sharesAdded(step, held);
    if (quantity.eq(NO_SHARES)) return [];
    const at = entryPrice(step, market);
    return [{ quantity, worth: at === null ? null : worth(at, quantity) }];
  });
}

/** Shares held now; a symbol that is not held has none, on the side of the plan's target. */
const heldIn = (
  { symbol, target }: PlanPart,
  { positions }: PortfolioSnapshot,
): Pick<Position, 'side' | 'quantity'> =>
  positions.find((position) => position.symbol === symbol) ?? {
    side: target.side,
    quantity: NO_SHARES,
  };

/** The sum of some amounts; null when one of them is not known. */
export function total(amounts: readonly (Notional | null)[]): Notional | null {
  let sum = NO_DOLLARS;
  for (const amount of amounts) {
    if (amount === null) return null;
    sum = notional(sum.plus(amount));
  }
  return sum;
}

/**
 * What positions and waiting entries are worth together, without the orders that `parts`
 * replace or cancel; null where a price or a size is not known.
 *
 * @param symbol one symbol, or null for the whole account
 */
export function exposureOf(
  snapshot: PortfolioSnapshot,
  parts: readonly PlanPart[],
  symbol: Ticker | null,
): Notional | null {
  const isMeant = (one: { readonly symbol: Ticker }) => symbol === null || one.symbol === symbol;
  const held = new Map(snapshot.positions.filter(isMeant).map((one) => [one.symbol, one]));
  const touched = new Set(
    parts.flatMap(({ steps }) =>
      steps.map((step) => (step.kind === 'submit' ? null : step.orderId)),
    ),
  );
  const waiting = snapshot.orders.filter(
    (order) => isMeant(order) && !touched.has(order.id) && isEntry(order, held.get(order.symbol)),
  );
  return total([
    ...[...held.values()].map(({ currentPrice, quantity }) => worth(currentPrice, quantity)),
    ...waiting.map((order) => orderWorth(order, snapshot.markets.get(order.symbol))),
  ]);
}

function isEntry(order: Order, position: Position | undefined): boolean {
  if (isTerminal(order.status) || order.parentId !== null) return false;
  return position === undefined || order.side !== exitSide(position.side);
}

function orderWorth(order: Order, market: SymbolMarket | undefined): Notional | null {
  const quantity = remainingQuantity(order);
  const at = order.limitPrice ?? order.stopPrice ?? farSide(order.side, market);
  return quantity === null || at === null ? null : worth(at, quantity);
}

function entryPrice(step: Step, market: SymbolMarket | undefined): Price | null {
  if (step.kind === 'cancel') return null;
  const { limitPrice, stopPrice } =
    step.kind === 'submit'
      ? step.order
      : {
          limitPrice: step.change.limitPrice ?? step.before.limitPrice,
          stopPrice: step.change.stopPrice ?? step.before.stopPrice,
        };
  const side = step.kind === 'submit' ? step.order.side : step.before.side;
  return limitPrice ?? stopPrice ?? farSide(side, market);
}

/** What an order without a price of its own pays at once; null without a real quote. */
function farSide(side: Order['side'], market: SymbolMarket | undefined): Price | null {
  const quote: Quote | null = market?.quote ?? null;
  const at = side === 'buy' ? quote?.ask : quote?.bid;
  return at?.gt('0') === true ? at : null;
}
