import type { Milliseconds, Order, OrderWithLegs, Side } from '../basics/types.ts';
import type { Account } from '../state/account.ts';
import type { Kernel } from '../state/kernel.ts';
import type { Bounds, RankedOrder } from '../state/order-archive.ts';
import { isTerminal, type OrderRecord } from '../state/order-record.ts';

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
  const found = findOrders(kernel, account, filter);
  return found.map(({ order }) => {
    return { order, legs: filter.nested ? kernel.orders.legsOf(order) : NO_LEGS };
  });
}

function findOrders(kernel: Kernel, account: Account, filter: OrderFilter): readonly RankedOrder[] {
  const bounds = boundsOf(kernel, account, filter);
  const isDescending = filter.direction === 'desc';
  // The open ones are few; the rest are kept in order of submission.
  const candidates =
    filter.status === 'open' ? openBySubmission(account) : kernel.orders.bySubmission(account);
  const atHand = selectFrom(candidates, bounds, filter);
  if (filter.status === 'open') return atHand;
  let found: readonly RankedOrder[] = atHand;
  for (const page of kernel.orders.archive.pagesWithin(bounds, isDescending)) {
    const last = found[filter.limit - 1];
    // The pages come in order, so no later one has a place among those found either.
    if (last !== undefined) {
      if (isDescending ? page.highestRank < last.rank : page.lowestRank > last.rank) break;
    }
    const archived = page
      .read()
      .filter(({ order }) => order.accountId === account.id)
      .sort((one, other) => one.rank - other.rank);
    const all = [...found, ...selectFrom(archived, bounds, filter)];
    all.sort((one, other) => (isDescending ? other.rank - one.rank : one.rank - other.rank));
    found = all.slice(0, filter.limit);
  }
  return found;
}

function openBySubmission(account: Account): readonly OrderRecord[] {
  return [...account.openOrders()].sort((one, other) => one.rank - other.rank);
}

/** Those within the bounds that the filter lets through, as many as it asks for, in its order. */
function selectFrom(
  ranked: readonly RankedOrder[],
  { fromRank, toRank, fromAt, toAt }: Bounds,
  filter: OrderFilter,
): RankedOrder[] {
  const isBefore = ({ rank, order }: RankedOrder) => rank < fromRank || order.submittedAt < fromAt;
  const isWithin = ({ rank, order }: RankedOrder) => rank <= toRank && order.submittedAt <= toAt;
  const from = placeOf(ranked, (item) => !isBefore(item));
  const to = placeOf(ranked, (item) => !isWithin(item));
  const found: RankedOrder[] = [];
  const isDescending = filter.direction === 'desc';
  for (let step = 0; step < to - from && found.length < filter.limit; step += 1) {
    const item = ranked[isDescending ? to - 1 - step : from + step];
    if (item !== undefined && matches(item.order, filter)) found.push(item);
  }
  return found;
}

function boundsOf(kernel: Kernel, account: Account, filter: OrderFilter): Bounds {
  const { after, until, afterOrderId, beforeOrderId } = filter;
  const rankOf = (id: string) => kernel.orders.find(account, id)?.rank;
  const first = afterOrderId === null ? undefined : rankOf(afterOrderId);
  const last = beforeOrderId === null ? undefined : rankOf(beforeOrderId);
  return {
    fromRank: first === undefined ? 0 : first + 1,
    toRank: last === undefined ? Number.POSITIVE_INFINITY : last - 1,
    fromAt: after === null ? Number.NEGATIVE_INFINITY : after + 1,
    toAt: until === null ? Number.POSITIVE_INFINITY : until - 1,
  };
}

/** The first place from which on all hold; rank and submission rise together. */
function placeOf(ranked: readonly RankedOrder[], holds: (item: RankedOrder) => boolean): number {
  let low = 0;
  let high = ranked.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = ranked[middle];
    if (item !== undefined && !holds(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function matches(order: Order, filter: OrderFilter): boolean {
  if (filter.nested && order.parentId !== null) return false;
  if (filter.symbols !== null && !filter.symbols.has(order.symbol)) return false;
  if (filter.side !== null && order.side !== filter.side) return false;
  switch (filter.status) {
    case 'open':
      return order.status !== 'held';
    case 'closed':
      return isTerminal(order.status);
    case 'all':
      return true;
  }
}
