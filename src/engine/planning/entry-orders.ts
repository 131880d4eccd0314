import { ZERO } from '../../domain/decimal.ts';
import { isOurs, type Order } from '../../domain/order.ts';
import type { PositionContext } from '../../domain/portfolio.ts';
import { isCancelable } from './rules/cancel.ts';

/**
 * So long an entry of ours waits to be filled. Who wants one for longer asks again: a price of
 * long ago is no reason to buy.
 */
export const ENTRY_LIFETIME_MS = 300_000;

/** True for an order that says of itself that it opens a position. */
export const isEntry = ({ positionIntent }: Pick<Order, 'positionIntent'>): boolean =>
  positionIntent === 'buy_to_open' || positionIntent === 'sell_to_open';

/**
 * True for an entry of ours whose rest is to be canceled now: it has waited long enough, its
 * session is over, or it was filled in part. The broker wakes the stop of a group only with the
 * last share, so that what was bought gets a stop of its own, and nothing may be added to it.
 */
export const hasRunOut = (
  order: Order,
  { now, session }: Pick<PositionContext, 'now' | 'session'>,
): boolean =>
  isEntry(order) &&
  isOurs(order) &&
  isCancelable(order) &&
  (order.filledQuantity.gt(ZERO) || !session.isOpen || now - order.createdAt >= ENTRY_LIFETIME_MS);
