import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import { claimedIn, exitGroupsOf } from './exits.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import { digitsOf, magnitude } from './units.ts';

/** Each share has one exit, or one group of exits. */
export const oneExitOwner: Rule = {
  number: 2,
  sentence: 'No share has two live exits outside one group.',

  watch(scene, tell) {
    /** Orders whose claim was judged before, each group's by the one that it hangs on. */
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
          // What its group wakes, or the venue puts back, owns the shares that it owned before.
          const owner = order.parentId ?? order.id;
          if (order.replaces === null && judged.has(owner)) return;
          judged.add(owner);
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
