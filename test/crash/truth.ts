import { toNumber } from '../../src/paper-exchange/core/basics/decimal.ts';
import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { ExchangeCore } from '../../src/paper-exchange/core/exchange-core.ts';
import type { Truth, WireLeg } from './evidence.ts';

/**
 * What is held and what is ordered, out of the exchange's own books and in one instant: read over
 * the wire, a fill between the two answers would look like an oversell.
 */
export function truthOf(
  core: ExchangeCore,
  accountId: string,
  { symbol, since }: { readonly symbol: string; readonly since: string | null },
): Truth {
  const held = core.positions(accountId).find((position) => position.symbol === symbol);
  const listed = core.listOrders(accountId, {
    ...{ status: 'all', limit: 500, direction: 'asc', nested: true, side: null },
    ...{ after: since === null ? null : Date.parse(since), until: null },
    ...{ afterOrderId: null, beforeOrderId: null, symbols: new Set([symbol]) },
  });
  const orders = listed.map(({ order, legs }) => ({ ...wire(order), legs: legs.map(wire) }));
  return { shares: held === undefined ? 0 : toNumber(held.qty), orders };
}

const wire = (order: Order): WireLeg => ({
  id: order.id,
  replaces: order.replaces,
  client_order_id: order.clientOrderId,
  status: order.status,
  side: order.side,
  type: order.type,
  qty: String(order.qty === null ? 0 : toNumber(order.qty)),
  filled_qty: String(toNumber(order.filledQty)),
  stop_price: order.stopPrice === null ? null : String(toNumber(order.stopPrice)),
});
