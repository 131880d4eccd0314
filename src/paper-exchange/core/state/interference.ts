import type { Milliseconds, Order } from '../basics/types.ts';

/** What may befall a cancel that would have been accepted. */
export type CancelFault =
  /** Answered with 422. */
  | { readonly kind: 'refuse' }
  /** Stays pending so long; null for ever. */
  | { readonly kind: 'delay'; readonly delayMs: Milliseconds | null }
  /** This part of what is left executes before the cancel does. */
  | { readonly kind: 'fill'; readonly percent: number };

/** What goes wrong inside the broker. The exchange asks at each decision, once. */
export interface Interference {
  /** Whether an accepted order is rejected instead of becoming new. */
  rejects(order: Order): boolean;
  onCancel(order: Order): CancelFault | null;
  /** Whether an order executes before its accepted replacement takes its place. */
  fillsBeforeReplace(order: Order): boolean;
  /** How much of an execution takes place: 100 all, 120 a fifth too much. */
  fillPercent(order: Order): number;
  /** Whether both exits of a group execute, although they own the same shares. */
  fillsBothExits(order: Order): boolean;
}

export const NO_INTERFERENCE: Interference = {
  rejects: () => false,
  onCancel: () => null,
  fillsBeforeReplace: () => false,
  fillPercent: () => 100,
  fillsBothExits: () => false,
};
