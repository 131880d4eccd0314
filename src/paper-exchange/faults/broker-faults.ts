import type { Milliseconds, Order } from '../core/basics/types.ts';
import type { CancelFault, Interference } from '../core/state/interference.ts';
import { type BrokerEffect, points } from './effects.ts';
import type { FaultBook } from './fault-book.ts';
import type { Facts } from './rule.ts';

/** What a rule may ask of an order. `event` is the decision: new, cancel, replace or fill. */
export function orderFacts(order: Order, event: string, account: readonly string[]): Facts {
  return {
    event,
    account,
    symbols: [order.symbol],
    clientOrderId: order.clientOrderId,
    orderType: order.type,
    side: order.side,
  };
}

/** Lets the broker err as the rules say. */
export class BrokerFaults implements Interference {
  readonly #faults: FaultBook;
  readonly #now: () => Milliseconds;
  readonly #namesOf: (accountId: string) => readonly string[];

  constructor(
    faults: FaultBook,
    now: () => Milliseconds,
    namesOf: (accountId: string) => readonly string[],
  ) {
    this.#faults = faults;
    this.#now = now;
    this.#namesOf = namesOf;
  }

  rejects(order: Order): boolean {
    return this.#fired(order, 'new', ['reject']) !== null;
  }

  onCancel(order: Order): CancelFault | null {
    const kinds = ['refuse_cancel', 'stick_cancel', 'fill_during_cancel'] as const;
    const effect = this.#fired(order, 'cancel', kinds);
    switch (effect?.kind) {
      case undefined:
        return null;
      case 'refuse_cancel':
        return { kind: 'refuse' };
      case 'stick_cancel':
        return { kind: 'delay', delayMs: effect.ms };
      case 'fill_during_cancel':
        return { kind: 'fill', percent: effect.percent };
    }
  }

  fillsBeforeReplace(order: Order): boolean {
    return this.#fired(order, 'replace', ['fill_before_replace']) !== null;
  }

  fillPercent(order: Order): number {
    return this.#fired(order, 'fill', ['partial_fill', 'overfill'])?.percent ?? 100;
  }

  fillsBothExits(order: Order): boolean {
    return this.#fired(order, 'fill', ['fill_both_exits']) !== null;
  }

  /** The first of these effects that the order meets; the others are not even counted. */
  #fired<Kind extends BrokerEffect['kind']>(
    order: Order,
    event: string,
    kinds: readonly Kind[],
  ): Extract<BrokerEffect, { kind: Kind }> | null {
    if (!this.#faults.isAbout(points.broker)) return null;
    type Met = Extract<BrokerEffect, { kind: Kind }>;
    const wanted: ReadonlySet<string> = new Set(kinds);
    const point = {
      name: points.broker.name,
      holds: (effect: { readonly kind: string }): effect is Met => wanted.has(effect.kind),
    };
    const facts = () => orderFacts(order, event, this.#namesOf(order.accountId));
    return this.#faults.fire(point, this.#now(), facts)[0]?.effect ?? null;
  }
}
