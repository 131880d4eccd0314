import type { Price, Quantity } from '../../domain/decimal.ts';
import { addShares, larger, NO_SHARES, sharesLeft, smaller } from '../../domain/decimal.ts';
import type { Order, OrderSide, OrderStatus } from '../../domain/order.ts';
import { isTerminal, isTriggered, remainingQuantity } from '../../domain/order.ts';
import type { Cover, Position } from '../../domain/portfolio.ts';
import { exitSide } from '../../domain/side.ts';
import type { OrderGroup } from './groups.ts';
import { groupsOf } from './groups.ts';

const STOPS: ReadonlySet<Order['type']> = new Set(['stop', 'stop_limit', 'trailing_stop']);
export const isStop = (order: Order): boolean => STOPS.has(order.type);

/**
 * Statuses in which the broker works an order. `pending_new` is no promise yet,
 * `done_for_day` guards nothing today, and `pending_cancel` may be gone any moment.
 */
const WORKING: ReadonlySet<OrderStatus> = new Set(['new', 'accepted', 'partially_filled']);
export const isWorking = (order: Order): boolean => WORKING.has(order.status);

/**
 * How well the live orders protect a position, counted pessimistically: an order in doubt
 * counts nothing as cover and everything as an exit.
 *
 * @param orders live and recent orders; other symbols' and ended ones are left out here
 * @param at the price that tells whether a stop-limit has triggered
 * @param unsettled true while an order in this symbol has an unknown outcome: an order
 *   that is being replaced then counts as no cover, since nobody knows by what
 */
export function coverOf(
  position: Position,
  orders: readonly Order[],
  at: Price = position.currentPrice,
  unsettled = false,
): Cover {
  const side = exitSide(position.side);
  const live = orders.filter(
    ({ symbol, status }) => symbol === position.symbol && !isTerminal(status),
  );
  const stops: Order[] = [];
  const takeProfits: Order[] = [];
  let covered = NO_SHARES;
  let exiting = NO_SHARES;
  for (const group of groupsOf(live)) {
    if (isDormant(group, side)) continue;
    const exits = group.orders.filter((order) => order.side === side);
    const protecting = exits.filter((order) => protects(order, exits, at, unsettled));
    stops.push(...protecting);
    takeProfits.push(...exits.filter((order) => order.type === 'limit'));
    covered = addShares(covered, least(protecting));
    exiting = addShares(exiting, most(exits, position.quantity));
  }
  const coveredQuantity = smaller(covered, position.quantity);
  return {
    stops,
    takeProfits,
    coveredQuantity,
    nakedQuantity: sharesLeft(position.quantity, coveredQuantity),
    exitQuantity: exiting,
  };
}

/**
 * The exits of a bracket whose entry still works: the broker wakes them when the entry
 * has filled completely. Until then they guard nothing and hold nothing.
 */
export function isDormant(group: OrderGroup, side: OrderSide): boolean {
  return (
    group.orders.some((order) => order.side !== side) &&
    group.orders.every((order) => order.side !== side || order.status === 'held')
  );
}

function protects(order: Order, group: readonly Order[], at: Price, unsettled: boolean): boolean {
  if (!isStop(order) || order.quantity === null || isTriggered(order, at)) return false;
  if (order.isBeforeSplit === true) return false;
  if (isWorking(order)) return true;
  // The broker works the old order until the new one stands in its place.
  if (order.status === 'pending_replace') {
    return !unsettled && !group.some((other) => other.replaces === order.id && isWorking(other));
  }
  // A held stop is woken by its group: it guards while the take-profit beside it works.
  return (
    order.status === 'held' && group.some((other) => other.type === 'limit' && isWorking(other))
  );
}

const least = (orders: readonly Order[]): Quantity =>
  orders.length === 0
    ? NO_SHARES
    : orders.map((order) => remainingQuantity(order) ?? NO_SHARES).reduce(smaller);

/** An order placed in dollars may sell any number of shares: count all that are held. */
const most = (orders: readonly Order[], held: Quantity): Quantity =>
  orders.length === 0
    ? NO_SHARES
    : orders.map((order) => remainingQuantity(order) ?? held).reduce(larger);
