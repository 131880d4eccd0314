import type { Price } from '../../../domain/decimal.ts';
import { isWhole, ZERO } from '../../../domain/decimal.ts';
import type { Order } from '../../../domain/order.ts';
import { isTighter } from '../../../domain/side.ts';
import { limitOrder } from '../../account/orders.ts';
import type { Candidate, Draft } from '../candidate.ts';
import type { Situation } from '../situation.ts';
import { sharesOf } from '../situation.ts';
import { cancel, slotOf } from './moves.ts';

/**
 * Moves the limit of each triggered stop-limit further out. By PATCH where Alpaca takes
 * one; else the order is canceled and a plain limit order takes its place, since a stop
 * could not be placed on the far side of the price again.
 */
export function reprices(situation: Situation, limitPrice: Price): readonly Candidate[] {
  const waiting = situation.triggered.filter(
    (order) =>
      order.limitPrice !== null && isTighter(situation.target.side, order.limitPrice, limitPrice),
  );
  if (waiting.length === 0) return [];
  const renewed = waiting.map((order) => renew(order, situation, limitPrice));
  const renewal: Candidate = { recipes: ['renew-triggered-stop'], drafts: renewed.flat() };
  if (!waiting.some((order) => isPatchable(order, situation))) return [renewal];
  const moved = waiting.map((order, index) =>
    isPatchable(order, situation) ? [moveLimit(order, limitPrice)] : (renewed[index] ?? []),
  );
  return [{ recipes: ['reprice-triggered-stop'], drafts: moved.flat() }, renewal];
}

export const isPatchable = (order: Order, { context }: Situation): boolean =>
  (order.status === 'new' || order.status === 'held') &&
  order.filledQuantity.eq(ZERO) &&
  isWhole(sharesOf(order, context));

export const moveLimit = (before: Order, limitPrice: Price): Draft => ({
  kind: 'replace',
  purpose: 'reprice',
  before,
  change: { quantity: null, stopPrice: before.stopPrice, limitPrice },
  meaning: stepOf(before),
});

function renew(before: Order, { context, target }: Situation, limitPrice: Price): Draft[] {
  return [
    cancel(before),
    {
      kind: 'submit',
      purpose: 'reprice',
      order: limitOrder(target, sharesOf(before, context), limitPrice),
      until: 'live',
      meaning: stepOf(before),
    },
  ];
}

/** Its own slot, so that a step can be told from the stop that it came from. */
const stepOf = (order: Order): string => slotOf(order).replace('cover/', 'rescue/');
