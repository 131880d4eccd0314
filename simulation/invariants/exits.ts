import type { Order } from '../../src/paper-exchange/core/basics/types.ts';
import type { Book } from './books.ts';
import { larger, magnitude, smaller } from './units.ts';

/** Exits that own the same shares: a simple order, the two of an OCO, one and its successor. */
export type ExitGroup = {
  readonly orders: readonly Order[];
  /** The most that all of them together may still execute. */
  readonly claimed: bigint;
  /** What a confirmed stop among them guards. */
  readonly covered: bigint;
};

/** The open orders that can bring the position nearer to flat, by group. */
export function exitGroupsOf(book: Book): readonly ExitGroup[] {
  if (book.quantity === 0n) return [];
  const side = book.quantity > 0n ? 'sell' : 'buy';
  const groups = new Map<string, Order[]>();
  for (const order of book.orders) {
    const root = rootOf(order, book);
    const members = groups.get(root);
    if (members === undefined) groups.set(root, [order]);
    else members.push(order);
  }
  const found: ExitGroup[] = [];
  for (const members of groups.values()) {
    const exits = members.filter((order) => order.side === side);
    // The exits of a bracket own nothing until its entry has filled.
    if (exits.length === 0 || exits.length < members.length) continue;
    found.push({ orders: exits, claimed: claimedBy(exits, book), covered: coveredBy(exits) });
  }
  return found;
}

/** Shares that all exits together may sell, the exits of one group counted once. */
export const claimedIn = (groups: readonly ExitGroup[]): bigint =>
  groups.reduce((sum, { claimed }) => sum + claimed, 0n);

export const coveredIn = (groups: readonly ExitGroup[]): bigint =>
  groups.reduce((sum, { covered }) => sum + covered, 0n);

export const isStop = ({ type }: Order): boolean =>
  type === 'stop' || type === 'stop_limit' || type === 'trailing_stop';

/** Shares still to execute; null for an order in dollars. */
export const remainingOf = ({ qty, filledQty }: Order): bigint | null =>
  qty === null ? null : larger(qty - filledQty, 0n);

function rootOf(order: Order, book: Book): string {
  let root = order;
  for (let step = 0; step < book.orders.length; step += 1) {
    if (root.parentId !== null) return root.parentId;
    const before = root.replaces;
    const above = before === null ? undefined : book.orders.find(({ id }) => id === before);
    if (above === undefined) return root.id;
    root = above;
  }
  return root.id;
}

function claimedBy(exits: readonly Order[], { quantity }: Book): bigint {
  const most = exits.map((order) => remainingOf(order) ?? magnitude(quantity)).reduce(larger, 0n);
  // Two exits own the shares of the group: what one has executed the other cannot execute again.
  const whole = exits[0]?.qty ?? null;
  if (exits.length < 2 || whole === null || exits[0]?.orderClass === '') return most;
  const filled = exits.reduce((sum, { filledQty }) => sum + filledQty, 0n);
  return smaller(most, larger(whole - filled, 0n));
}

function coveredBy(exits: readonly Order[]): bigint {
  return exits
    .filter((order) => isStop(order) && isConfirmed(order, exits))
    .map((order) => remainingOf(order) ?? 0n)
    .reduce(larger, 0n);
}

function isConfirmed({ id, status }: Order, exits: readonly Order[]): boolean {
  switch (status) {
    case 'new':
    case 'partially_filled':
    case 'accepted':
    // The broker works the old order until the new one stands in its place.
    case 'pending_replace':
      return true;
    case 'held':
      return exits.some((other) => other.id !== id && isAtWork(other));
    default:
      return false;
  }
}

const isAtWork = ({ status }: Order): boolean =>
  status === 'new' ||
  status === 'partially_filled' ||
  status === 'accepted' ||
  status === 'pending_replace';
