import { ZERO } from '../basics/decimal.ts';
import type { Order, OrderWithLegs } from '../basics/types.ts';
import type { Account } from './account.ts';
import { ORDERS_PER_PAGE, OrderArchive, type RankedOrder } from './order-archive.ts';
import { OrderRecord } from './order-record.ts';

const NO_LEGS: OrderWithLegs['legs'] = [];
/** Ended orders that stay at hand, at least; there are never more than one page above. */
const ENDED_AT_HAND = 1024;

/**
 * Every order there ever was, by id, by client order id and by submission. The open ones and the
 * last that ended are at hand, the others in the archive.
 */
export class OrderStore {
  readonly archive = new OrderArchive();
  private readonly byId = new Map<string, OrderRecord>();
  private readonly shelves = new Map<Account, Shelf>();
  private readonly ended: OrderRecord[] = [];
  private sequence = 0;

  nextSequence(): number {
    this.sequence += 1;
    return this.sequence;
  }

  add(record: OrderRecord): void {
    this.byId.set(record.order.id, record);
    const { byClientOrderId, bySubmission } = this.shelfOf(record.account);
    byClientOrderId.set(record.order.clientOrderId, record);
    bySubmission.push(record);
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
    const record = this.shelfOf(account).byClientOrderId.get(clientOrderId);
    if (record !== undefined) return record;
    const archived = this.archive.findByClientOrderId(account.id, clientOrderId);
    return archived === null ? null : revived(account, archived);
  }

  /** The account's orders at hand, oldest submission first. */
  bySubmission(account: Account): readonly OrderRecord[] {
    return this.shelfOf(account).bySubmission;
  }

  /** Moves an order that waited in the queue behind all others: it is submitted only now. */
  resubmitted(record: OrderRecord): void {
    const { bySubmission } = this.shelfOf(record.account);
    bySubmission.splice(bySubmission.lastIndexOf(record), 1);
    record.rank = this.nextSequence();
    bySubmission.push(record);
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
    for (const shelf of this.shelves.values()) {
      shelf.bySubmission = shelf.bySubmission.filter((record) => !gone.has(record));
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
    const { byClientOrderId } = this.shelfOf(record.account);
    const { clientOrderId } = record.order;
    if (byClientOrderId.get(clientOrderId) === record) byClientOrderId.delete(clientOrderId);
  }

  private shelfOf(account: Account): Shelf {
    const known = this.shelves.get(account);
    if (known !== undefined) return known;
    const shelf = { byClientOrderId: new Map(), bySubmission: [] };
    this.shelves.set(account, shelf);
    return shelf;
  }
}

/** The orders of one account that are at hand. */
type Shelf = {
  /** The newest of each client order id. */
  readonly byClientOrderId: Map<string, OrderRecord>;
  /** Oldest submission first. */
  bySubmission: OrderRecord[];
};

function revived(account: Account, { rank, order }: RankedOrder): OrderRecord {
  return new OrderRecord(order, account, rank, ZERO);
}
