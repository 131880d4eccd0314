import { absolute, type Decimal, divide, ZERO } from '../basics/decimal.ts';

/** Shares of one symbol, marked to its last price. */
export type Position = {
  readonly symbol: string;
  /** Negative when short. */
  qty: Decimal;
  /** Dollars paid, or received for a short; never negative. */
  cost: Decimal;
  /** Signed as the quantity. */
  marketValue: Decimal;
  /** Held at the close before today, and at the last close. */
  lastDayQty: Decimal;
  closingQty: Decimal;
};

export function flatPosition(symbol: string): Position {
  return { symbol, qty: ZERO, cost: ZERO, marketValue: ZERO, lastDayQty: ZERO, closingQty: ZERO };
}

/** Dollars per share of what is held. */
export function averageEntryPrice(held: {
  readonly qty: Decimal;
  readonly cost: Decimal;
}): Decimal {
  return held.qty === ZERO ? ZERO : divide(held.cost, absolute(held.qty));
}
