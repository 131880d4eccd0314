import { NO_SHARES } from '../../domain/decimal.ts';
import { isTerminal, type Order } from '../../domain/order.ts';
import { grouped, indexed } from './kept.ts';

/** Every order that was heard of, by its symbol. */
export const ordersBySymbol = grouped(({ symbol }: Order) => symbol);

/**
 * The orders of a symbol that are live, and with them each that took the place of a replaced one
 * and has not been seen yet: the stream tells of the old one's end first, perhaps of that alone.
 * Until it is seen it guards nothing, cannot be touched, and may sell all that is held, since its
 * price and its size are whatever somebody else has asked for.
 *
 * @param own every order of the symbol that was heard of, ended ones included
 * @param all the same for all symbols: a rename may have put the successor under another one
 */
export function withUnseenSuccessors(
  own: readonly Order[],
  all: readonly Order[],
): readonly Order[] {
  const { live, left } = seenIn(own);
  if (left.length === 0) return live;
  const seen = new Set(all.map(({ id }) => id));
  return [...live, ...left.flatMap((old) => unseenSuccessor(old, seen))];
}

const seenIn = indexed((own: readonly Order[]) => {
  const ids = new Set(own.map(({ id }) => id));
  return {
    live: own.filter(({ status }) => !isTerminal(status)),
    /** Those of whose successor the symbol's own orders do not tell. */
    left: own.filter(
      ({ status, replacedBy }) =>
        status === 'replaced' && replacedBy !== null && !ids.has(replacedBy),
    ),
  };
});

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
