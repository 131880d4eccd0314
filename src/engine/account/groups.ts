import { addShares, larger, NO_SHARES, type Quantity, sharesLeft } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import { isOurs, remainingQuantity } from '../../domain/order.ts';
import type { IntentRecord, PositionContext } from '../../domain/portfolio.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { PlanningSettings } from '../planning-settings.ts';

/** Orders of which only one can take the shares: a bracket's or OCO's legs, or a replace chain. */
export type OrderGroup = {
  readonly key: string;
  readonly orders: readonly [Order, ...Order[]];
};

/** Sorts orders into groups, in the order of their first member. */
export function groupsOf(orders: readonly Order[]): readonly OrderGroup[] {
  const [only] = orders;
  if (only === undefined) return [];
  if (orders.length === 1)
    return [{ key: only.parentId ?? only.replaces ?? only.id, orders: [only] }];
  const byId = new Map(orders.map((order) => [order.id as string, order]));
  const groups = new Map<string, [Order, ...Order[]]>();
  for (const order of orders) {
    const key = rootOf(order, byId);
    const members = groups.get(key);
    if (members) members.push(order);
    else groups.set(key, [order]);
  }
  return [...groups].map(([key, members]) => ({ key, orders: members }));
}

function rootOf(order: Order, byId: ReadonlyMap<string, Order>): string {
  const seen = new Set<string>();
  let id: string = order.id;
  while (!seen.has(id)) {
    seen.add(id);
    const known = byId.get(id);
    const above = known?.parentId ?? known?.replaces ?? null;
    if (above === null) return id;
    id = above;
  }
  return id; // A ring of ids is nonsense, but it must not hang us.
}

/**
 * True where an order of a pair or bracket was canceled since, and no other of its group was ever
 * heard of: that one may have been woken and hold the shares.
 */
export const isHalfHeard = (orders: readonly Order[], since: EpochMs): boolean =>
  orders.some(({ id, parentId, orderClass, status, updatedAt }) => {
    const isLost = status === 'canceled' && orderClass !== 'simple' && updatedAt >= since;
    const root = parentId ?? id;
    const isOther = (order: Order) =>
      order.id !== id && (order.id === root || order.parentId === root);
    return isLost && !orders.some(isOther);
  });

/**
 * True when an order is ours to change. Alpaca names the legs of a bracket itself, so a
 * leg is ours when the order it hangs on is.
 */
export function isManaged(
  order: Order,
  orders: readonly Order[],
  intents: readonly IntentRecord[],
): boolean {
  if (isOurs(order)) return true;
  if (order.parentId === null) return false;
  const parent = orders.find(({ id }) => id === order.parentId);
  return parent !== undefined
    ? isOurs(parent)
    : intents.some(({ orderId }) => orderId === order.parentId);
}

/** True when the planner may cancel or change an order. */
export const mayChange = (
  order: Order,
  { orders, intents }: PositionContext,
  foreignOrders: PlanningSettings['foreignOrders'],
): boolean => foreignOrders === 'manage' || isManaged(order, orders, intents);

/**
 * The exits of a pair own the same shares: what one has executed the others cannot execute
 * again, also where the broker goes on showing them in their old size.
 */
export function pairsAsLeft(orders: readonly Order[]): readonly Order[] {
  if (!orders.some((order) => isPaired(order) && !order.filledQuantity.eq(NO_SHARES))) {
    return orders;
  }
  const left = new Map<string, Quantity>();
  for (const { orders: members } of groupsOf(orders)) {
    const paired = members.filter(isPaired);
    // A successor tells of the fills of the one in whose place it steps.
    const exits = paired.filter(({ id }) => !paired.some(({ replaces }) => replaces === id));
    if (exits.length < 2 || new Set(members.map(({ side }) => side)).size > 1) continue;
    const whole = exits.map(({ quantity }) => quantity ?? NO_SHARES).reduce(larger);
    const filled = exits.map(({ filledQuantity }) => filledQuantity).reduce(addShares);
    for (const { id } of exits) left.set(id, sharesLeft(whole, filled));
  }
  return orders.map((order) => {
    const most = left.get(order.id);
    const remaining = remainingQuantity(order);
    if (most === undefined || remaining === null || remaining.lte(most)) return order;
    return { ...order, quantity: addShares(order.filledQuantity, most) };
  });
}

const isPaired = ({ orderClass }: Order): boolean =>
  orderClass === 'oco' || orderClass === 'bracket';
