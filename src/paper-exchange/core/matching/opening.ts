import { isFractional } from '../rules/order-rules.ts';
import type { Kernel } from '../state/kernel.ts';
import type { OrderRecord } from '../state/order-record.ts';

/** Recordings of market orders for whole shares: filled so long after the open. */
const LATE_FROM_MS = 17_000;
const LATE_TO_MS = 118_000;

/** Whether a market order was there before the session that it trades in. */
function hasWaited({ session, sessionSince }: Kernel, { order }: OrderRecord): boolean {
  const isMarket = order.type === 'market' && order.assetClass !== 'crypto';
  return isMarket && session === 'regular' && order.submittedAt < sessionSince;
}

export function awaitsOpeningPrint(kernel: Kernel, record: OrderRecord): boolean {
  if (kernel.switches.fractionsAtOpen === 'quote') return false;
  return isFractional(record.order) && hasWaited(kernel, record);
}

/** How much later than its quote an order executes that has waited for the open. */
export function openingDelayMs(kernel: Kernel, record: OrderRecord): number {
  if (kernel.switches.wholeSharesAtOpen === 'at_once') return 0;
  if (isFractional(record.order) || !hasWaited(kernel, record)) return 0;
  const lateMs = LATE_FROM_MS + kernel.draws.below(LATE_TO_MS - LATE_FROM_MS + 1);
  return Math.max(0, kernel.sessionSince + lateMs - kernel.now);
}
