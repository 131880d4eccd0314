import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../src/domain/canonical.ts';
import { decimal, text } from '../../src/domain/decimal.ts';
import type { EventType, JournalRecord } from '../../src/domain/event.ts';
import type { Order, OrderStatus } from '../../src/domain/order.ts';
import { isTerminal } from '../../src/domain/order.ts';
import type { SubmitStep } from '../../src/domain/plan.ts';
import { foldIntents } from '../../src/engine/account/intents.ts';
import { decide } from '../../src/engine/decision/decide.ts';
import { planFor } from '../../src/engine/planning/plan.ts';
import { defaultPlanning } from '../../src/engine/planning-settings.ts';
import { holding, NOW, order, protect, reduce, wants } from '../support/given.ts';

/** What may become of a sale on its way out. */
const FATES = [
  'acknowledged',
  'answer lost, but it landed',
  'answer lost, and it never landed',
  'refused',
  'crash after the intent, before sending',
] as const;

type Event =
  | { readonly kind: 'cycle'; readonly fate: (typeof FATES)[number]; readonly sees: boolean }
  | { readonly kind: 'recover' }
  | { readonly kind: 'resend' }
  | { readonly kind: 'order'; readonly becomes: OrderStatus; readonly filled: string };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant('cycle' as const),
    fate: fc.constantFrom(...FATES),
    sees: fc.boolean(),
  }),
  fc.constant({ kind: 'recover' as const }),
  fc.constant({ kind: 'resend' as const }),
  fc.record({
    kind: fc.constant('order' as const),
    becomes: fc.constantFrom('new', 'partially_filled', 'filled', 'canceled', 'rejected'),
    filled: fc.constantFrom('0', '2', '5'),
  }),
);

/** A broker that takes each client order id once, and a journal that survives everything. */
class World {
  readonly orders = new Map<string, Order>();
  readonly journal: JournalRecord[] = [];
  sales = 0;

  cycle(fate: (typeof FATES)[number], sees: boolean): void {
    const visible = sees ? [...this.orders.values()] : [];
    const context = holding({
      quantity: '10',
      price: '111',
      orders: visible.filter(({ status }) => !isTerminal(status)),
      intents: foldIntents(this.journal, visible),
    });
    const evaluations = [wants(protect('100', '99')), wants(reduce('5'))];
    const { part } = planFor(decide(context, evaluations), context, defaultPlanning);
    const sale = part?.steps.find((step) => step.kind === 'submit' && step.purpose === 'reduce');
    if (sale?.kind === 'submit') this.#send(sale, fate);
  }

  #send(sale: SubmitStep, fate: (typeof FATES)[number]): void {
    this.sales += 1;
    this.#note('step_intended', sale);
    const answer = (outcome: string) =>
      this.#note('step_answered', { clientOrderId: sale.clientOrderId, outcome, orderId: null });
    switch (fate) {
      case 'acknowledged':
        this.#land(sale.clientOrderId);
        answer('acknowledged');
        return;
      case 'answer lost, but it landed':
        this.#land(sale.clientOrderId);
        answer('unknown');
        return;
      case 'answer lost, and it never landed':
        answer('unknown');
        return;
      case 'refused':
        answer('rejected');
        return;
      case 'crash after the intent, before sending':
    }
  }

  /** Looks up what is in doubt by its client order id. A miss proves nothing. */
  recover(): void {
    for (const found of this.orders.values()) {
      this.#note('step_observed', {
        clientOrderId: found.clientOrderId,
        orderId: found.id,
        status: found.status,
        filledQuantity: text(found.filledQuantity),
      });
    }
  }

  /** Sends what is in doubt once more, under the same id. */
  resend(): void {
    const doubtful = foldIntents(this.journal, []).filter(({ state }) => state === 'unknown');
    for (const { clientOrderId } of doubtful) this.#land(clientOrderId);
  }

  /** The one order that lives moves on. */
  happen(becomes: OrderStatus, filled: string): void {
    const live = [...this.orders.values()].find(({ status }) => !isTerminal(status));
    if (live === undefined) return;
    const most = decimal(filled).gt(live.filledQuantity) ? filled : text(live.filledQuantity);
    this.orders.set(live.clientOrderId, {
      ...live,
      status: becomes,
      filledQuantity: decimal(becomes === 'filled' ? '5' : most) as Order['filledQuantity'],
    });
  }

  #land(clientOrderId: string): void {
    if (this.orders.has(clientOrderId)) return;
    const id = `o-${this.orders.size}`;
    const placed = order({ id, clientOrderId, type: 'market', quantity: '5', limit: null });
    this.orders.set(clientOrderId, placed);
  }

  #note(type: EventType, body: unknown): void {
    this.journal.push({
      v: 1,
      seq: this.journal.length + 1,
      at: NOW,
      boot: 'boot-1',
      type,
      actor: 'loop',
      symbol: 'AAPL',
      planId: null,
      orderId: null,
      body: toJson(body),
      prev: '',
      hash: '',
    });
  }
}

describe('a partial profit', () => {
  it('is taken at most once in an episode, whatever happens on the way and in whatever order', () => {
    let second = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 25 }), (events) => {
        const world = new World();
        for (const one of events) {
          if (one.kind === 'cycle') world.cycle(one.fate, one.sees);
          else if (one.kind === 'order') world.happen(one.becomes, one.filled);
          else if (one.kind === 'recover') world.recover();
          else world.resend();

          const all = [...world.orders.values()];
          const taken = all.filter(({ filledQuantity }) => filledQuantity.gt('0'));
          const live = all.filter(({ status }) => !isTerminal(status));
          expect(taken.length).toBeLessThanOrEqual(1);
          expect(live.length).toBeLessThanOrEqual(1);
          if (taken.length === 1 && live.length === 1) expect(live).toEqual(taken);
        }
        if (world.sales > 1) second += 1;
      }),
      { numRuns: 2_000 },
    );
    // Sales that are proven dead are tried again, or the property would be empty.
    expect(second).toBeGreaterThan(100);
  });
});
