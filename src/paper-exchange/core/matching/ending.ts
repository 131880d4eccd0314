import { ZERO } from '../basics/decimal.ts';
import type { Order } from '../basics/types.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';
import { leaveBook } from './resting.ts';

type End = 'canceled' | 'expired' | 'rejected' | 'replaced' | 'filled';

/** Makes an order terminal: it frees its shares and its buying power. Announces nothing. */
export function close(kernel: Kernel, record: OrderRecord, status: End): void {
  leaveBook(kernel, record);
  record.working = false;
  record.account.reserve(record, ZERO);
  record.account.removeOpenOrder(record);
  kernel.change(record, endOf(status, kernel.now));
  kernel.orders.noteEnd(record);
}

function endOf(status: End, at: number): Partial<Order> {
  switch (status) {
    case 'canceled':
      return { status, canceledAt: at };
    case 'expired':
      return { status, expiredAt: at };
    case 'rejected':
      return { status, failedAt: at };
    case 'replaced':
      return { status, replacedAt: at };
    case 'filled':
      return { status, filledAt: at };
  }
}

/** The replacement that still waits for this order has nothing left to replace. */
export function rejectSuccessor(kernel: Kernel, record: OrderRecord): void {
  const { successor } = record;
  if (successor === null) return;
  unlink(record, successor);
  if (!successor.isOpen) return;
  close(kernel, successor, 'rejected');
  kernel.tradeUpdate(successor, 'rejected');
}

/** Once a replacement is decided, neither order keeps the other in memory. */
export function unlink(record: OrderRecord, successor: OrderRecord): void {
  record.successor = null;
  successor.predecessor = null;
}

/** Ends an accepted order that the venue does not take, and with it its legs. */
export function reject(kernel: Kernel, record: OrderRecord): void {
  endAlone(kernel, record, 'rejected', true);
  endGroup(kernel, record, 'canceled');
}

/** Ends an order and, with it, its whole group. */
export function end(kernel: Kernel, record: OrderRecord, status: 'canceled' | 'expired'): void {
  endAlone(kernel, record, status, true);
  endGroup(kernel, record, status);
}

function endGroup(kernel: Kernel, record: OrderRecord, status: 'canceled' | 'expired'): void {
  const { group } = record;
  if (group === null) return;
  for (const member of group.entry === null ? group.exits : [group.entry, ...group.exits]) {
    if (member.isOpen) endAlone(kernel, member, status, isAnnounced(kernel, member));
  }
}

/** Ends an exit because its sibling took over the shares. */
export function endSibling(
  kernel: Kernel,
  record: OrderRecord,
  status: 'canceled' | 'replaced' = 'canceled',
): void {
  endAlone(kernel, record, status, isAnnounced(kernel, record));
}

function endAlone(
  kernel: Kernel,
  record: OrderRecord,
  status: 'canceled' | 'expired' | 'rejected' | 'replaced',
  announced: boolean,
): void {
  close(kernel, record, status);
  if (announced) kernel.tradeUpdate(record, status);
  rejectSuccessor(kernel, record);
}

function isAnnounced(kernel: Kernel, record: OrderRecord): boolean {
  return record.order.status !== 'held' || kernel.switches.announceHeldLegCancel;
}
