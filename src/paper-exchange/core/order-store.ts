import type { Account } from './account.ts';
import { ZERO } from './decimal.ts';
import { clientKey, ORDERS_PER_PAGE, OrderArchive, type RankedOrder } from './order-archive.ts';
import { OrderRecord } from './order-record.ts';
import type { Order, OrderWithLegs } from './types.ts';

const NO_LEGS: OrderWithLegs['legs'] = [];
/** Ended orders that stay at hand, at least; there are never more than one page above. */
const ENDED_AT_HAND = 4096;

/**
 * Every order there ever was, by id, by client order id and by submission. The open ones and the
 * last that ended are at hand, the others in the archive.
 */
export class OrderStore {
  readonly archive = new OrderArchive();
  private readonly byId = new Map<string, OrderRecord>();
  private readonly byClientOrderId = new Map<string, OrderRecord>();
  private readonly submitted = new Map<string, OrderRecord[]>();
  private readonly ended: OrderRecord[] = [];
  private sequence = 0;

  nextSequence(): number {
    this.sequence += 1;
    return this.sequence;
  }

  add(record: OrderRecord): void {
    this.byId.set(record.order.id, record);
    this.byClientOrderId.set(keyOf(record.order), record);
    const list = this.submitted.get(record.account.id);
    if (list === undefined) this.submitted.set(record.account.id, [record]);
    else list.push(record);
    record.account.addOpenOrder(record);
  }

  /** Null when the account has no such order. One from the archive is a copy. */
  find(account: Account, id: string): OrderRecord | null {
    const record = this.byId.get(id);
    if (record !== undefined) return record.account === account ? record : null;
    const archived = this.archive.find(id);
    return archived?.order.accountId === account.id ? revived(account, archived) : null;
  }

  /** The newest order with this client order id; null when there is none. */
  findByClientOrderId(account: Account, clientOrderId: string): OrderRecord | null {
    const record = this.byClientOrderId.get(clientKey(account.id, clientOrderId));
    if (record !== undefined) return record;
    const archived = this.archive.findByClientOrderId(account.id, clientOrderId);
    return archived === null ? null : revived(account, archived);
  }

  /** The account's orders at hand, oldest submission first. */
  bySubmission(account: Account): readonly OrderRecord[] {
    return this.submitted.get(account.id) ?? [];
  }

  /** Moves an order that waited in the queue behind all others: it is submitted only now. */
  resubmitted(record: OrderRecord): void {
    const list = this.submitted.get(record.account.id);
    if (list === undefined) return;
    list.splice(list.lastIndexOf(record), 1);
    record.rank = this.nextSequence();
    list.push(record);
  }

  /** Puts another state in the place of an ended order's, wherever it is kept. */
  amend(record: OrderRecord): void {
    if (this.byId.get(record.order.id) !== record) this.archive.amend(record.order);
  }

  /** From now on the order may go to the archive. */
  noteEnd(record: OrderRecord): void {
    this.ended.push(record);
  }

  /** Takes what ended long ago out of the way. Not within a command, which may still use it. */
  tidy(): void {
    if (this.ended.length < ENDED_AT_HAND + ORDERS_PER_PAGE) return;
    const page = this.ended.splice(0, ORDERS_PER_PAGE);
    this.archive.add(page.map(({ rank, order }) => ({ rank, order })));
    const gone = new Set(page);
    for (const record of page) this.forget(record);
    for (const [accountId, list] of this.submitted) {
      this.submitted.set(
        accountId,
        list.filter((record) => !gone.has(record)),
      );
    }
  }

  withLegs(record: OrderRecord): OrderWithLegs {
    return { order: record.order, legs: this.legsOf(record.order) };
  }

  legsOf({ legIds }: Order): OrderWithLegs['legs'] {
    if (legIds.length === 0) return NO_LEGS;
    return legIds.flatMap((id) => this.byId.get(id)?.order ?? this.archive.find(id)?.order ?? []);
  }

  private forget(record: OrderRecord): void {
    this.byId.delete(record.order.id);
    const key = keyOf(record.order);
    if (this.byClientOrderId.get(key) === record) this.byClientOrderId.delete(key);
  }
}

function keyOf({ accountId, clientOrderId }: Order): string {
  return clientKey(accountId, clientOrderId);
}

function revived(account: Account, { rank, order }: RankedOrder): OrderRecord {
  return new OrderRecord(order, account, rank, ZERO);
}
