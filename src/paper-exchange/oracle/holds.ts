import { type Amount, least, most, sizeOf, textOf } from './amounts.ts';
import type { Ledger } from './ledger.ts';
import type { Orders } from './orders.ts';
import type { Judge } from './rules.ts';
import { closes, isOpen, type OrderView } from './views.ts';

/** What the open closing orders of a symbol have promised. */
export type Promised = {
  readonly shares: Amount;
  /** Whether an order by dollars is among them, whose shares nobody knows before it fills. */
  readonly isEstimate: boolean;
};

/** Each promise counts once: for a group of exits, and for an order and the one to replace it. */
function promisedIn(orders: Orders, symbol: string, held: Amount): Promised {
  const byOwner = new Map<string, Amount>();
  let isEstimate = false;
  for (const id of orders.openIds(symbol)) {
    const order = orders.get(id);
    if (order === undefined || !closes(order)) continue;
    // What was to close a long closes no short that has come instead.
    if ((held < 0n && order.side === 'sell') || (held > 0n && order.side === 'buy')) continue;
    const group = orders.groupOf(id);
    if (group !== null && !ownsShares(orders, group)) continue;
    isEstimate ||= order.qty === null;
    const owner = group ?? orders.chain(order).findLast(isOpen)?.id ?? id;
    const left = order.qty === null ? 0n : order.qty - orders.executedByChain(order);
    const other = byOwner.get(owner) ?? left;
    // What one exit of a group has executed the other cannot, though it may still show it.
    byOwner.set(owner, group === null ? most(other, left) : least(other, left));
  }
  let shares = 0n;
  for (const left of byOwner.values()) shares += left;
  return { shares, isEstimate };
}

export function checkHolds(orders: Orders, ledger: Ledger, symbol: string, judge: Judge): Promised {
  const { qty } = ledger.holding(symbol);
  const promised = promisedIn(orders, symbol, qty);
  const held = sizeOf(qty);
  const said = () => `open orders promise ${textOf(promised.shares)} of ${textOf(held)} ${symbol}`;
  judge.expect('holds', promised.shares <= held, said);
  return promised;
}

/** The exits of a group may execute what its entry has brought, or what an OCO was made for. */
export function checkSiblings(orders: Orders, ledger: Ledger, group: string, judge: Judge): void {
  if (orders.isAdjusted(group)) return;
  const members = orders.members(group);
  const executed = (some: readonly OrderView[]) =>
    some.reduce((sum, { id }) => sum + ledger.executedOf(id).qty, 0n);
  const entries = members.filter((member) => !closes(member));
  const exits = executed(members.filter(closes));
  const owned = entries.length > 0 ? executed(entries) : orders.firstQuantity(group);
  const said = () => `the exits of ${group} executed ${textOf(exits)} of ${textOf(owned)}`;
  judge.expect('siblings', exits <= owned, said);
}

/** The exits of a bracket or OTO own nothing before its entry is completely filled. */
function ownsShares(orders: Orders, group: string): boolean {
  const entries = orders.members(group).filter((member) => !closes(member));
  return entries.length === 0 || entries.some(({ status }) => status === 'filled');
}
