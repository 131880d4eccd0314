import type { Price } from '../../domain/decimal.ts';
import type { Order } from '../../domain/order.ts';
import type { Candidate, Draft } from '../candidate.ts';
import type { Situation } from '../situation.ts';

/**
 * Moves the limit of each triggered stop-limit. There is no second way: once canceled it
 * could not be placed as a stop again, and what follows then is an exit.
 */
export function reprices(situation: Situation, limitPrice: Price): readonly Candidate[] {
  const waiting = situation.triggered.filter((order) => !order.limitPrice?.eq(limitPrice));
  return waiting.length === 0
    ? []
    : [
        {
          recipe: 'reprice-triggered-stop',
          drafts: waiting.map((before) => moveLimit(before, limitPrice)),
        },
      ];
}

const moveLimit = (before: Order, limitPrice: Price): Draft => ({
  kind: 'replace',
  purpose: 'reprice',
  before,
  change: { quantity: null, stopPrice: before.stopPrice, limitPrice },
  meaning: 'cover/whole',
});
