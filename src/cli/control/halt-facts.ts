import { text } from '../../domain/decimal.ts';
import type { Halt } from '../../domain/halt.ts';
import { type Order, remainingQuantity } from '../../domain/order.ts';
import { isoTime } from '../../domain/time.ts';
import type { HaltReport } from '../../runtime/halt/halt.ts';

/** A halt as `--json` tells of it. */
export const haltFacts = ({ level, by, because, since }: Halt) => ({
  ...{ level, by, because, since: isoTime(since) },
});

/** How far a halt has come: all that `reportInWords` says, for a program. */
export function reportFacts({ outcome, canceled, closed, clearing, failure }: HaltReport) {
  const { unwanted = [], foreign = [], undecided = [], kept = [] } = clearing ?? {};
  const held = clearing?.held ?? [];
  return {
    outcome,
    canceled: [...canceled],
    closed: [...closed],
    still_there: unwanted.map(orderFacts),
    not_ours: foreign.map(orderFacts),
    undecided: undecided.map(orderFacts),
    still_held: held.map(({ symbol, side, quantity }) => ({
      ...{ symbol, side, quantity: text(quantity) },
    })),
    kept: kept.map(orderFacts),
    without_a_stop: [...(clearing?.uncovered ?? [])],
    broker_failure: failure,
  };
}

function orderFacts(order: Order) {
  const { id, symbol, side, type, stopPrice, limitPrice, status } = order;
  const remaining = remainingQuantity(order);
  return {
    ...{ id, symbol, side, type, status },
    remaining_quantity: remaining === null ? null : text(remaining),
    stop_price: stopPrice === null ? null : text(stopPrice),
    limit_price: limitPrice === null ? null : text(limitPrice),
  };
}
