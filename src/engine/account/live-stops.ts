import type { Price } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import { isTriggered } from '../../domain/order.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { exitSide, isTighter } from '../../domain/side.ts';
import type { PlanningSettings } from '../planning-settings.ts';
import { isDormant, isStop } from './cover.ts';
import { groupsOf, mayChange } from './groups.ts';

export type LiveStop = { readonly stopPrice: Price; readonly limitPrice: Price | null };

/** Our own stops: the tightest that waits for its price, and those that had it and did not fill. */
export type LiveStops = {
  readonly tightest: LiveStop | null;
  readonly triggered: readonly Order[];
};

/** Foreign stops guard their shares, but bind nobody: their price is not ours to spread. */
export function liveStopsOf(
  context: PositionContext,
  foreignOrders: PlanningSettings['foreignOrders'],
): LiveStops {
  const { orders, position, price } = context;
  const side = exitSide(position.side);
  const triggered: Order[] = [];
  let tightest: LiveStop | null = null;
  for (const group of groupsOf(orders)) {
    if (isDormant(group, side)) continue;
    for (const order of group.orders) {
      const { stopPrice, limitPrice } = order;
      if (order.side !== side || !isStop(order) || stopPrice === null) continue;
      if (order.isBeforeSplit === true) continue;
      if (!mayChange(order, context, foreignOrders)) continue;
      if (isTriggered(order, price)) triggered.push(order);
      else if (tightest === null || isTighter(position.side, stopPrice, tightest.stopPrice)) {
        tightest = { stopPrice, limitPrice };
      }
    }
  }
  return { tightest, triggered };
}
