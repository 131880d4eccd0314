import { type Decimal, larger, smaller, ZERO } from '../basics/decimal.ts';
import { availableOf, leftToExits } from '../rules/holds.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderGroup, OrderRecord } from '../state/order-record.ts';
import { close, endSibling } from './ending.ts';

/**
 * What an execution means for the orders tied to this one. Gives back the exits that have
 * become working and must now look for their price.
 */
export function afterExecution(kernel: Kernel, record: OrderRecord): readonly OrderRecord[] {
  const { group } = record;
  if (group === null) return [];
  if (record === group.entry) return record.isOpen ? [] : activate(kernel, group);
  for (const sibling of openSiblings(group, record)) {
    if (!record.isOpen) endSibling(kernel, sibling);
    else if (kernel.switches.shrinkStopLeg || !sibling.isStop) {
      shrink(kernel, sibling, record.remaining);
    }
  }
  return [];
}

/** A stop leg that has kept its size executes no more than its sibling has left: true if so. */
export function takeTrueSize(kernel: Kernel, record: OrderRecord): boolean {
  const { group, remaining } = record;
  if (group !== null && record !== group.entry) shrink(kernel, record, leftToExits(group));
  return record.remaining < remaining;
}

/** An elected stop leg takes the shares over: its sibling goes, and it is held no longer. */
export function takeOver(kernel: Kernel, record: OrderRecord): void {
  if (record.group === null) return;
  takeTrueSize(kernel, record);
  const status = kernel.switches.takeProfitOfTriggeredStop;
  for (const sibling of openSiblings(record.group, record)) endSibling(kernel, sibling, status);
  if (isHeld(record)) showWorking(kernel, record);
}

/** The first exit works, the second is held in its shadow; both may execute. */
export function activate(kernel: Kernel, group: OrderGroup): readonly OrderRecord[] {
  group.active = true;
  const open = group.exits.filter((exit) => exit.isOpen);
  // Shares of a half-filled entry may have been sold meanwhile: an exit never exceeds what is left.
  const owned = ownedBy(open);
  for (const [place, exit] of open.entries()) {
    if (owned === ZERO) {
      close(kernel, exit, 'canceled');
      kernel.tradeUpdate(exit, 'canceled');
      continue;
    }
    if (exit.remaining > owned) shrink(kernel, exit, owned);
    exit.working = true;
    if (place === 0) showWorking(kernel, exit);
  }
  return open.filter((exit) => exit.working);
}

/** Also one that was held, and is about to be cancelled or replaced. */
function isHeld({ order: { status }, statusBefore }: OrderRecord): boolean {
  const isPending = status === 'pending_cancel' || status === 'pending_replace';
  return status === 'held' || (isPending && statusBefore === 'held');
}

/** A pending cancel or replace stays pending; it only falls back to another state. */
function showWorking(kernel: Kernel, exit: OrderRecord): void {
  const { status } = exit.order;
  exit.statusBefore = 'new';
  if (status === 'pending_cancel' || status === 'pending_replace') return;
  kernel.change(exit, { status: 'new' });
  kernel.tradeUpdate(exit, 'new');
}

function ownedBy(exits: readonly OrderRecord[]): Decimal {
  const first = exits[0];
  if (first === undefined) return ZERO;
  const { account, order } = first;
  // The group is active already; what it would reserve itself is not held by others.
  const reservedByGroup = exits.reduce((most, exit) => larger(most, exit.remaining), ZERO);
  const free = availableOf(account, order.symbol, first);
  return smaller(free, reservedByGroup);
}

function openSiblings(group: OrderGroup, record: OrderRecord): readonly OrderRecord[] {
  return group.exits.filter((exit) => exit !== record && exit.isOpen);
}

function shrink(kernel: Kernel, record: OrderRecord, remaining: Decimal): void {
  if (record.remaining <= remaining) return;
  for (const one of record.successor === null ? [record] : [record, record.successor]) {
    const qty = (one.order.qty ?? ZERO) - (one.remaining - remaining);
    one.remaining = remaining;
    kernel.change(one, { qty });
  }
}
