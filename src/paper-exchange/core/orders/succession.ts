import { multiply, ZERO } from '../basics/decimal.ts';
import type { Order } from '../basics/types.ts';
import { close, unlink } from '../matching/ending.ts';
import { seekPrice } from '../matching/matching.ts';
import type { Kernel } from '../state/kernel.ts';
import { OrderRecord } from '../state/order-record.ts';
import { chargePrice } from './admission.ts';

/** Puts the successor in the place of the order, at the venue and in its group. */
export function finishReplace(kernel: Kernel, record: OrderRecord, successor: OrderRecord): void {
  if (!record.isOpen || !successor.isOpen) return;
  if (successor.remaining <= ZERO) {
    refuseReplacement(kernel, record, successor);
    return;
  }
  const before = record.statusBefore ?? 'new';
  const wasWorking = record.working;
  close(kernel, record, 'replaced');
  unlink(record, successor);
  kernel.tradeUpdate(record, 'replaced');
  successor.working = wasWorking;
  successor.elected = record.elected;
  joinGroup(kernel, record, successor);
  const status = before === 'held' ? 'held' : 'new';
  kernel.change(successor, { status });
  if (!successor.closes) {
    successor.account.reserve(successor, multiply(successor.remaining, successor.marginPrice));
  }
  kernel.tradeUpdate(successor, status);
  seekPrice(kernel, successor);
}

/** The order filled so far that nothing of the replacement is left: it goes on as it was. */
export function refuseReplacement(
  kernel: Kernel,
  record: OrderRecord,
  successor: OrderRecord,
): void {
  unlink(record, successor);
  close(kernel, successor, 'rejected');
  kernel.tradeUpdate(successor, 'rejected');
  kernel.change(record, { status: record.statusBefore ?? 'new', replacedBy: null });
  if (!record.closes) {
    record.account.reserve(record, multiply(record.remaining, record.marginPrice));
  }
  kernel.tradeUpdate(record, 'order_replace_rejected');
}

function joinGroup(kernel: Kernel, record: OrderRecord, successor: OrderRecord): void {
  const { group } = record;
  if (group === null) return;
  successor.group = group;
  const swap = (member: OrderRecord) => (member === record ? successor : member);
  group.exits = group.exits.map(swap);
  if (group.entry !== null) group.entry = swap(group.entry);
  const { parentId } = record.order;
  const parent = parentId === null ? null : kernel.orders.find(record.account, parentId);
  if (parent !== null) {
    const legIds = parent.order.legIds.map((id) =>
      id === record.order.id ? successor.order.id : id,
    );
    parent.order = { ...parent.order, legIds };
  }
  for (const legId of successor.order.legIds) {
    const leg = kernel.orders.find(record.account, legId);
    if (leg !== null) leg.order = { ...leg.order, parentId: successor.order.id };
  }
}

/** Puts another order in the place of one at once, as the broker does after a corporate action. */
export function replaceAtOnce(kernel: Kernel, record: OrderRecord, change: Partial<Order>): void {
  const { now } = kernel;
  const before = record.order;
  const qty = change.qty ?? before.qty;
  const successor = new OrderRecord(
    {
      ...before,
      ...change,
      id: kernel.ids.uuid(),
      clientOrderId: kernel.ids.uuid(),
      createdAt: now,
      updatedAt: now,
      submittedAt: now,
      replaces: before.id,
      cancelRequestedAt: null,
      filledQty: ZERO,
      filledAvgPrice: null,
    },
    record.account,
    kernel.orders.nextSequence(),
    before.notional === null && qty !== null ? qty : record.remaining,
  );
  if (!record.closes) successor.marginPrice = chargePrice(kernel, successor.order);
  successor.predecessor = record;
  record.successor = successor;
  record.statusBefore = before.status;
  kernel.orders.add(successor);
  kernel.change(record, { replacedBy: successor.order.id });
  finishReplace(kernel, record, successor);
}
