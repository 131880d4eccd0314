import { NO_SHARES } from '../../domain/decimal.ts';
import { isTerminal, type Order } from '../../domain/order.ts';

/**
 * The orders that are live, and with them each that took the place of a replaced one and has
 * not been seen yet: the stream tells of the old one's end first, perhaps of that alone. Until
 * it is seen it guards nothing, cannot be touched, and may sell all that is held, since its
 * price and its size are whatever somebody else has asked for.
 *
 * @param orders every order that was heard of, ended ones included
 */
export function withUnseenSuccessors(orders: readonly Order[]): readonly Order[] {
  const live = orders.filter(({ status }) => !isTerminal(status));
  const ends = orders.filter(({ status, replacedBy }) => status === 'replaced' && replacedBy);
  if (ends.length === 0) return live;
  const seen = new Set(orders.map(({ id }) => id));
  return [...live, ...ends.flatMap((old) => unseenSuccessor(old, seen))];
}

function unseenSuccessor(old: Order, seen: ReadonlySet<Order['id']>): Order[] {
  const { replacedBy } = old;
  if (replacedBy === null || seen.has(replacedBy)) return [];
  return [
    {
      ...old,
      id: replacedBy,
      status: 'pending_new',
      quantity: null,
      filledQuantity: NO_SHARES,
      filledAveragePrice: null,
      replaces: old.id,
      replacedBy: null,
    },
  ];
}
