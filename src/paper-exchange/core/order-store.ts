import type { Account } from './account.ts';
import type { OrderRecord } from './order-record.ts';
import type { OrderWithLegs } from './types.ts';

const NO_LEGS: OrderWithLegs['legs'] = [];

/** Every order there ever was, by id, by client order id and by time of submission. */
export class OrderStore {
  readonly #byId = new Map<string, OrderRecord>();
  readonly #byClientOrderId = new Map<string, OrderRecord>();
  readonly #bySubmission = new Map<string, OrderRecord[]>();
  #sequence = 0;

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  add(record: OrderRecord): void {
    this.#byId.set(record.order.id, record);
    this.#byClientOrderId.set(clientKey(record.account, record.order.clientOrderId), record);
    const list = this.#bySubmission.get(record.account.id);
    if (list === undefined) this.#bySubmission.set(record.account.id, [record]);
    else list.push(record);
    record.account.addOpenOrder(record);
  }

  /** Null when the account has no such order. */
  find(account: Account, id: string): OrderRecord | null {
    const record = this.#byId.get(id);
    return record?.account === account ? record : null;
  }

  /** The newest order with this client order id; null when there is none. */
  findByClientOrderId(account: Account, clientOrderId: string): OrderRecord | null {
    return this.#byClientOrderId.get(clientKey(account, clientOrderId)) ?? null;
  }

  /** The account's orders, oldest submission first. */
  bySubmission(account: Account): readonly OrderRecord[] {
    return this.#bySubmission.get(account.id) ?? [];
  }

  /** Moves an order that waited in the queue behind all others: it is submitted only now. */
  resubmitted(record: OrderRecord): void {
    const list = this.#bySubmission.get(record.account.id);
    if (list === undefined) return;
    list.splice(list.lastIndexOf(record), 1);
    list.push(record);
  }

  withLegs(record: OrderRecord): OrderWithLegs {
    return { order: record.order, legs: this.legsOf(record) };
  }

  legsOf(record: OrderRecord): OrderWithLegs['legs'] {
    const { legIds } = record.order;
    if (legIds.length === 0) return NO_LEGS;
    return legIds.flatMap((id) => this.#byId.get(id)?.order ?? []);
  }
}

function clientKey(account: Account, clientOrderId: string): string {
  return `${account.id} ${clientOrderId}`;
}
