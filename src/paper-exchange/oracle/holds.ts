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
function promisedIn(orders: Orders, ledger: Ledger, symbol: string): Promised {
  const byOwner = new Map<string, Amount>();
  let isEstimate = false;
  for (const id of orders.openIds(symbol)) {
    const order = orders.get(id);
    if (order === undefined || !closes(order)) continue;
    const group = orders.groupOf(id);
    if (group !== null && !ownsShares(orders, group)) continue;
    isEstimate ||= order.qty === null;
    const owner = group ?? orders.chain(order).findLast(isOpen)?.id ?? id;
    const own = order.qty === null ? 0n : order.qty - orders.executedByChain(order);
    // What one exit of a group has executed the other cannot, though it may still show it.
    const left = group === null ? own : least(own, leftOf(orders, ledger, group) ?? own);
    byOwner.set(owner, most(byOwner.get(owner) ?? 0n, left));
  }
  let shares = 0n;
  for (const left of byOwner.values()) shares += left;
  return { shares, isEstimate };
}

export function checkHolds(orders: Orders, ledger: Ledger, symbol: string, judge: Judge): Promised {
  const promised = promisedIn(orders, ledger, symbol);
  const held = sizeOf(ledger.holding(symbol).qty);
  const said = () => `open orders promise ${textOf(promised.shares)} of ${textOf(held)} ${symbol}`;
  judge.expect('holds', promised.shares <= held, said);
  return promised;
}

/** The exits of a group may execute what its entry has brought, or what an OCO was made for. */
export function checkSiblings(orders: Orders, ledger: Ledger, group: string, judge: Judge): void {
  if (orders.isAdjusted(group)) return;
  const { exits, owned } = sharesOf(orders, ledger, group);
  const said = () => `the exits of ${group} executed ${textOf(exits)} of ${textOf(owned)}`;
  judge.expect('siblings', exits <= owned, said);
}

/** What the exits of a group may still execute together; null where a split has changed it. */
function leftOf(orders: Orders, ledger: Ledger, group: string): Amount | null {
  if (orders.isAdjusted(group)) return null;
  const { exits, owned } = sharesOf(orders, ledger, group);
  return most(owned - exits, 0n);
}

/** What the exits of a group have executed, and of how much. */
function sharesOf(orders: Orders, ledger: Ledger, group: string) {
  const members = orders.members(group);
  const executed = (some: readonly OrderView[]) =>
    some.reduce((sum, { id }) => sum + ledger.executedOf(id).qty, 0n);
  const entries = members.filter((member) => !closes(member));
  return {
    exits: executed(members.filter(closes)),
    owned: entries.length > 0 ? executed(entries) : orders.firstQuantity(group),
  };
}

/** The exits of a bracket or OTO own nothing before its entry is completely filled. */
function ownsShares(orders: Orders, group: string): boolean {
  const entries = orders.members(group).filter((member) => !closes(member));
  return entries.length === 0 || entries.some(({ status }) => status === 'filled');
}
