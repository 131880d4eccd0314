import type { Order } from '../../src/paper-exchange/core/types.ts';
import { claimedIn, exitGroupsOf } from './exits.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import { digitsOf, magnitude } from './units.ts';

/** Each share has one exit, or one group of exits. */
export const oneExitOwner: Rule = {
  number: 2,
  sentence: 'No share has two live exits outside one group.',

  watch(scene, tell) {
    /** Groups whose claim was judged before, by the order that they hang on. */
    const judged = new Set<string>();
    return {
      on: {
        exchange_event({ event }) {
          if (event.kind !== 'trade_update') return;
          if (event.event !== 'new' && event.event !== 'held' && event.event !== 'accepted') return;
          const { order } = event;
          if (!scene.books.isOurs(order) || isNoMoreThanBefore(scene, order)) return;
          const book = scene.books.of(order.symbol);
          const groups = exitGroupsOf(book);
          const own = groups.find(({ orders }) => orders.some(({ id }) => id === order.id));
          if (own === undefined) return;
          // A leg that its group wakes owns the shares that the group owned before.
          const { id, parentId, replaces } = order;
          if (parentId !== null && replaces === null && judged.has(parentId)) return;
          judged.add(parentId ?? id);
          const excess = claimedIn(groups) - magnitude(book.quantity);
          if (excess <= 0n || scene.hasNews(order.symbol)) return;
          const others = groups.filter((group) => group !== own).map(({ orders }) => orders[0]?.id);
          tell(
            order.symbol,
            `${digitsOf(excess)} shares of our order ${order.id} are owned by ${others.join(', ')} too`,
          );
        },
      },
    };
  },
};

/** True for an order that stands where another of at least as many shares stood. */
function isNoMoreThanBefore({ books }: Scene, { replaces, qty }: Order): boolean {
  const before = replaces === null ? null : (books.order(replaces)?.qty ?? null);
  return before !== null && qty !== null && qty <= before;
}
