import { textOf } from './amounts.ts';
import { Fields } from './fields.ts';
import { checkEventName, checkTransition, isCorrection } from './lifecycle.ts';
import type { Judge } from './rules.ts';
import { type OrderView, orderView } from './views.ts';

/** One message of `trade_updates`, read. */
export type Update = {
  readonly event: string;
  readonly order: OrderView;
  readonly executionId: string | null;
  /** Signed shares held after the execution, in the wire's words. */
  readonly positionQty: string | null;
  readonly price: string | null;
  readonly qty: string | null;
  /** The successor of an order that the broker replaced without being asked. */
  readonly fresh: string | null;
};

/** What the stream of one account must be like, whatever the endpoints say. */
export class StreamRules {
  readonly #judge: Judge;
  readonly #eventIds = new Set<string>();
  readonly #statuses = new Map<string, string>();
  #lastAt = 0;

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  /** An order from before the oracle was there, or a leg that its parent brought. */
  know(order: OrderView): void {
    if (!this.#statuses.has(order.id)) this.#statuses.set(order.id, order.status);
    for (const leg of order.legs) this.know(leg);
  }

  statusOf(orderId: string): string | null {
    return this.#statuses.get(orderId) ?? null;
  }

  read(data: unknown, halted: ReadonlySet<string>): Update {
    const fields = new Fields(data, this.#judge);
    const event = fields.text('event');
    const order = orderView(fields.has('order') ? Object(data).order : null, this.#judge);
    this.#checkTime(fields);
    checkEventName(event, order, this.#judge);
    const before = this.statusOf(order.id);
    if (!isCorrection(event)) checkTransition(before, order, this.#judge);
    const isAsked = event !== 'replaced' || before === 'pending_replace';
    const fresh = isAsked ? null : order.replacedBy;
    this.#statuses.set(order.id, order.status);
    for (const leg of order.legs) this.know(leg);
    return { event, order, fresh, ...this.#execution(fields, event, order, halted) };
  }

  #checkTime(fields: Fields): void {
    const at = Date.parse(fields.text('timestamp'));
    const eventId = fields.text('event_id');
    const expect = this.#judge.expect;
    expect('time', at >= this.#lastAt, () => `event ${eventId} came after a later one`);
    expect('time', !this.#eventIds.has(eventId), () => `event ${eventId} came twice`);
    this.#lastAt = at;
    this.#eventIds.add(eventId);
  }

  #execution(fields: Fields, event: string, order: OrderView, halted: ReadonlySet<string>) {
    const executes = event === 'fill' || event === 'partial_fill';
    const names = fields.has('execution_id');
    const fits = executes === names || isCorrection(event);
    const what = names ? 'names an execution' : 'names none';
    this.#judge.expect('executionFields', fits, () => `${event} of order ${order.id} ${what}`);
    if (!names) return { executionId: null, positionQty: null, price: null, qty: null };
    const isTimely = !executes || !halted.has(order.symbol);
    this.#judge.expect('halt', isTimely, () => `order ${order.id} executed in ${order.symbol}`);
    return {
      executionId: fields.text('execution_id'),
      positionQty: textOf(fields.amount('position_qty')),
      price: textOf(fields.amount('price')),
      qty: textOf(fields.amount('qty')),
    };
  }
}
