import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { Book } from './books.ts';
import type { Scene } from './scene.ts';

/** True for a stop-limit that the market went through, its limit included, without a fill. */
export const isJumped = ({ type, side, limitPrice }: Order, price: bigint): boolean =>
  type === 'stop_limit' &&
  limitPrice !== null &&
  (side === 'sell' ? price < limitPrice : price > limitPrice);

/**
 * Whether the next move in the symbol is the broker's: a write of ours has no answer yet, an exit
 * is being placed, changed or ended, or one rests that could fill at this price.
 */
export function isInBrokersHands({ traffic, now }: Scene, book: Book, price: bigint): boolean {
  if (traffic.waitingSince(book.symbol, now) !== null) return true;
  const side = book.quantity > 0n ? 'sell' : 'buy';
  return book.orders.some(
    (order) => order.side === side && (isUnderWay(order) || canFill(order, price)),
  );
}

const isUnderWay = ({ status }: Order): boolean =>
  status === 'pending_new' || status === 'pending_cancel' || status === 'pending_replace';

function canFill({ type, side, status, limitPrice }: Order, price: bigint): boolean {
  if (status !== 'new' && status !== 'partially_filled') return false;
  if (type === 'market') return true;
  if (type !== 'limit' || limitPrice === null) return false;
  return side === 'sell' ? limitPrice <= price : limitPrice >= price;
}
