import type { Account } from './account.ts';
import type { Kernel } from './kernel.ts';
import type { OrderRecord } from './order-record.ts';
import type { Milliseconds, OrderWithLegs, Side } from './types.ts';

/** Which orders GET /v2/orders asks for. Times compare with the submission and are exclusive. */
export type OrderFilter = {
  readonly status: 'open' | 'closed' | 'all';
  readonly limit: number;
  readonly after: Milliseconds | null;
  readonly until: Milliseconds | null;
  readonly afterOrderId: string | null;
  readonly beforeOrderId: string | null;
  readonly direction: 'asc' | 'desc';
  /** Legs under their parent, instead of beside it. */
  readonly nested: boolean;
  readonly symbols: ReadonlySet<string> | null;
  readonly side: Side | null;
};

const NO_LEGS: OrderWithLegs['legs'] = [];

export function listOrders(
  kernel: Kernel,
  account: Account,
  filter: OrderFilter,
): readonly OrderWithLegs[] {
  // The open ones are few; the rest are kept in order of submission.
  const candidates =
    filter.status === 'open' ? openBySubmission(account) : kernel.orders.bySubmission(account);
  const [from, to] = rangeOf(kernel, account, candidates, filter);
  const found: OrderWithLegs[] = [];
  const isDescending = filter.direction === 'desc';
  for (let step = 0; step < to - from && found.length < filter.limit; step += 1) {
    const record = candidates[isDescending ? to - 1 - step : from + step];
    if (record === undefined || !matches(record, filter)) continue;
    const legs = filter.nested ? kernel.orders.legsOf(record) : NO_LEGS;
    found.push({ order: record.order, legs });
  }
  return found;
}

function openBySubmission(account: Account): readonly OrderRecord[] {
  return [...account.openOrders()].sort(
    (one, other) =>
      one.order.submittedAt - other.order.submittedAt || one.sequence - other.sequence,
  );
}

function rangeOf(
  kernel: Kernel,
  account: Account,
  records: readonly OrderRecord[],
  filter: OrderFilter,
): readonly [number, number] {
  let from = filter.after === null ? 0 : placeOf(records, filter.after + 1);
  let to = filter.until === null ? records.length : placeOf(records, filter.until);
  const first = find(kernel, account, filter.afterOrderId);
  const last = find(kernel, account, filter.beforeOrderId);
  if (first !== null) from = Math.max(from, records.indexOf(first) + 1);
  if (last !== null && records.includes(last)) to = Math.min(to, records.indexOf(last));
  return [from, to];
}

function find(kernel: Kernel, account: Account, id: string | null): OrderRecord | null {
  return id === null ? null : kernel.orders.find(account, id);
}

/** The first place whose order was submitted at or after `at`. */
function placeOf(records: readonly OrderRecord[], at: Milliseconds): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const record = records[middle];
    if (record !== undefined && record.order.submittedAt < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function matches(record: OrderRecord, filter: OrderFilter): boolean {
  const { order } = record;
  if (filter.nested && order.parentId !== null) return false;
  if (filter.symbols !== null && !filter.symbols.has(order.symbol)) return false;
  if (filter.side !== null && order.side !== filter.side) return false;
  switch (filter.status) {
    case 'open':
      return order.status !== 'held';
    case 'closed':
      return !record.isOpen;
    case 'all':
      return true;
  }
}
