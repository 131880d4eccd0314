import { absolute, type Decimal, larger, smaller, ZERO } from '../basics/decimal.ts';
import type { Account } from '../state/account.ts';
import type { OrderGroup, OrderRecord } from '../state/order-record.ts';

export type Holds = {
  /** Shares that open closing orders have reserved. */
  readonly held: Decimal;
  /** One id per reservation: cancelling it frees the shares. */
  readonly orderIds: readonly string[];
};

/** What the open closing orders of one symbol reserve, `except` one of them. */
export function holdsOf(account: Account, symbol: string, except?: OrderRecord): Holds {
  let held = ZERO;
  const orderIds: string[] = [];
  const quantity = account.quantityOf(symbol);
  for (const record of account.openOrdersOf(symbol)) {
    if (record === except || !record.closes || isWaitingReplacement(record)) continue;
    // An exit of a position that has turned around meanwhile reserves nothing of the new one.
    if (record.order.side === (quantity < ZERO ? 'sell' : 'buy') && quantity !== ZERO) continue;
    const amount = reservedBy(record);
    if (amount === ZERO) continue;
    held += amount;
    orderIds.push(record.order.id);
  }
  return { held, orderIds };
}

/** Shares of the position that no closing order has reserved. */
export function availableOf(account: Account, symbol: string, except?: OrderRecord): Decimal {
  const free = absolute(account.quantityOf(symbol)) - holdsOf(account, symbol, except).held;
  return larger(free, ZERO);
}

/** The two exits of one group own the same shares, so the first open one speaks for both. */
function reservedBy(record: OrderRecord): Decimal {
  const { group } = record;
  if (group === null) return withSuccessor(record);
  if (!group.active) return ZERO;
  return group.exits.find((exit) => exit.isOpen) === record ? leftToExits(group) : ZERO;
}

/**
 * What the open exits of a group may still execute together. What one has executed the other
 * cannot, though by the switch "shrinkStopLeg" it may go on to ask for it.
 */
export function leftToExits({ exits }: OrderGroup): Decimal {
  const open = exits.filter((exit) => exit.isOpen).map(withSuccessor);
  return open.length === 0 ? ZERO : open.reduce(smaller);
}

/** During a replacement the larger of the two counts. */
function withSuccessor(record: OrderRecord): Decimal {
  return record.successor === null
    ? record.remaining
    : larger(record.remaining, record.successor.remaining);
}

function isWaitingReplacement(record: OrderRecord): boolean {
  return record.predecessor?.isOpen ?? false;
}
